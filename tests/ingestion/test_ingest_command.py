"""`manage.py ingest`: scripts rely on its arguments, its JSON and its exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingestion.models import Extract, Source, State
from reference.models import Departement
from tests.ingestion.files import workbook
from tests.ingestion.world import REGION, build, content, covered, entity, facility, fed, line

pytestmark = pytest.mark.django_db

A1, B1 = facility("21", 1), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def january(tmp_path: Path) -> Path:
    path = tmp_path / "extrait.csv"
    path.write_bytes(content([line(A1, 5), line(A1, 5), line(B1, -1), line(facility("35", 1), 2)]))
    return path


def ingest(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("ingest", str(path), "--region", "27", *options, stdout=out)
    return out.getvalue()


def test_a_file_is_read_and_its_account_given_as_json(january: Path) -> None:
    answer = json.loads(ingest(january, "--json"))

    extract = Extract.objects.get()
    assert answer == {
        "extract": extract.pk,
        "state": "ready",
        "months": ["2025-01"],
        "read": 4,
        "accepted": 1,
        "duplicates": 1,
        "out_of_scope": 1,
        "quarantined": 0,
        "refused": 1,
        "message": extract.warnings,
    }
    assert not covered()


def test_a_file_is_published_when_asked(january: Path) -> None:
    answer = json.loads(ingest(january, "--publish", "--json"))

    assert answer["state"] == "published"
    assert "dans le Doubs" in answer["message"]
    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_people_get_french_lines_with_the_refused_ones(january: Path) -> None:
    told = ingest(january, "--publish")

    assert "publié" in told
    assert "Mois\u202f: janvier 2025" in told
    assert "4 enregistrements lus = 1 accepté + 1 doublon fusionné + 1 hors champ" in told
    assert "ligne 4, Nombre de documents" in told


def test_the_first_twenty_refused_lines_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "extrait.csv"
    path.write_bytes(content([line(A1, 5), *(line(B1, "n.c.") for _ in range(25))]))

    told = ingest(path)

    assert told.count("n.c.") == 20
    assert "… et 5 autres lignes refusées" in told


def test_the_same_file_again_is_told_and_succeeds(january: Path) -> None:
    first = json.loads(ingest(january, "--publish", "--json"))

    again = json.loads(ingest(january, "--publish", "--json"))

    assert again["extract"] == first["extract"]
    assert again["state"] == "published"
    assert f"déjà en vigueur\u202f: n° {first['extract']}" in again["message"]
    assert Extract.objects.count() == 1


def test_a_refused_file_fails_with_its_message(tmp_path: Path) -> None:
    path = tmp_path / "vide.csv"
    path.write_bytes(b"")
    out = io.StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("ingest", str(path), "--region", "27", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["state"], answer["read"], answer["months"]) == ("refused", 0, [])
    assert answer["message"] == str(failure.value)
    assert failure.value.returncode == 1


def test_a_file_above_the_limit_fails_without_an_extract(january: Path, settings: Any) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10
    out = io.StringIO()

    with pytest.raises(CommandError, match="taille admise"):
        call_command("ingest", str(january), "--region", "27", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["extract"], answer["state"]) == (None, "refused")


def test_a_file_above_the_limit_says_so_in_french(january: Path, settings: Any) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10

    with pytest.raises(CommandError, match="Découpez-le"):
        ingest(january)


def test_a_publication_that_fails_is_a_failure(
    january: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr("ingestion.publishing.rebuild.replace_facts", fail)

    with pytest.raises(CommandError, match="Erreur interne"):
        ingest(january, "--publish")

    assert Extract.objects.get().state == State.READY


def test_a_mode_and_confirmed_empty_departements_are_applied(january: Path, tmp_path: Path) -> None:
    ingest(january, "--publish", "--confirm-empty")
    more = tmp_path / "complement.csv"
    more.write_bytes(content([line(facility("21", 2), 7)]))

    ingest(more, "--publish", "--mode", "complete")

    # The Doubs is no zero: the file has a line of it, which was refused.
    departements = set(Departement.objects.filter(region=REGION).values_list("pk", flat=True))
    assert covered() == {("2025-01", code) for code in departements - {"25"}}
    assert sorted(fed().values()) == [5, 7]


def test_what_a_file_leaves_out_is_told_even_when_it_is_published(
    january: Path, tmp_path: Path
) -> None:
    ingest(january, "--publish")
    less = tmp_path / "moins.csv"
    less.write_bytes(content([line(B1, 7)]))

    answer = json.loads(ingest(less, "--publish", "--json"))

    assert answer["state"] == "published"
    assert "Le fichier ne contient rien en Côte-d’Or en janvier 2025" in answer["message"]


def test_the_month_of_a_file_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "extrait.csv"
    path.write_text(f"FINESS;Type de document;Nombre de documents\n{A1};SYNTH;5\n")

    ingest(path, "--month", "2024-06", "--publish")

    assert fed() == {("2024-06", A1, "SYNTH"): 5}


def test_a_national_file_covers_every_region(january: Path) -> None:
    call_command(
        "ingest", str(january), "--region", "FR", "--publish", "--json", stdout=io.StringIO()
    )

    assert covered() == {("2025-01", "21"), ("2025-01", "35")}


def test_a_source_is_named_the_regions_own_first(january: Path) -> None:
    Source.objects.create(name="Éditeur", region=None)
    own = Source.objects.create(name="Éditeur", region_id="27")
    Source.objects.create(name="Éditeur", region_id="53")

    ingest(january, "--source", "Éditeur")

    assert Extract.objects.get().source == own


def test_a_source_of_another_region_is_unknown(january: Path) -> None:
    Source.objects.create(name="Voisine", region_id="53")

    with pytest.raises(CommandError, match="Source inconnue dans cette région"):
        ingest(january, "--source", "Voisine")


def test_a_sheet_is_named(tmp_path: Path) -> None:
    header = ("Mois", "FINESS ET", "Type de document", "Nombre de documents")
    sheets = {
        name: [header, ("2025-01", A1, "SYNTH", n)] for name, n in (("Un", "1"), ("Deux", "2"))
    }
    path = tmp_path / "extrait.xlsx"
    path.write_bytes(workbook(sheets))

    ingest(path, "--sheet", "Deux", "--publish")

    assert fed() == {("2025-01", A1, "SYNTH"): 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv", "--region", "27"], "Fichier illisible"),
        (["absent.csv", "--region", "99"], "Région inconnue"),
        (["absent.csv", "--region", "27", "--month", "janvier"], "mois illisible"),
    ],
)
def test_wrong_arguments_are_told(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("ingest", *arguments)


def test_a_file_carried_by_an_entity_is_told(tmp_path: Path) -> None:
    path = tmp_path / "extrait.csv"
    path.write_bytes(content([line(entity("21", 1), 5)]))

    answer = json.loads(ingest(path, "--publish", "--json"))

    assert (answer["accepted"], answer["state"]) == (1, "published")
