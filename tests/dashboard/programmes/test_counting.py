"""The pages of programmes: what they count, in a région and in a département."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from dashboard.charts.landmarks import markers
from indicators.models import CoveredMonth
from reference.models import Event, LegalEntity, Programme, ProgrammeMembership, Region
from reference.months import shift
from tests.dashboard.programmes.common import (
    FIRST,
    HERE,
    LAST,
    ONE,
    PAGE,
    THERE,
    facility,
    rows,
    text,
)

pytestmark = pytest.mark.django_db


# --- What is counted ------------------------------------------------------------------------------


def test_the_list_sets_members_beside_the_others(world: Programme, owner_client: Client) -> None:
    Programme.objects.create(code="vide", name="Vide")

    shown = text(owner_client.get(PAGE))

    for figure in ("Pilote d’essai", "27", "82 %", "44,4 %", "1 sur 6", "15"):
        assert f">{figure}<" in shown, figure
    assert "Vide" in shown


def test_a_programme_is_told_in_tiles_tables_and_dates(
    world: Programme, owner_client: Client
) -> None:
    shown = text(owner_client.get(ONE))

    assert "sur 33 ESMS ouverts, soit 82 %" in shown
    assert "12 sur 27" in shown
    assert "sur 27 membres, soit 56 %" in shown
    assert "15 sur 27 membres sans document sur 12 mois" in shown
    assert "cible atteinte dans les temps" in shown
    assert "Par millésime" in shown
    assert "Par éditeur" not in shown  # the list says none


def test_the_list_and_the_target_dates_are_files(world: Programme, owner_client: Client) -> None:
    Programme.objects.create(code="vide", name="=Vide")

    assert rows(owner_client.get(f"{PAGE}?format=csv&tableau=programmes"))[1:] == [
        ["'=Vide", "vide", "0", "", "", "", ""],
        ["Pilote d'essai", "pilote", "27", "81,82", "44,44", "1 sur 6", "15"],
    ]
    dates = rows(owner_client.get(f"{ONE}dates-cibles.csv"))
    assert dates[:3] == [
        ["Situation", "Membres"],
        ["cible atteinte dans les temps, ou sans date cible", "1"],
        ["cible atteinte après la date", "1"],
    ]


def test_small_bases_are_counts_and_their_gap_is_not_told(
    world: Programme, owner_client: Client
) -> None:
    table = rows(owner_client.get(f"{ONE}par-departement.csv"))

    assert table[1][:6] == ["Côte-d’Or", "12 sur 24", "50", "1 sur 6", "effectif", "n. d."]
    assert table[2][:6] == ["Jura", "0 sur 3", "effectif", "aucun", "n. d.", "n. d."]
    monthly = rows(owner_client.get(f"{ONE}par-mois.csv"))
    assert monthly[0] == [
        "Mois", "Membres", "Membres\u202f: ESMS ouverts", "Autres", "Autres\u202f: ESMS ouverts"
    ]  # fmt: skip
    assert monthly[12][1:] == ["12", "27", "0", "6"]


def test_a_gap_between_large_sides_is_the_message(world: Programme, owner_client: Client) -> None:
    entity = LegalEntity.objects.get()
    for rank in range(40, 60):
        facility(rank, "21", "500", entity)

    shown = text(owner_client.get(ONE))

    assert (
        "44,4 % des membres ont alimenté sur 12 mois, 40,6 points de plus que les autres" in shown
    )
    assert "Plus grands écarts : par département, +46,2 points (Côte-d’Or) ; par secteur, " in shown
    table = rows(owner_client.get(f"{ONE}par-departement.csv"))
    assert table[1][5] == "46,15"


def test_a_sector_keeps_its_own(world: Programme, owner_client: Client) -> None:
    shown = text(owner_client.get(f"{ONE}?secteur=PH"))

    assert "Aucun membre dans le périmètre" in shown
    assert "12 sur 27" in text(owner_client.get(f"{ONE}?secteur=PA"))


def test_where_nobody_is_a_member_the_list_is_not_said_to_be_missing(
    world: Programme, owner_client: Client
) -> None:
    ProgrammeMembership.objects.filter(facility__departement="21").delete()

    here, of_sector = (
        " ".join(text(owner_client.get(at)).split()) for at in (HERE, f"{ONE}?secteur=PH")
    )

    nobody = "ouvert en décembre 2025 n’est membre de ce programme"
    assert f"Aucun ESMS {nobody} en Côte-d’Or." in here
    assert f"Aucun ESMS de ce secteur {nobody} en Bourgogne-Franche-Comté." in of_sector
    assert "sera apportée" not in here + of_sector


def test_under_nine_months_nothing_is_said_over_a_year(
    world: Programme, owner_client: Client
) -> None:
    CoveredMonth.objects.filter(month__lt=dt.date(2025, 5, 1)).delete()

    shown = text(owner_client.get(ONE))

    assert "Moins de 9 mois sont reçus" in shown
    assert "n. d." in shown
    assert "ESMS 20" not in shown


def test_the_events_of_the_region_are_on_the_chart(
    world: Programme, owner_client: Client, region: Region
) -> None:
    event = Event.objects.create(region=region, month=LAST, label="Cibles")
    Event.objects.create(region=region, month=LAST, label="Ailleurs", departement_id="39")

    shown = text(owner_client.get(ONE))

    (marker,) = markers([event], FIRST, LAST)
    assert marker.text.replace("\u202f", " ") in shown
    assert "Ailleurs" not in shown


def test_a_period_without_a_received_month_falls_back_on_the_usual_one(
    world: Programme, owner_client: Client
) -> None:
    CoveredMonth.objects.filter(month=shift(LAST, -2)).delete()
    month = f"{shift(LAST, -2):%Y-%m}"

    shown = text(owner_client.get(f"{ONE}?de={month}&a={month}"))

    assert "Aucun mois n’est reçu sur cette période" in shown
    assert "12 sur 27" in shown


# --- In one département ---------------------------------------------------------------------------


def test_a_departement_counts_its_own_beside_its_region(
    world: Programme, owner_client: Client
) -> None:
    shown = text(owner_client.get(HERE))

    assert "Pilote d’essai en Côte-d’Or" in shown
    assert "sur 30 ESMS ouverts, soit 80 %" in shown
    assert "12 sur 24 membres sans document sur 12 mois" in shown
    assert "Par millésime" in shown
    table = rows(owner_client.get(f"{HERE}par-departement.csv"))
    assert table[1][:4] == ["Côte-d’Or", "12 sur 24", "50", "1 sur 6"]
    assert table[2][:4] == ["Bourgogne-Franche-Comté", "12 sur 27", "44,44", "1 sur 6"]
    assert ["Territoire", "Côte-d’Or"] in table
    assert rows(owner_client.get(f"{THERE}par-departement.csv"))[1][1] == "0 sur 3"


def test_a_region_whose_last_month_is_another_is_not_set_beside(
    world: Programme, owner_client: Client
) -> None:
    CoveredMonth.objects.filter(month=shift(LAST, -2), departement="39").delete()
    until = f"{shift(LAST, -2):%Y-%m}"

    table = rows(owner_client.get(f"{THERE}par-departement.csv?de=2025-01&a={until}"))

    assert table[1][0] == "Jura"
    assert table[2] == []


def test_the_pages_of_a_departement_and_of_its_region_lead_to_each_other(
    world: Programme, owner_client: Client
) -> None:
    assert f'href="{HERE}' in text(owner_client.get(ONE))
    assert f'href="{HERE}"' in text(owner_client.get("/departements/21/"))
    shown = text(owner_client.get(HERE))
    assert f'href="{ONE}"' in shown
    assert 'href="/departements/21/"' in shown


def test_the_page_of_a_departement_leads_to_the_programmes_with_a_member_there(
    world: Programme, owner_client: Client
) -> None:
    ProgrammeMembership.objects.filter(facility__departement="39").delete()

    assert f'href="{HERE}"' in text(owner_client.get("/departements/21/"))
    there = text(owner_client.get("/departements/39/"))
    assert "Documents alimentés" in there
    assert f'href="{THERE}"' not in there
    assert "Programmes</h2>" not in there


def test_a_departement_that_sent_nothing_says_what_to_bring(
    world: Programme, owner_client: Client
) -> None:
    address = "/departements/58/programmes/pilote/"

    assert "Aucun mois reçu" in text(owner_client.get(address))
    assert owner_client.get(f"{address}par-mois.csv").status_code == 404


def test_events_of_the_region_and_of_the_departement_are_told_apart(
    world: Programme, owner_client: Client, region: Region
) -> None:
    Event.objects.create(region=region, month=LAST, label="Cibles")
    Event.objects.create(region=region, month=LAST, label="Ici", departement_id="21")
    Event.objects.create(region=region, month=LAST, label="Ailleurs", departement_id="39")

    shown = text(owner_client.get(HERE))

    assert "Cibles (région)." in shown
    assert "Ici." in shown
    assert "Ailleurs" not in shown
