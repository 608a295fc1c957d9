"""The data service is described as it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from dashboard.data_service.declaration import RESOURCES
from dashboard.data_service.openapi import MEASURES, document
from tests.dashboard.data_service.common import DATA, EVERY, SCHEMA, Caller
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db


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
