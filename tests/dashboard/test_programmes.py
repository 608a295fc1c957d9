"""The pages of programmes: what they count, who sees the names, and who creates one."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from dashboard.charts.landmarks import markers
from indicators.models import CoveredMonth, FacilityMonth
from indicators.programme_comparison import Comparison, compare
from indicators.selection import Selection
from reference.models import (
    Event,
    Facility,
    FacilityPeriod,
    LegalEntity,
    Programme,
    ProgrammeMembership,
    Region,
)
from reference.models.version import current_data_version
from reference.months import shift, span
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

REGION = "/regions/bourgogne-franche-comte/"
PAGE = f"{REGION}programmes/"
ONE, ADD = f"{PAGE}pilote/", f"{PAGE}nouveau/"
HERE, THERE = (f"/departements/{code}/programmes/pilote/" for code in ("21", "39"))
LAST = dt.date(2025, 12, 1)
FIRST = dt.date(2025, 1, 1)
NEW = {"name": "ESMS Numérique", "code": "esms-numerique"}


def text(response: Any) -> str:
    assert_no_inline(response.content.decode())
    return unescape(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    content = response.content.decode("utf-8-sig").replace("\u00a0", " ")
    return list(csv.reader(io.StringIO(content), delimiter=";"))


def facility(rank: int, departement: str, category: str, entity: LegalEntity) -> Facility:
    made = Facility.objects.create(
        finess=f"{departement}99{rank:05}",
        name=f"ESMS {rank}",
        departement_id=departement,
        seen_on=LAST,
    )
    FacilityPeriod.objects.create(facility=made, category_id=category, legal_entity=entity)
    return made


@pytest.fixture
def world(region: Region) -> Programme:
    """Côte-d'Or: 25 EHPAD and 5 IME; 24 are members, of whom 12 feed; of the 6 others, one does.

    Jura: 3 EHPAD, members, of whom none feeds. A year is received in both.
    """
    entity = LegalEntity.objects.create(finess="210000001")
    here = [facility(rank, "21", "500" if rank < 25 else "183", entity) for rank in range(30)]
    there = [facility(rank, "39", "500", entity) for rank in range(30, 33)]
    CoveredMonth.objects.bulk_create(
        CoveredMonth(
            month=month,
            departement_id=code,
            received_on=shift(month, 1),
            source_label="a.csv",
        )
        for month in span(FIRST, LAST)
        for code in ("21", "39")
    )
    feeding = [(each, month) for each in here[:12] for month in (LAST, shift(LAST, -1))]
    feeding += [(here[29], shift(LAST, -5))]
    FacilityMonth.objects.bulk_create(
        FacilityMonth(month=month, facility=each, departement_id="21", sector="PA", documents=3)
        for each, month in feeding
    )
    programme = Programme.objects.create(code="pilote", name="Pilote d'essai")
    dates = {0: (LAST, LAST), 1: (FIRST, LAST), 2: (FIRST, None), 3: (shift(LAST, 6), None)}
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(
            programme=programme,
            facility=each,
            vintage="2022" if rank % 2 else "2023",
            holder="OG d’essai",
            target_on=dates.get(rank, (None, None))[0],
            reached_on=dates.get(rank, (None, None))[1],
        )
        for rank, each in enumerate((*here[:24], *there))
    )
    return programme


@pytest.fixture
def client_as(make_user: Callable[..., User], region: Region) -> Callable[[Role], Client]:
    def make(role: Role) -> Client:
        client = Client()
        user = make_user(f"{role.value}@example.fr", role, region)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return make


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
        ["'=Vide", "vide", "0"],
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
    assert ["Territoire", "Côte-d'Or"] in table
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


# --- Who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "named"), [(Role.READER, False), (Role.REFERENT, True), (Role.ADMINISTRATOR, True)]
)
def test_the_members_that_do_not_feed_are_named_from_referents_on(
    role: Role, named: bool, world: Programme, client_as: Callable[[Role], Client]
) -> None:
    client = client_as(role)

    assert ("ESMS 20" in text(client.get(ONE))) == named
    assert ("ESMS 20" in text(client.get(HERE))) == named
    assert client.get(f"{HERE}sans-depot.csv").status_code == (200 if named else 403)
    file = client.get(f"{ONE}sans-depot.csv")
    assert file.status_code == (200 if named else 403)
    if named:
        table = rows(file)
        assert table[0][1:] == [
            "ESMS", "Département", "Secteur", "Porteur", "Millésime", "Éditeur du DUI",
            "Date cible", "Dernier dépôt",
        ]  # fmt: skip
        assert len([row for row in table if row and row[0].startswith(("2199", "3999"))]) == 15
        assert table[1][-1] == "jamais"
        assert "Document de travail" in file.content.decode()


def test_a_long_list_is_in_pages(world: Programme, owner_client: Client) -> None:
    entity = LegalEntity.objects.get()
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(programme=world, facility=facility(rank, "21", "500", entity))
        for rank in range(100, 150)
    )

    assert "Page 1 sur 2" in text(owner_client.get(ONE))
    assert "ESMS 31" in text(owner_client.get(f"{ONE}?page=2"))


@pytest.mark.parametrize(
    "address", [PAGE, ONE, f"{ONE}par-mois.csv", HERE, f"{HERE}par-mois.csv", ADD]
)
def test_for_others_the_page_does_not_exist(
    address: str, world: Programme, colleague_client: Client, stranger_client: Client
) -> None:
    assert colleague_client.get(address).status_code == 404
    assert stranger_client.get(address)["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", [Role.READER, Role.REFERENT, Role.ANALYST])
def test_only_administrators_create_a_programme(
    role: Role, client_as: Callable[[Role], Client]
) -> None:
    client = client_as(role)

    assert client.get(ADD).status_code == client.post(ADD, NEW).status_code == 403
    assert "Créer un programme" not in text(client.get(PAGE))
    assert not Programme.objects.exists()


def test_what_does_not_exist_is_not_found(world: Programme, owner_client: Client) -> None:
    elsewhere = ("/departements/21/programmes/autre/", f"{HERE}autre.csv")
    for address in (f"{PAGE}autre/", f"{PAGE}autre/par-mois.csv", f"{ONE}autre.csv", *elsewhere):
        assert owner_client.get(address).status_code == 404


def test_before_any_month_the_page_says_what_to_bring(
    owner_client: Client, stranger_client: Client
) -> None:
    Programme.objects.create(code="pilote", name="Pilote")

    assert "Aucun mois reçu" in text(owner_client.get(ONE))
    assert owner_client.get(f"{ONE}par-mois.csv").status_code == 404
    assert "Pilote" in text(owner_client.get(PAGE))


def test_pages_stay_under_twelve_queries_and_are_kept_while_nothing_changes(
    world: Programme, owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    for address in (PAGE, ONE, f"{ONE}sans-depot.csv", HERE):
        with django_assert_max_num_queries(11):
            first = owner_client.get(address)
        again = owner_client.get(address, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304


def test_what_is_compared_is_read_once_whatever_the_address_says_besides(
    world: Programme, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Selection] = []

    def counted(selection: Selection, *given: Any) -> Comparison | None:
        read.append(selection)
        return compare(selection, *given)

    monkeypatch.setattr("dashboard.views.programme.compare", counted)

    for address in ("", "?page=2", "?tri=rang", "?de=x", "?secteur=PA", "?secteur=PA&page=2"):
        text(owner_client.get(f"{ONE}{address}"))
    rows(owner_client.get(f"{ONE}par-mois.csv"))

    assert [selection.sector for selection in read] == [None, "PA"]
    assert "«\u202fx\u202f»" in owner_client.get(f"{ONE}?de=x").text


# --- A new one ------------------------------------------------------------------------------------


def test_an_administrator_creates_a_programme_which_the_trail_tells(
    owner_client: Client, region: Region
) -> None:
    version = current_data_version()

    answer = owner_client.post(ADD, NEW | {"name": " ESMS  Numérique "})

    assert answer["Location"] == "/fichiers-mensuels/"
    made = Programme.objects.get()
    assert (made.name, made.code) == ("ESMS Numérique", "esms-numerique")
    assert current_data_version() == version + 1
    entry = AuditEntry.objects.get(action="programme créé")
    assert (entry.target, entry.region) == (made.name, region)
    assert entry.details == {"code": made.code}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Donnez un nom au programme."),
        ({"code": ""}, "Donnez un code au programme."),
        ({"code": "ESMS Numérique"}, "en minuscules sans accent"),
        ({"code": "a\n"}, "existe déjà"),
        ({"code": "nouveau"}, "Ce code est réservé"),
        ({"code": "a"}, "Le programme « Pilote » existe déjà, pour toutes les régions"),
        ({"name": "PILOTE"}, "Le programme « Pilote » existe déjà, pour toutes les régions"),
    ],
)
def test_what_cannot_be_a_programme_is_told(
    change: dict[str, str], said: str, owner_client: Client
) -> None:
    Programme.objects.create(code="a", name="Pilote")

    answer = owner_client.post(ADD, NEW | change)

    assert answer.status_code == 400
    assert said in text(answer)
    assert Programme.objects.count() == 1


def test_two_regions_share_one_programme_and_see_their_own_members(
    world: Programme, owner_client: Client, colleague_client: Client
) -> None:
    theirs = f"{PAGE}pilote/".replace("bourgogne-franche-comte", "bretagne")
    assert "existe déjà" in text(colleague_client.post(
        ADD.replace("bourgogne-franche-comte", "bretagne"), NEW | {"code": "pilote"}
    ))  # fmt: skip
    entity = LegalEntity.objects.get()
    member = facility(200, "35", "500", entity)
    ProgrammeMembership.objects.create(programme=world, facility=member)
    CoveredMonth.objects.bulk_create(
        CoveredMonth(month=month, departement_id="35", received_on=LAST, source_label="b.csv")
        for month in span(FIRST, LAST)
    )

    assert "1 sur 1 membres" in text(colleague_client.get(theirs))
    assert "15 sur 27 membres" in text(owner_client.get(ONE))
