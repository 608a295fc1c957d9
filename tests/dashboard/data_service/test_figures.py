"""The data service tells the figures of the pages and of the command."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from dashboard.data_service.declaration import CODES, INDICATORS
from dashboard.data_service.lines import indicators
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
from tests.dashboard import world
from tests.dashboard.data_service.common import FIRST, SCHEMA, Caller, number
from tests.indicators.evidences import invented_region

pytestmark = pytest.mark.django_db


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
