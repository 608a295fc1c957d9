"""A page that was kept is the page that would be made, whoever reads it."""

from __future__ import annotations

import copy
import re

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.models import RegionGrant, Role, User
from dashboard.kept import PAGES, once
from dashboard.memory import ObjectCache
from dashboard.models import TypedFigure
from dashboard.reading import NEAR, evidence
from indicators.evidence import RegionEvidence
from indicators.payload import payload
from indicators.selection import Selection, region_territory
from reference.models import Region, current_data_version, raise_data_version
from tests.dashboard import world

REGION, DEPARTEMENT = "/regions/bourgogne-franche-comte/", "/departements/21/"
#: What is of one request only.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(region: Region) -> dict[Role, Client]:
    """One person of each role, and nothing kept yet."""
    world.lay(departements=("21", "39"))
    return {role: _signed_in(f"{role.value}@example.fr", role, region) for role in Role}


def _signed_in(email: str, role: Role, region: Region) -> Client:
    user = User.objects.create_user(email, first_name=f"Prénom-{email}")
    RegionGrant.objects.create(user=user, region=region, role=role)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, address: str) -> str:
    """The page without the tokens of its request."""
    response = client.get(address)
    assert response.status_code == 200
    return TOKEN.sub("", response.content.decode())


def forget() -> None:
    """As another process."""
    for kept in (NEAR, PAGES):
        caches[kept].clear()


@pytest.mark.parametrize("address", [REGION, DEPARTEMENT, f"{DEPARTEMENT}?secteur=PA"])
def test_a_kept_page_is_the_page_that_would_be_made_for_each_role(
    address: str, readers: dict[Role, Client]
) -> None:
    made = {}
    for role, client in readers.items():
        forget()
        made[role] = page(client, address)

    forget()
    for role, client in reversed(readers.items()):
        assert page(client, address) == made[role]  # made after those of other roles
        assert page(client, address) == made[role]  # kept
    assert len(set(made.values())) == len(readers)


def test_a_kept_page_says_the_name_and_has_the_token_of_who_reads_it(
    readers: dict[Role, Client], region: Region
) -> None:
    first, other = readers[Role.READER], _signed_in("autre@example.fr", Role.READER, region)

    one, two = (client.get(REGION).content.decode() for client in (first, other))

    assert "Prénom-autre@example.fr" in two
    assert "Prénom-autre@example.fr" not in one
    assert "Prénom-lecteur@example.fr" not in two
    assert set(TOKEN.findall(one)).isdisjoint(TOKEN.findall(two))
    assert TOKEN.findall(two)


def test_who_may_not_write_is_not_shown_the_page_of_who_may(readers: dict[Role, Client]) -> None:
    assert "Modifier ce texte" in page(readers[Role.ANALYST], REGION)
    assert "Modifier ce texte" not in page(readers[Role.READER], REGION)


def test_figures_that_change_are_shown_at_once(readers: dict[Role, Client]) -> None:
    client = readers[Role.READER]
    before = page(client, REGION)
    TypedFigure.objects.create(
        region_id="27", label="Ordinateurs", value="12", source="Enquête", on=world.LAST
    )
    assert page(client, REGION) == before  # nobody said that figures changed

    raise_data_version("chiffre saisi")

    assert "Ordinateurs" in page(client, REGION)


def test_making_pages_changes_nothing_of_the_reading_that_they_share(
    readers: dict[Role, Client], region: Region
) -> None:
    selection = Selection(region_territory(region), world.FIRST, world.LAST)
    version = current_data_version()
    shared = evidence(selection, version)
    before = said(copy.deepcopy(shared))

    for address in (REGION, DEPARTEMENT, f"{DEPARTEMENT}?esms=nombre&documents=parts"):
        page(readers[Role.ANALYST], address)

    assert evidence(selection, version) is shared
    assert said(shared) == before


def said(known: RegionEvidence) -> list[tuple[object, ...]]:
    """All that a reading says, as values."""
    return [
        (payload(one.measures, 1), one.documents, one.details, one.peaks, one.events)
        for one in (known.region, *known.departements.values())
    ]


def test_what_is_read_once_is_read_again_of_another_version_or_question() -> None:
    made: list[int] = []

    def make() -> list[int]:
        made.append(len(made))
        return list(made)

    first = once(1, make, "esms", "21")

    assert once(1, make, "esms", "21") is first
    assert once(2, make, "esms", "21") == [0, 1]
    assert once(1, make, "esms", "25") == [0, 1, 2]


# --- The cache --------------------------------------------------------------------------------


def test_a_cache_of_objects_gives_the_object_itself_until_it_is_the_oldest_used() -> None:
    kept = ObjectCache("essai", {"OPTIONS": {"MAX_ENTRIES": 2}})
    one, two, three = object(), object(), object()

    kept.set("un", one)
    kept.set("deux", two)
    assert kept.get("un") is one
    kept.set("trois", three)

    assert kept.get("deux") is None
    assert kept.get("deux", "rien") == "rien"
    assert (kept.get("un"), kept.get("trois")) == (one, three)
    assert ObjectCache("essai", {}).get("un") is one  # another thread's
    assert ObjectCache("autre", {}).get("un") is None
    kept.clear()
    assert kept.get("un") is None
