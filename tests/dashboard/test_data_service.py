"""The data service: figures equal to the pages', to who may see them, by key."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pytest_django import DjangoAssertNumQueries

from accounts.models import AccessToken, AuditEntry, RegionGrant, Role, User
from accounts.tokens import make
from dashboard.data_service.declaration import CODES, INDICATORS, RESOURCES
from dashboard.data_service.lines import indicators
from dashboard.data_service.openapi import MEASURES, document
from dashboard.data_service.writing import as_csv
from dashboard.reading import NEAR, prepare
from dashboard.synthesis import synthesis
from indicators.details import details
from indicators.evidence import gather
from indicators.measures import measure
from indicators.payload import details_payload, payload, type_labels
from indicators.selection import Selection, departement_territory, region_territory
from reference.models import (
    Departement,
    Facility,
    Region,
    Sector,
    current_data_version,
    raise_data_version,
)
from tests.conftest import MakeUser
from tests.dashboard import world
from tests.dashboard.owned import own_all
from tests.html import assert_no_inline
from tests.indicators.evidences import invented_region

pytestmark = pytest.mark.django_db

DATA = "/donnees/v1/"
FIRST = world.LAST.replace(year=2025, month=1)
SCHEMA = Path(__file__).parents[2] / "docs" / "indicators.schema.json"


@pytest.fixture
def received(region: Region) -> None:
    world.lay(first=FIRST, departements=("21", "39"), missing=[("39", world.LAST)], unallocated=7)
    own_all()


class Caller:
    """A program that carries a key."""

    def __init__(self, user: User, *, basic: bool = False) -> None:
        self.token, key = make(user, "Programme", 30)
        self.header = f"Bearer {key}"
        if basic:
            self.header = "Basic " + base64.b64encode(f"excel:{key}".encode()).decode()

    def get(self, address: str, **headers: str) -> Any:
        return Client().get(DATA + address, headers={"authorization": self.header, **headers})

    def lines(self, address: str) -> list[dict[str, str]]:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        text = answer.content.decode()
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


@pytest.fixture
def caller(owner: User) -> Caller:
    return Caller(owner)


def number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if cell else None


# --- Who ------------------------------------------------------------------------------------------

EVERY = [f"{name}.{form}" for name in RESOURCES for form in ("csv", "json")]


@pytest.mark.parametrize("address", EVERY)
def test_without_a_valid_key_nothing_is_told_whoever_signed_in(
    address: str, owner_client: Client
) -> None:
    for headers in ({}, {"authorization": "Bearer mes_inventee"}):
        answer = owner_client.get(f"{DATA}{address}?territoire=R27", headers=headers)

        assert answer.status_code == 401
        assert 'Basic realm="donnees"' in answer["WWW-Authenticate"]
        assert "Bearer" in answer["WWW-Authenticate"]
        assert "clé d’accès" in answer.json()["erreur"]


@pytest.mark.parametrize("basic", [False, True])
def test_a_key_opens_the_regions_of_its_user_as_they_are_today(
    received: None, owner: User, basic: bool
) -> None:
    caller = Caller(owner, basic=basic)
    places = caller.lines("territoires.csv")
    assert [line["territoire"] for line in places][:2] == ["R27", "D21"]
    assert places[1]["nom"] == "Côte-d’Or"  # as in departements.csv and in workbooks

    RegionGrant.objects.filter(user=owner).update(region="53")

    assert [line["territoire"] for line in caller.lines("territoires.csv")] == [
        "R53", "D22", "D29", "D35", "D56",
    ]  # fmt: skip
    assert caller.get("indicateurs.csv?territoire=R27").status_code == 404
    User.objects.update(is_active=False)
    assert caller.get("territoires.csv").status_code == 401


@pytest.mark.parametrize("territory", ["R53", "D35"])
def test_the_territory_of_another_region_does_not_exist_and_the_trail_knows(
    received: None, caller: Caller, owner: User, territory: str
) -> None:
    unknown = caller.get("indicateurs.csv?territoire=R99")
    answer = caller.get(f"indicateurs.csv?territoire={territory}")

    assert (answer.status_code, answer.json()) == (404, unknown.json())
    entry = AuditEntry.objects.get(action="accès refusé")
    assert (entry.actor, entry.target) == (owner, territory)
    assert entry.region_id == "53"


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.READER, 403), (Role.REFERENT, 200), (Role.ANALYST, 200), (Role.ADMINISTRATOR, 200)],
)
def test_the_names_of_esms_are_for_those_who_see_them_on_the_pages(
    received: None, make_user: MakeUser, region: Region, role: Role, status: int
) -> None:
    caller = Caller(make_user("one@example.fr", role, region))

    assert caller.get("esms.csv?territoire=D21").status_code == status
    assert caller.get("indicateurs.csv?territoire=D21").status_code == 200


def test_each_call_says_when_the_key_was_used(received: None, caller: Caller) -> None:
    caller.get("territoires.csv")

    assert AccessToken.objects.get().used_at is not None


# --- What is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Il manque le paramètre « territoire » : R suivi"),
        ("territoire=Dijon", "« territoire » : « Dijon » n’est pas compris."),
        ("territoire=R27&de=2025", "« de » : « 2025 » n’est pas compris."),
        ("territoire=R27&a=2025-13", "« a » : « 2025-13 » n’est pas un mois."),
        ("territoire=R27&de=2025-12&a=2025-01", "La période finit (« a ») avant de commencer"),
        ("territoire=R27&de=1990-01&a=2025-01", "La période dépasse 240 mois"),
        ("territoire=R27&de=1900-01", "La période dépasse 240 mois"),
        ("territoire=R27&de=2030-01", "Le dernier mois reçu est décembre 2025"),
        ("territoire=R27&secteur=XX", "Valeurs possibles : PA, PH, DOM"),
        ("territoire=R27&territoire=D21", "Le paramètre « territoire » est donné 2 fois."),
        (
            "territoir=R27",
            "Paramètre inconnu : « territoir ». Paramètres possibles : « territoire »",
        ),
    ],
)
def test_a_bad_parameter_is_explained(
    received: None, caller: Caller, query: str, said: str
) -> None:
    for form in ("csv", "json"):
        answer = caller.get(f"indicateurs.{form}?{query}")

        assert answer.status_code == 400
        assert said in answer.json()["erreur"].replace("\u202f", " ")


def test_a_resource_without_parameters_takes_none(caller: Caller) -> None:
    answer = caller.get("territoires.csv?territoire=R27")

    assert answer.status_code == 400
    assert "Il n’y en a aucun." in answer.json()["erreur"]


def test_facilities_are_of_received_months_and_departements_of_a_region(
    received: None, caller: Caller
) -> None:
    outside = caller.get("esms.csv?territoire=D21&a=2030-01")
    place = caller.get("departements.csv?territoire=D21")

    assert outside.status_code == place.status_code == 400
    assert "de 2025-01 à 2025-12" in outside.json()["erreur"]


@pytest.mark.parametrize("address", ["rien.csv", "indicateurs.xml", "openapi.csv"])
def test_an_unknown_address_is_a_404(caller: Caller, address: str) -> None:
    assert caller.get(address).status_code == 404


@pytest.mark.parametrize("name", [name for name in RESOURCES if name != "territoires"])
def test_a_territory_without_any_month_says_so(region: Region, caller: Caller, name: str) -> None:
    answer = caller.get(f"{name}.csv?territoire=R27")

    assert answer.status_code == 404
    assert "Aucun mois n’a encore été reçu" in answer.json()["erreur"]
    assert caller.lines("territoires.csv")[0]["dernier_mois"] == ""


# --- Figures --------------------------------------------------------------------------------------


def expected(asked: Selection) -> dict[str, Any]:
    measures = measure(asked)
    told = payload(measures, current_data_version()) | {"document_labels": type_labels(measures)}
    return told | details_payload(details(asked)[asked.territory.code])


@pytest.mark.parametrize(
    ("query", "sector"), [("territoire=R27", None), ("territoire=D39&secteur=PA", Sector.PA)]
)
def test_json_is_what_the_command_gives(
    received: None, caller: Caller, region: Region, query: str, sector: Sector | None
) -> None:
    place = Departement.objects.get(pk="39")
    territory = departement_territory(place) if sector else region_territory(region)
    last = world.LAST if sector is None else world.LAST.replace(month=11)

    found = caller.get(f"indicateurs.json?{query}").json()

    assert found == json.loads(json.dumps(expected(Selection(territory, FIRST, last, sector))))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)


def test_the_long_table_holds_the_same_figures_month_by_month(
    received: None, caller: Caller, region: Region
) -> None:
    told = expected(Selection(region_territory(region), FIRST, world.LAST))
    found = {
        (line["mois"], line["indicateur"], line["secteur"], line["type"]): line
        for line in caller.lines("indicateurs.csv?territoire=R27")
    }
    for index, month in enumerate(told["months"]):
        for name, code in (
            ("total_documents", "documents"),
            ("non_ventile", "documents_non_ventiles"),
            ("contributors", "esms_alimentant"),
            ("parc", "esms_ouverts"),
            ("rate", "taux"),
            ("rate_12m", "taux_12_mois"),
            ("received_12m", "mois_recus_12"),
            ("received_departements", "departements_recus"),
        ):
            assert number(found[month, code, "", ""]["valeur"]) == told[name][index]
        for kind, counts in told["documents"].items():
            line = found[month, "documents", "", kind]
            assert number(line["valeur"]) == counts[index]
            assert line["libelle_type"] == told["document_labels"][kind]
        assert found[month, "documents", "", ""]["libelle_type"] == ""
        rate = found[month, "taux", "", ""]
        assert number(rate["numerateur"]) == told["contributors"][index]
        assert number(rate["denominateur"]) == told["parc"][index]
    last = told["last_received"]
    assert found[last, "taux", "", ""]["etat"] == "partiel"
    assert number(found[last, "evolution", "", ""]["valeur"]) == told["growth"]["change"]
    assert number(found[last, "concentration", "", ""]["valeur"]) == told["concentration"]["share"]
    for sector, figures in told["sectors"].items():
        share = found[last, "part_esms", sector, ""]
        assert number(share["valeur"]) == figures["share"]
        assert number(share["numerateur"]) == figures["contributors"]
        long = found[last, "taux_12_mois", sector, ""]
        assert number(long["valeur"]) == figures["rate_12m"]


@pytest.mark.parametrize("seed", range(6))
def test_no_two_lines_have_the_same_key_and_every_code_is_declared(seed: int) -> None:
    evidence = invented_region(seed)
    for each in (evidence.region, *evidence.departements.values()):
        labels = {str(code): f"Type {code}" for code in each.measures.documents}
        found = list(indicators(each.measures, each.details, labels))

        keys = [line[:5] for line in found]
        assert len(set(keys)) == len(keys)
        assert {line[2] for line in found} <= set(CODES)
        assert {len(line) for line in found} == {len(INDICATORS.columns)}
        for *_, value, part, whole, _state, _label in (line for line in found if line[2] == "taux"):
            assert value is None or value == float(part or 0) / float(whole or 0)


def test_the_table_of_departements_is_that_of_the_page(
    received: None, caller: Caller, region: Region
) -> None:
    evidence = gather(Selection(region_territory(region), FIRST, world.LAST))
    page = synthesis(evidence, sort="departement", descending=False)

    *lines, _, total = caller.lines("departements.csv?territoire=R27")

    assert [line["territoire"] for line in lines] == [f"D{row.code}" for row in page.rows]
    for line, row in zip(lines, page.rows, strict=True):
        for column, cell in (
            ("documents_12_mois", "documents"), ("taux", "taux"),
            ("taux_12_mois", "taux-12-mois"), ("ecart_region", "ecart"), ("rang", "rang"),
        ):  # fmt: skip
            assert number(line[column]) == row.cells[cell].value
        assert line["dynamique"] == row.cells["dynamique"].text
    assert (total["territoire"], total["mois"]) == ("R27", "2025-12")
    assert number(total["documents_12_mois"]) == page.region.cells["documents"].value
    earlier = caller.lines("departements.csv?territoire=R27&a=2025-06")
    assert {line["mois"] for line in earlier} == {"2025-06"}
    never = caller.lines("departements.csv?territoire=R27&a=2020-06")
    assert {line["mois"] for line in never} == {""}


def test_documents_without_a_departement_have_a_line_and_make_the_sum_that_of_the_region(
    received: None, caller: Caller
) -> None:
    *lines, nobody, total = caller.get("departements.json?territoire=R27").json()["lignes"]

    told = {name: value for name, value in nobody.items() if value is not None}
    assert told == {
        "mois": "2025-12", "territoire": "", "nom": "Non ventilé (porté par l’OG)",
        "documents_12_mois": 7,
    }  # fmt: skip
    documents = sum(line["documents_12_mois"] or 0 for line in (*lines, nobody))
    assert documents == total["documents_12_mois"]


def test_the_list_of_esms_is_that_of_the_page_and_no_name_runs(
    received: None, caller: Caller, owner_client: Client
) -> None:
    first = Facility.objects.filter(departement="21").order_by("pk")[0]
    Facility.objects.filter(pk=first.pk).update(name='=HYPERLINK("http://x";"y")')
    raise_data_version("essai")

    lines = caller.lines("esms.csv?territoire=D21")
    objects = caller.get("esms.json?territoire=D21&parmi=alimentent").json()["lignes"]
    page = owner_client.get("/departements/21/esms/?format=csv").content.decode("utf-8-sig")

    table = list(csv.DictReader(io.StringIO(page), delimiter=";"))
    shown = {row["FINESS ET"]: row for row in table if (row["FINESS ET"] or "").startswith("21")}
    assert {line["finess"] for line in lines} == set(shown)
    assert [row["finess"] for row in objects] == [line["finess"] for line in lines]
    for line in lines:
        assert line["nom"] == shown[line["finess"]]["Nom"]
    named = {line["finess"]: line["nom"] for line in lines}
    assert named[first.finess].startswith("'=HYPERLINK")


# --- Freshness ------------------------------------------------------------------------------------


def test_nothing_is_sent_again_until_figures_or_rights_change(
    received: None, caller: Caller, owner: User
) -> None:
    address = "indicateurs.json?territoire=R27"
    first = caller.get(address)
    assert "private" in first["Cache-Control"]
    assert "Authorization" in first["Vary"]
    tag = first["ETag"]

    same = caller.get(address, **{"if-none-match": tag})
    other = caller.get("indicateurs.json?territoire=D21", **{"if-none-match": tag})
    assert (same.status_code, same.content, other.status_code) == (304, b"", 200)

    RegionGrant.objects.filter(user=owner).update(role=Role.READER)
    assert caller.get(address, **{"if-none-match": tag}).status_code == 200
    RegionGrant.objects.filter(user=owner).update(role=Role.ADMINISTRATOR)
    raise_data_version("essai")
    assert caller.get(address, **{"if-none-match": tag}).status_code == 200


def test_the_number_of_queries_is_known(
    received: None,
    region: Region,
    caller: Caller,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    prepare(region)
    caller.get("territoires.csv")
    for address, most in (
        ("territoires.csv", 5),
        ("indicateurs.csv?territoire=R27", 8),
        ("indicateurs.json?territoire=D21&de=2025-02&a=2025-04", 9),
        ("departements.csv?territoire=R27", 7),
        ("esms.csv?territoire=R27", 10),
    ):
        cache.clear()
        caches[NEAR].clear()
        with django_assert_max_num_queries(most):
            assert caller.get(address).status_code == 200


# --- Writing --------------------------------------------------------------------------------------


@given(
    st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
)
def test_a_number_is_written_whole_without_exponent_or_point(values: list[float | None]) -> None:
    columns = INDICATORS.columns[:1]
    text = as_csv(columns, ((value,) for value in values)).decode("utf-8-sig")

    cells = text.split("\r\n")[1:-1]
    assert not set(text.split("\r\n", 1)[1]) & set("eE.")
    assert [number(cell.strip('"')) for cell in cells] == [
        None if value is None else float(value) for value in values
    ]


# --- Its description ------------------------------------------------------------------------------


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_document_describes_what_is_answered(
    received: None, caller: Caller, stranger_client: Client
) -> None:
    told = stranger_client.get(f"{DATA}openapi.json").json()
    schemas = told["components"]["schemas"]

    assert set(told["paths"]) == {f"/{address}" for address in EVERY}
    assert set(references(told)) == {f"#/components/schemas/{name}" for name in schemas}
    for name in RESOURCES:
        query = "" if name == "territoires" else "?territoire=R27"
        Draft202012Validator.check_schema(schemas[name])
        Draft202012Validator(schemas[name]).validate(caller.get(f"{name}.json{query}").json())
        columns = told["paths"][f"/{name}.csv"]["get"]["responses"]["200"]["content"]["text/csv"]
        header = caller.get(f"{name}.csv{query}").content.decode("utf-8-sig").split("\r\n")[0]
        assert columns["schema"]["description"] == header
    wrong = caller.get("indicateurs.csv").json()
    Draft202012Validator(schemas["erreur"]).validate(wrong)


def test_the_names_of_measures_are_those_of_their_schema() -> None:
    schema = json.loads(SCHEMA.read_text())

    assert set(MEASURES) == set(schema["properties"])
    assert document()["openapi"] == "3.1.0"


def test_the_help_page_gives_addresses_that_answer(
    received: None, caller: Caller, owner_client: Client, stranger_client: Client
) -> None:
    page = owner_client.get("/donnees/")

    assert page.status_code == 200
    assert "http://testserver/donnees/v1/indicateurs.csv?territoire=R27" in page.text
    assert '{{"valeur", type number}}' in page.text.replace("&lbrace;", "{").replace(
        "&rbrace;", "}"
    )
    assert_no_inline(page.text)
    assert stranger_client.get("/donnees/")["Location"] == "/connexion/?next=/donnees/"
    assert caller.get("indicateurs.csv?territoire=R27").status_code == 200
