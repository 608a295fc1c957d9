"""`manage.py import_finess`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AuditEntry
from ingestion.models import Extract
from ingestion.publishing.rebuild import UnreadableExtractError
from reference.models import DataVersion, Facility
from tests.ingestion import world
from tests.reference.registers import document, facility, flat, line, number

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = (number("2100", rank) for rank in range(1, 4))
JURA = number("3900", 1)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "registre.csv"


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_finess", str(path), *options, stdout=out)
    return out.getvalue()


def run_json(path: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run(path, "--json"))
    return result


def test_the_report_in_french_says_what_became_of_every_line(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE), line("210001385")).getvalue())

    told = run(register)

    assert "Registre du 08/01/2021, format etalab\u202f: registre.csv" in told
    assert (
        "Établissements lus\u202f: 2 = créés 1 + mis à jour 0 + fermés 0 + rouverts 0"
        " + inchangés 0 + refusés 1"
    ) in told
    assert "ligne 3 210001385\u202f: clé du numéro FINESS de l’établissement fausse" in told
    assert "Départements couverts (1)\u202f: 21" in told
    assert "Les chiffres publiés ont été recalculés." in told


def test_the_report_says_where_nothing_could_be_closed(register: Path) -> None:
    everything = [line(ONE), line(TWO), line(THREE), line(JURA, departement="39")]
    register.write_bytes(flat("2021-01-08", *everything).getvalue())
    run(register)
    register.write_bytes(flat("2022-01-08", line(ONE)).getvalue())

    told = run(register)

    assert "Départements couverts (0)\u202f: aucun" in told
    assert "Rien n’a été fermé dans les départements que le fichier ne couvre pas (2)" in told
    assert "en partie dans le fichier (présents sur ouverts)\u202f: 21 (1 sur 3)" in told
    assert "absents du fichier\u202f: 39" in told
    assert "Les chiffres publiés n’avaient pas à être recalculés." in told


def test_a_partial_file_that_leaves_no_departement_out_says_only_its_part(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE), line(TWO), line(THREE)).getvalue())
    run(register)
    register.write_bytes(flat("2022-01-08", line(ONE)).getvalue())

    assert "absents du fichier" not in run(register)


def test_a_file_of_one_departement_says_which_are_not_in_it(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE), line(JURA, departement="39")).getvalue())
    run(register)
    register.write_bytes(flat("2022-01-08", line(ONE)).getvalue())

    told = run(register)

    assert "absents du fichier\u202f: 39" in told
    assert "en partie" not in told


def test_new_categories_and_doubts_are_told(register: Path) -> None:
    doubtful = facility(ONE, category="998", state="I")
    register.write_bytes(document("2026-08-13", doubtful).getvalue())

    told = run(register)

    assert "Catégories inconnues, créées sans secteur dans le périmètre\u202f: 998" in told
    assert "À vérifier (1)\u202f:" in told


def test_a_long_list_of_refusals_is_cut_on_screen_and_whole_in_json(register: Path) -> None:
    wrong = ["structureet;1"] * 1025
    register.write_bytes(flat("2021-01-08", line(ONE), *wrong).getvalue())

    told, result = run(register), run_json(register)

    assert "Refusés (1\u202f025)" in told
    assert "… et 1\u202f005 autres (voir --json)" in told
    assert len(result["refusals"]) == result["refused"] == 1025


def test_json_counts_add_up_to_the_rows_read(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE), line(TWO), line("x")).getvalue())
    run(register)
    register.write_bytes(flat("2022-01-08", line(ONE, category="209")).getvalue())

    result = run_json(register)

    fates = ("created", "updated", "closed", "reopened", "unchanged", "refused")
    assert result["read"] == sum(result[fate] for fate in fates) == 1
    assert (result["updated"], result["closed_by_absence"]) == (1, 1)
    assert (result["date"], result["layout"], result["covered"]) == ("2022-01-08", "etalab", ["21"])
    assert result["rebuilt"] is True


def test_a_refusal_in_json_says_its_line_and_reason(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE), line(ONE)).getvalue())

    (refusal,) = run_json(register)["refusals"]

    assert refusal == {
        "line": 3,
        "finess": ONE,
        "reason": "établissement déjà présent plus haut dans le fichier",
    }


def test_published_figures_are_read_again_through_the_new_ground(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE)).getvalue())

    run(register)

    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground > 1


def test_the_waiting_lines_that_a_register_takes_up_are_told_by_file(register: Path) -> None:
    world.build()
    late = world.facility("21", 9)
    waited = world.published(
        [
            world.line(world.facility("21", 1), 5),
            world.line(late, 7),
            world.line(late, 8, kind="PPA"),
        ]
    )
    content = flat("2025-06-01", line(late, opens="2010-01-01"))
    register.write_bytes(content.getvalue())

    told = run(register)

    assert (
        f"FINESS à rattacher\u202f: 2 lignes reprises du fichier n° {waited.pk}, "
        "«\u202fextrait.csv\u202f»"
    ) in told
    assert world.fed()[("2025-01", late, "SYNTH")] == 7
    assert run_json(register)["replayed"] == []


def test_the_json_names_the_files_whose_lines_were_taken_up(register: Path) -> None:
    world.build()
    late = world.facility("21", 9)
    waited = world.published([world.line(world.facility("21", 1), 5), world.line(late, 7)])
    register.write_bytes(flat("2025-06-01", line(late, opens="2010-01-01")).getvalue())

    assert run_json(register)["replayed"] == [
        {"extract": waited.pk, "name": "extrait.csv", "lines": 1}
    ]


def test_a_monthly_file_that_cannot_be_read_again_is_named_once_the_register_is_applied(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE)).getvalue())
    lost = Extract(pk=7, original_name="perdu.csv", records="extracts/perdu.parquet")

    def fail() -> bool:
        raise UnreadableExtractError(lost)

    monkeypatch.setattr("ingestion.management.commands.import_finess.rebuild_stale", fail)
    out = StringIO()

    with pytest.raises(CommandError, match=r"n° 7, «\u202fperdu\.csv\u202f».*perdu\.parquet"):
        call_command("import_finess", str(register), stdout=out)

    assert "créés 1" in out.getvalue()
    assert "recalculés" not in out.getvalue()
    assert Facility.objects.filter(finess=ONE).exists()


def test_an_import_enters_the_audit_trail(register: Path) -> None:
    register.write_bytes(flat("2021-01-08", line(ONE)).getvalue())

    run(register)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("registre FINESS appliqué", "registre.csv")
    assert entry.details["counts"]["created"] == 1


def test_a_file_that_is_no_register_is_refused_in_french_and_leaves_no_trace(
    register: Path,
) -> None:
    register.write_bytes(b"mois;finess\n")

    with pytest.raises(CommandError, match="Registre refusé\u202f: ce fichier n’est pas un"):
        run(register)

    assert not AuditEntry.objects.exists()
    assert not Facility.objects.exists()


def test_a_missing_file_or_a_folder_is_said_in_french(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Fichier introuvable"):
        run(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="C’est un dossier et non un fichier"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), "Lecture du fichier interdite"),
        (OSError(5, "Input/output error"), "Fichier illisible"),
    ],
)
def test_a_file_that_the_system_refuses_is_said_in_french(
    register: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    def refuse(*args: Any) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)  # root reads everything: rights prove nothing

    with pytest.raises(CommandError, match=message):
        run(register)
