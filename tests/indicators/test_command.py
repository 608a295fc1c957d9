"""`manage.py indicators`: JSON that follows its schema, a French table, French errors."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from jsonschema import Draft202012Validator
from pytest_django import DjangoDbBlocker

from tests.indicators.world import CODES, lay, lay_ground
from tests.indicators.worlds import large_world

pytestmark = pytest.mark.django_db

SCHEMA = json.loads(Path("docs/indicators.schema.json").read_text(encoding="utf-8"))
YEAR = ("--from", "2024-01", "--to", "2024-12")


@pytest.fixture(scope="module", autouse=True)
def _world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Read by every test and written by none."""
    with django_db_blocker.unblock(), transaction.atomic():
        lay_ground()
        lay(large_world(6))
        yield
        transaction.set_rollback(True)


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("indicators", *arguments, stdout=output)
    return output.getvalue()


def run_json(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return answer


@pytest.mark.parametrize(
    "arguments",
    [
        ("--territory", "RZZ", *YEAR),
        ("--territory", f"D{CODES[3]}", *YEAR),
        ("--territory", "RZZ", *YEAR, "--sector", "PA"),
        ("--territory", "RZZ", "--from", "1999-01", "--to", "1999-02"),
    ],
)
def test_json_follows_its_schema(arguments: tuple[str, ...]) -> None:
    Draft202012Validator.check_schema(SCHEMA)

    answer = run_json(*arguments)

    Draft202012Validator(SCHEMA).validate(answer)
    assert set(answer["document_labels"]) == set(answer["documents"])
    for name in ("total_documents", "parc", "rate", "rate_12m", "received_departements"):
        assert len(answer[name]) == len(answer["months"])


def test_a_month_not_received_is_null_and_named_missing() -> None:
    answer = run_json("--territory", f"D{CODES[3]}", *YEAR)

    assert answer["missing_months"] == ["2024-12"]
    assert answer["last_received"] == "2024-11"
    for name in ("total_documents", "contributors", "parc", "rate", "rate_12m", "received_12m"):
        assert answer[name][-1] is None
        assert answer[name][-2] is not None


def test_what_lies_behind_the_volumes_is_told_beside_them() -> None:
    answer = run_json("--territory", "RZZ", *YEAR)

    assert answer["typing"]["documents"] == sum(filter(None, answer["total_documents"]))
    assert sum(each["share"] for each in answer["types"]) == pytest.approx(1)
    assert answer["regularity"]["contributors"] == sum(
        each["contributors"] for each in answer["sectors"].values()
    )
    origin, growth = answer["growth_origin"], answer["growth"]
    assert origin["change"] == growth["recent"] - growth["earlier"]
    for split in ("by_sector", "by_departement", "by_type"):
        assert sum(each["change"] for each in origin[split]) == origin["change"]


def test_regular_facilities_are_unknown_under_nine_received_months() -> None:
    answer = run_json("--territory", "RZZ", "--from", "2024-05", "--to", "2024-12")

    assert answer["regularity"]["median"] is None
    assert answer["regularity"]["regular"] is None
    assert answer["intensity"] > 0


def test_a_region_without_one_of_its_departements_is_partial() -> None:
    answer = run_json("--territory", "rzz", *YEAR)

    assert answer["departements"] == 8
    assert answer["received_departements"][-2:] == [8, 7]
    assert answer["partial_months"] == ["2024-12"]


def test_without_json_a_french_table_is_shown() -> None:
    lines = run("--territory", f"D{CODES[3]}", *YEAR, "--sector", "PA").splitlines()

    assert lines[0] == "Essai Z04, janvier 2024 – décembre 2024 (secteur Personnes âgées)"
    december = next(line for line in lines if line.startswith("décembre 2024"))
    assert december.count("n. d.") == 5
    november = next(line for line in lines if line.startswith("novembre 2024"))
    assert "n. d." not in november
    assert "\u202f%" in november


def test_the_table_ends_with_each_sector_over_the_window() -> None:
    lines = run("--territory", "RZZ", "--from", "2023-01", "--to", "2024-12").splitlines()

    assert lines[0] == "Région d’essai, janvier 2023 – décembre 2024"
    assert "Secteurs, janvier 2024 – décembre 2024" in lines
    assert lines[-1].startswith("Secteur inconnu")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--territory", "X27", *YEAR), "Territoire inconnu\u202f: «\u202fX27\u202f»"),
        (("--territory", "R00", *YEAR), "Territoire inconnu"),
        (("--territory", "D00", *YEAR), "Territoire inconnu"),
        (("--territory", "RZZ", "--from", "2024", "--to", "2024-12"), "n’est pas un mois"),
        (("--territory", "RZZ", "--from", "2024-13", "--to", "2024-12"), "n’est pas un mois"),
        (("--territory", "RZZ", "--from", "2024-12", "--to", "2024-01"), "suit le mois de fin"),
        (("--territory", "RZZ", *YEAR, "--sector", "AUTRE"), "Secteur inconnu"),
    ],
)
def test_what_cannot_be_understood_is_said_in_french(
    arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        run(*arguments)

    assert refused.value.returncode == 1
