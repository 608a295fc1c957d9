"""Events and targets: what their pages take, who may, and what became of each target."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role
from dashboard.goals.outcomes import outcomes
from indicators.snapshot import snapshot
from reference.models import Event, Region, Target, TargetIndicator
from reference.models.version import current_data_version
from tests.dashboard import world
from tests.dashboard.goals.common import (
    ADD_EVENT,
    ADD_TARGET,
    DECEMBER,
    IMPORT,
    PAGE,
    last_entry,
    text,
)

pytestmark = pytest.mark.django_db

EVENT = {"label": "Cibles ESMS Numérique", "departement": "21", "month": "2025-12"}
TARGET = {"indicator": "rate_12m", "sector": "PA", "value": "33,5 %", "month": "12/2025"}


# --- Typed in -------------------------------------------------------------------------------------


def test_an_analyst_adds_an_event_which_the_trail_and_the_version_tell(
    client_as: Callable[[Role], Client],
) -> None:
    client, version = client_as(Role.ANALYST), current_data_version()

    answer = client.post(ADD_EVENT, EVENT, follow=True)

    event = Event.objects.get()
    assert (event.departement_id, event.month, event.last_month) == ("21", DECEMBER, None)
    assert current_data_version() == version + 1
    entry = last_entry()
    assert (entry.action, entry.region) == ("événement ajouté", event.region)
    assert entry.details == {
        "label": EVENT["label"], "territory": "Côte-d’Or", "month": "2025-12"
    }  # fmt: skip
    assert "Événement ajouté : Cibles ESMS Numérique." in text(answer)


def test_a_target_is_a_fraction_when_its_indicator_is_a_rate(owner_client: Client) -> None:
    owner_client.post(ADD_TARGET, TARGET)
    owner_client.post(ADD_TARGET, TARGET | {"indicator": "documents", "value": "12 000"})

    assert list(Target.objects.order_by("value").values_list("value", "sector")) == [
        (0.335, "PA"), (12000, "PA")
    ]  # fmt: skip
    assert not Target.objects.exclude(departement=None).exists()
    shown = text(owner_client.get(PAGE))
    assert "33,5 %" in shown
    assert "12 000 documents" in shown
    assert "Toute la région" in shown


@pytest.mark.parametrize(
    ("address", "change", "said"),
    [
        (ADD_EVENT, {"label": ""}, "Donnez un intitulé à l’événement."),
        (ADD_EVENT, {"label": "x" * 81}, "80 caractères au plus."),
        (ADD_EVENT, {"month": ""}, "Indiquez le mois."),
        (ADD_EVENT, {"month": "hier"}, "Écrivez le mois sous la forme AAAA-MM"),
        (ADD_EVENT, {"month": "2025-13"}, "Ce mois n’existe pas"),
        (ADD_EVENT, {"last_month": "2025-11"}, "La fin vient avant le début."),
        (ADD_EVENT, {"departement": "29"}, "Ce territoire n’est pas de la région."),
        (ADD_TARGET, {"indicator": "beauté"}, "Choisissez un indicateur."),
        (ADD_TARGET, {"sector": "AUTRE"}, "Ce secteur n’existe pas."),
        (ADD_TARGET, {"value": ""}, "Indiquez la valeur à atteindre."),
        (ADD_TARGET, {"value": "0,33"}, "Fraction ou pourcentage"),
        (ADD_TARGET, {"value": "133 %"}, "Écrivez un pourcentage entre 0 et 100"),
        (ADD_TARGET, {"indicator": "documents", "value": "-3"}, "Écrivez un nombre entier"),
        (ADD_TARGET, {"indicator": "contributors", "value": "1,5"}, "Écrivez un nombre entier"),
        (ADD_TARGET, {"indicator": "documents", "value": "33 %"}, "Écrivez un nombre entier"),
        (ADD_EVENT, {"label": "a\0b"}, "Erreur"),
    ],
)
def test_what_cannot_be_understood_is_told_and_nothing_is_saved(
    owner_client: Client, address: str, change: dict[str, str], said: str
) -> None:
    answer = owner_client.post(address, (EVENT if address == ADD_EVENT else TARGET) | change)

    assert answer.status_code == 400
    assert said in text(answer)
    assert not Event.objects.exists()
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("address", "data", "other"),
    [
        (ADD_EVENT, EVENT, {"label": "cibles esms numérique", "note": "Autre"}),
        (ADD_TARGET, TARGET, {"value": "40 %"}),
    ],
)
def test_the_same_twice_is_refused(
    owner_client: Client, address: str, data: dict[str, str], other: dict[str, str]
) -> None:
    owner_client.post(address, data)

    assert "déjà" in text(owner_client.post(address, data | other))
    assert Event.objects.count() + Target.objects.count() == 1


def test_a_change_is_kept_with_what_was_before(owner_client: Client, region: Region) -> None:
    event = Event.objects.create(region=region, month=DECEMBER, label="Projet")
    address = f"{PAGE}evenements/{event.pk}/"
    assert 'value="2025-12"' in text(owner_client.get(address))

    owner_client.post(address, EVENT | {"label": "Projet", "last_month": "2026-02", "note": "oui"})

    event.refresh_from_db()
    assert (event.departement_id, event.last_month, event.note) == (
        "21", dt.date(2026, 2, 1), "oui"
    )  # fmt: skip
    entry = last_entry()
    assert entry.action == "événement modifié"
    assert entry.details["before"] == {
        "label": "Projet", "territory": region.name, "month": "2025-12"
    }  # fmt: skip
    assert entry.details["after"]["until"] == "2026-02"


def test_saving_what_was_there_changes_nothing(owner_client: Client) -> None:
    owner_client.post(ADD_TARGET, TARGET)
    version, entries = current_data_version(), AuditEntry.objects.count()
    address = f"{PAGE}cibles/{Target.objects.get().pk}/"

    answer = owner_client.post(address, TARGET, follow=True)

    assert "Rien n’a changé." in text(answer)
    assert (current_data_version(), AuditEntry.objects.count()) == (version, entries)


def test_a_removal_is_asked_then_kept_in_the_trail(owner_client: Client, region: Region) -> None:
    target = Target.objects.create(region=region, month=DECEMBER, value=0.4, indicator="rate")
    version = current_data_version()
    address = f"{PAGE}cibles/{target.pk}/supprimer/"

    assert "ne sera plus sur les graphiques" in text(owner_client.get(address))
    assert Target.objects.exists()
    owner_client.post(address)

    assert not Target.objects.exists()
    assert current_data_version() == version + 1
    entry = last_entry()
    assert (entry.action, entry.details["value"]) == ("cible supprimée", "40\u202f%")
    assert owner_client.post(address).status_code == 404


def test_an_event_that_disappears_while_it_is_changed_is_not_made_again(
    owner_client: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = Event.objects.create(region=region, month=DECEMBER, label="Projet")
    gone = Event.objects.create(region=region, month=DECEMBER, label="Parti")
    monkeypatch.setattr("dashboard.views.goals._found", lambda *_: gone)
    Event.objects.filter(pk=gone.pk).delete()

    answer = owner_client.post(f"{PAGE}evenements/{gone.pk}/", EVENT)

    assert answer.status_code == 404
    assert list(Event.objects.all()) == [event]


# --- Who may --------------------------------------------------------------------------------------

WRITING = (ADD_EVENT, ADD_TARGET, IMPORT)


@pytest.mark.parametrize("role", [Role.READER, Role.REFERENT])
def test_readers_and_referents_read_the_list_and_its_file_only(
    role: Role, client_as: Callable[[Role], Client], region: Region
) -> None:
    event = Event.objects.create(region=region, month=DECEMBER, label="Projet")
    client = client_as(role)

    shown = text(client.get(PAGE))

    assert "Projet" in shown
    assert "Modifier" not in shown
    assert client.get(f"{PAGE}reperes.csv").status_code == 200
    for address in (*WRITING, f"{PAGE}evenements/{event.pk}/supprimer/"):
        assert client.get(address).status_code == client.post(address).status_code == 403
    assert Event.objects.exists()


@pytest.mark.parametrize("address", [PAGE, *WRITING, f"{PAGE}reperes.csv"])
def test_for_others_the_page_does_not_exist(
    address: str, colleague_client: Client, stranger_client: Client
) -> None:
    assert colleague_client.get(address).status_code == 404
    assert stranger_client.get(address)["Location"].startswith("/connexion/")


def test_what_is_of_another_region_or_kind_does_not_exist(owner_client: Client) -> None:
    theirs = Event.objects.create(region_id="53", month=DECEMBER, label="Ailleurs")

    for address in (
        f"{PAGE}evenements/{theirs.pk}/",
        f"{PAGE}cibles/{theirs.pk}/",
        f"{PAGE}autres/ajouter/",
        f"{PAGE}autres.csv",
    ):
        assert owner_client.get(address).status_code == 404
    assert "Ailleurs" not in text(owner_client.get(PAGE))


def test_the_list_costs_the_same_whatever_it_holds(
    owner_client: Client, region: Region, django_assert_max_num_queries: Any
) -> None:
    for rank in range(1, 9):
        Event.objects.create(
            region=region, departement_id="21", month=dt.date(2025, rank, 1), label="Projet"
        )
        Target.objects.create(
            region=region, month=dt.date(2025, rank, 1), value=1, indicator="documents"
        )

    with django_assert_max_num_queries(11):
        owner_client.get(PAGE)
    with django_assert_max_num_queries(9):
        owner_client.get(ADD_TARGET)


# --- What became of each target -----------------------------------------------------------------


def target(region: Region, value: float, month: dt.date = DECEMBER, **more: Any) -> Target:
    more = {"indicator": TargetIndicator.RATE, **more}
    return Target.objects.create(region=region, value=value, month=month, **more)


def outcomes_of(region: Region) -> dict[int, str]:
    with snapshot() as version:
        judged = outcomes(region, Target.objects.order_by("pk"), version)
    return {key: goal.outcome.value for key, goal in judged.items()}


def test_the_list_says_of_each_target_whether_it_is_reached(
    region: Region, owner_client: Client
) -> None:
    world.lay(last=DECEMBER)
    target(region, 0.001, label="Palier")

    shown = text(owner_client.get(PAGE))

    assert "atteinte" in shown
    assert re.search(r"\d+,\d % en décembre 2025", shown)
    file = text(owner_client.get(f"{PAGE}?format=csv&tableau=cibles"))
    assert re.search(r";01/\d\d/\d{4};;0,1 %;atteinte;\d+,\d % en décembre 2025;Palier", file)


def test_a_target_is_judged_on_its_own_territory_sector_and_months(region: Region) -> None:
    world.lay(first=dt.date(2023, 6, 1), last=DECEMBER)
    early = dt.date(2023, 7, 1)
    met = target(region, 0.001)
    missed = target(region, 0.999, departement_id="21")
    ahead = target(region, 0.001, dt.date(2026, 6, 1))
    sector = target(region, 0.001, sector="PDS")  # nobody of this sector feeds
    ended = target(region, 1, early, last_month=early, indicator=TargetIndicator.DOCUMENTS)

    assert outcomes_of(region) == {
        met.pk: "atteinte",
        missed.pk: "non atteinte",
        ahead.pk: "à venir",
        sector.pk: "non atteinte",
        ended.pk: "non atteinte",  # nobody fed as early
    }


def test_nothing_is_judged_before_a_month_is_received(region: Region) -> None:
    target(region, 0.5)

    assert outcomes_of(region) == {}
