"""The page of the perimeter: who reads it, who changes it, and what it promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Role, User
from dashboard.perimeter import Place, StalePerimeterError, apply, categories, fingerprint
from reference.french import NOT_AVAILABLE
from reference.models import (
    DataVersion,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    PerimeterChoice,
    Region,
    Sector,
)
from tests.dashboard import world
from tests.html import assert_no_inline
from tests.people import signed_in
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db

PAGE = "/regions/bourgogne-franche-comte/perimetre/"
MONTH = dt.date(2025, 12, 1)
#: How many ESMS of each category are open in Côte-d'Or: EHPAD, SSIAD, AHI, hospital.
OPEN = {"500": 30, "354": 4, "219": 3, "355": 2}


def text(content: bytes) -> str:
    return unescape(content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return text(response.content)


def section(html: str) -> str:
    """What is said of the effect."""
    return html.partition('id="effet"')[2].partition("</section>")[0]


@pytest.fixture
def reader(make_user: Callable[..., User], region: Region) -> Client:
    return signed_in(make_user("lecteur@example.fr", Role.READER, region))


@pytest.fixture
def register(region: Region) -> Region:
    """One département, received in December 2025, with the ESMS of OPEN; none feeds."""
    world.lay(first=MONTH, departements=("21",))
    entity = LegalEntity.objects.create(finess="210000001")
    rank = 0
    for category, count in OPEN.items():
        for _ in range(count):
            rank += 1
            facility = Facility.objects.create(
                finess=f"2199{rank:05}", name=f"ESMS {rank}", departement_id="21", seen_on=MONTH
            )
            FacilityPeriod.objects.create(
                facility=facility, category_id=category, legal_entity=entity
            )
    return region


def posted(client: Client, **fields: str) -> tuple[int, str]:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    response = client.post(PAGE, names)
    return response.status_code, text(response.content)


# --- Who ----------------------------------------------------------------------------------------


def test_only_the_region_s_own_see_it_and_only_its_administrators_change_it(
    register: Region,
    owner_client: Client,
    colleague_client: Client,
    stranger_client: Client,
    reader: Client,
) -> None:
    assert [c.get(PAGE).status_code for c in (owner_client, reader, colleague_client)] == [
        200,
        200,
        404,
    ]
    assert stranger_client.get(PAGE).headers["Location"] == f"/connexion/?next={PAGE}"
    for client, status in ((reader, 403), (colleague_client, 404), (stranger_client, 302)):
        assert client.post(PAGE, {"secteur-354": "PA"}).status_code == status


def test_who_only_reads_has_no_form_and_no_proposal(register: Region, reader: Client) -> None:
    html = html_of(reader, "?proposition=ssiad-pa")

    assert "Voir l’effet" not in html
    assert 'id="effet"' not in html
    assert "hors périmètre" in html


# --- What it shows ------------------------------------------------------------------------------


def test_categories_are_counted_by_sector_in_the_last_received_month(
    register: Region, owner_client: Client
) -> None:
    html = html_of(owner_client)

    assert "ESMS ouverts en décembre 2025, dernier mois reçu" in html
    assert "Personnes âgées : 30 ESMS dans le périmètre sur 30" in html
    assert "Hors du champ médico-social : 0 ESMS dans le périmètre sur 102" in html
    assert "Choisissez" not in html
    assert "209 Service autonomie" not in html  # no ESMS of the region is one
    assert_no_inline(html)


def test_every_category_is_in_the_file_of_the_perimeter(
    register: Region, owner_client: Client
) -> None:
    header, *lines = lines_of(owner_client.get(f"{PAGE}?format=csv"))
    by_code = {line[0]: line for line in lines}

    assert header[6] == "ESMS ouverts en décembre 2025"
    assert by_code["500"][2:7] == ["PA – Personnes âgées", "oui", "non", "haute", "30"]
    assert by_code["209"][6] == "0"
    assert [line[7] for line in lines if line[3] == "non"] == [""] * sum(
        line[3] == "non" for line in lines
    )


def test_a_filter_shows_one_sector_and_a_box_those_without_esms(
    register: Region, owner_client: Client
) -> None:
    home = html_of(owner_client, "?secteur=DOM")
    every = html_of(owner_client, "?secteur=DOM&toutes=1")

    assert "354 Service de Soins" in home
    assert "500 Etablissement" not in home
    assert "209 Service autonomie" in every


def test_nothing_answers_a_sector_that_does_not_exist(
    register: Region, owner_client: Client
) -> None:
    assert "Aucune catégorie à afficher" in html_of(owner_client, "?secteur=<b>")


def test_a_choice_and_an_imposed_sector_are_told(register: Region, owner_client: Client) -> None:
    PerimeterChoice.objects.create(
        region=register, category_id="354", sector="PA", in_perimeter=True
    )
    Facility.objects.filter(finess="219900001").update(sector_override="PH")

    html = html_of(owner_client)

    assert "valeur nationale : Domicile, dans le périmètre" in html
    assert "dont 1 au secteur imposé" in html


def test_before_any_month_the_perimeter_can_be_prepared(
    region: Region, owner_client: Client
) -> None:
    html = html_of(owner_client, "?proposition=sans-ahi-ni-pde-moyens")

    assert "Aucun mois n’est encore reçu" in section(html)
    assert "Appliquer" in section(html)


# --- What a change would do ---------------------------------------------------------------------


def test_the_effect_is_seen_before_it_is_applied(register: Region, owner_client: Client) -> None:
    before = DataVersion.objects.get().number

    status, html = posted(owner_client, secteur_219="AHI", secteur_354="PA", compte_354="1")

    effect = section(html)
    assert status == 200
    assert "Catégories qui changent : 2" in effect
    assert "219 Autre Centre d’Accueil : Accueil, hébergement, insertion, dans le périmètre → " in (
        effect
    )
    # The whole: 37 ESMS now, 34 then; the others of the summaries are not in the register.
    assert ">37</td>" in effect
    assert ">34</td>" in effect
    assert ">−3</td>" in effect
    assert not PerimeterChoice.objects.exists()
    assert DataVersion.objects.get().number == before


def test_the_effect_is_a_file_too(register: Region, owner_client: Client) -> None:
    asked = {"secteur-354": "PA", "compte-354": "1", "action": "telecharger"}

    header, *lines = lines_of(owner_client.post(PAGE, asked))

    assert header[2:5] == [
        f"ESMS du périmètre ouverts, {when}" for when in ("avant", "après", "écart")
    ]
    assert [line[0] for line in lines] == [*["département"] * 8, *["secteur"] * 7, "région"]
    assert lines[-1][2:5] == ["37", "37", "0"]
    assert [NOT_AVAILABLE] * 7 in [line[2:] for line in lines]
    assert "0 sur 4" in [cell for line in lines for cell in line]
    assert not PerimeterChoice.objects.exists()


def test_small_bases_are_counts_and_what_was_not_received_is_not_zero(
    register: Region, owner_client: Client
) -> None:
    _, html = posted(owner_client, secteur_354="PA", compte_354="1")

    assert "0 sur 4" in section(html)
    assert section(html).count("n. d.") > 7 * 7


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"secteur_354": "XX"}, "ce secteur n’existe pas"),
        ({"secteur_355": "AUTRE", "compte_355": "1"}, "hors du champ médico-social ne peut pas"),
        ({"secteur_354": "XX", "action": "appliquer"}, "ce secteur n’existe pas"),
    ],
)
def test_a_proposal_that_means_nothing_is_said(
    fields: dict[str, str], said: str, register: Region, owner_client: Client
) -> None:
    status, html = posted(owner_client, **fields)

    assert status == 400
    assert said in html
    assert not PerimeterChoice.objects.exists()


def test_a_proposal_that_changes_nothing_says_so(register: Region, owner_client: Client) -> None:
    assert "ne change rien" in posted(owner_client, secteur_500="PA", compte_500="1")[1]
    assert "ne change rien" in html_of(owner_client, "?proposition=national")
    assert "Cette proposition n’existe pas" in html_of(owner_client, "?proposition=<b>")


@pytest.mark.parametrize(
    ("preset", "moved"),
    [("ssiad-pa", {"354"}), ("sans-ahi-ni-pde-moyens", {"219"}), ("national", {"500"})],
)
def test_presets_are_shown_with_their_effect(
    preset: str, moved: set[str], register: Region, owner_client: Client
) -> None:
    PerimeterChoice.objects.create(
        region=register, category_id="500", sector="PDS", in_perimeter=True
    )

    effect = section(html_of(owner_client, f"?proposition={preset}"))

    assert all(f'name="secteur-{code}"' in effect for code in moved)


def test_what_a_filter_hides_stays_in_the_proposal(register: Region, owner_client: Client) -> None:
    html = html_of(owner_client, "?proposition=ssiad-pa&secteur=AHI")

    form = html.partition('id="categories"')[2]
    assert '<input type="hidden" name="secteur-354" value="PA">' in form


# --- Applying -----------------------------------------------------------------------------------


def test_applying_writes_choices_a_new_ground_and_a_line_of_the_trail(
    register: Region, owner: User, owner_client: Client
) -> None:
    seen = fingerprint(categories(register))
    fields = {"secteur_354": "PA", "compte_354": "1", "secteur_219": "AHI"}

    status, _ = posted(owner_client, action="appliquer", seen=seen, **fields)

    assert status == 302
    assert set(PerimeterChoice.objects.values_list("category", "sector", "in_perimeter")) == {
        ("354", "PA", True),
        ("219", "AHI", False),
    }
    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground + 1
    entry = AuditEntry.objects.get(action="périmètre modifié")
    assert (entry.actor, entry.region, entry.target) == (owner, register, "2 catégories")
    assert any("→ Personnes âgées, dans le périmètre" in each for each in entry.details["changes"])


def test_until_the_figures_follow_pages_say_so(register: Region, owner_client: Client) -> None:
    apply(
        register,
        {"354": Place(Sector.PA, inside=True)},
        seen=fingerprint(categories(register)),
        actor=User.objects.get(email="owner@example.fr"),
    )
    pages = ["/regions/bourgogne-franche-comte/", "/departements/21/", PAGE]
    pages.append("/regions/bourgogne-franche-comte/fraicheur/")

    def waiting() -> list[bool]:
        return ["Recalcul en cours" in text(owner_client.get(page).content) for page in pages]

    assert waiting() == [True] * 4
    version = DataVersion.objects.get()
    DataVersion.objects.update(folded_ground=version.ground)
    assert waiting() == [False] * 4


def test_the_national_values_are_followed_again_and_leave_no_choice(
    register: Region, owner: User
) -> None:
    def turn(sector: Sector) -> int:
        seen = fingerprint(categories(register))
        return apply(register, {"354": Place(sector, inside=True)}, seen=seen, actor=owner)

    assert turn(Sector.PA) == 1
    assert turn(Sector.DOM) == 1
    assert turn(Sector.DOM) == 0
    assert not PerimeterChoice.objects.exists()


@pytest.mark.parametrize("who", ["the region", "the administration"])
def test_a_perimeter_that_changed_meanwhile_is_not_overwritten(
    who: str, register: Region, owner: User, owner_client: Client
) -> None:
    seen = fingerprint(categories(register))
    if who == "the region":
        PerimeterChoice.objects.create(
            region=register, category_id="500", sector="PDS", in_perimeter=True
        )
    else:
        FacilityCategory.objects.filter(code="500").update(in_perimeter=False)

    status, html = posted(
        owner_client, action="appliquer", seen=seen, secteur_354="PA", compte_354="1"
    )

    assert status == 409
    assert "rien n’est appliqué" in html
    assert not PerimeterChoice.objects.filter(category="354").exists()
    with pytest.raises(StalePerimeterError):
        apply(register, {}, seen=seen, actor=owner)


def test_applying_what_is_already_so_changes_nothing(
    register: Region, owner_client: Client
) -> None:
    seen = fingerprint(categories(register))

    status, _ = posted(
        owner_client, action="appliquer", seen=seen, secteur_500="PA", compte_500="1"
    )

    assert status == 302
    assert not AuditEntry.objects.filter(action="périmètre modifié").exists()


@pytest.mark.parametrize(("query", "queries"), [("", 11), ("?proposition=ssiad-pa", 11)])
def test_a_page_costs_the_same_queries_whatever_it_shows(
    query: str,
    queries: int,
    register: Region,
    owner_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(queries):
        owner_client.get(PAGE + query)


def test_a_form_costs_as_few_queries_as_a_proposal_made_beforehand(
    register: Region, owner_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(11):
        posted(owner_client, secteur_354="PA", compte_354="1")
