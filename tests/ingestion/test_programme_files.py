"""A list of a programme's members brought as a file: read, previewed, applied."""

from __future__ import annotations

import datetime as dt
import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import AuditEntry
from ingestion import tasks
from ingestion.models import Extract, Kind, Mode, State
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.receive import receive
from reference.models import (
    DataVersion,
    Programme,
    ProgrammeMembership,
    Region,
    raise_data_version,
)
from tests.ingestion import files, world
from tests.ingestion.world import entity, facility

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = (facility("21", rank) for rank in range(1, 4))
HEADER = (
    "FINESS ET;Raison sociale;Projet;Porteur;Millésime;Statut;Date cible;Cible atteinte le;"
    "Éditeur du DUI"
)


@pytest.fixture(autouse=True)
def programme() -> Programme:
    world.build()
    return Programme.objects.create(code="esms-numerique", name="ESMS Numérique")


def received(content: bytes, name: str = "membres.csv", mode: str = "") -> Extract:
    return receive(
        io.BytesIO(content),
        name=name,
        region=Region.objects.get(pk="27"),
        kind=Kind.PROGRAMME,
        programme=Programme.objects.get(code="esms-numerique"),
        mode=mode,
    )


def read(*lines: str, header: str = "FINESS ET", mode: str = "") -> Extract:
    return process(received("\n".join([header, *lines, ""]).encode(), mode=mode))


def details(finess: str) -> dict[str, Any]:
    (row,) = ProgrammeMembership.objects.filter(facility__finess=finess).values(
        "project", "holder", "vintage", "status", "target_on", "reached_on", "vendor"
    )
    return dict(row)


def members() -> set[str]:
    return set(ProgrammeMembership.objects.values_list("facility__finess", flat=True))


def test_a_list_is_previewed_then_applied_with_all_that_it_says() -> None:
    extract = read(
        f"{ONE};EHPAD;Projet bleu;Association X;2022;Financé;06/2025;15/03/2025;Éditeur A",
        header=HEADER,
    )
    assert extract.state == State.READY
    assert extract.preview["counts"]["added"] == 1
    assert not members()

    extract = publish(extract)

    assert extract.state == State.PUBLISHED
    assert details(ONE) == {
        "project": "Projet bleu",
        "holder": "Association X",
        "vintage": "2022",
        "status": "Financé",
        "target_on": dt.date(2025, 6, 30),
        "reached_on": dt.date(2025, 3, 15),
        "vendor": "Éditeur A",
    }
    entry = AuditEntry.objects.get(action="membres d’un programme appliqués")
    assert entry.details["counts"]["added"] == 1


def test_a_workbook_is_read_like_a_text_title_lines_and_excel_dates_included() -> None:
    content = files.workbook(
        {
            "Membres": [
                ["Liste des membres au 1er mars"],
                [],
                ["N° FINESS", "Échéance", "Logiciel", "Commentaire"],
                [ONE, dt.date(2025, 6, 30), "Éditeur A", "ras"],
                [TWO, 45838, "", ""],
            ]
        }
    )

    extract = publish(process(received(content, "membres.xlsx")))

    assert details(ONE)["target_on"] == dt.date(2025, 6, 30)
    assert details(TWO)["target_on"] == dt.date(2025, 6, 30)
    assert extract.preview["unread"] == ["Commentaire"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-06-15", dt.date(2025, 6, 15)),
        ("15/06/2025", dt.date(2025, 6, 15)),
        ("juin 2025", dt.date(2025, 6, 30)),
        ("2025-06", dt.date(2025, 6, 30)),
        ("", None),
        ("non", None),
        ("n.c.", None),
    ],
)
def test_a_date_is_read_as_people_write_it_a_month_standing_for_its_last_day(
    written: str, day: dt.date | None
) -> None:
    extract = publish(read(f"{ONE};{written}", header="FINESS ET;Date cible"))

    assert details(ONE)["target_on"] == day
    assert not extract.line_reports.exists()


@pytest.mark.parametrize("written", ["oui", "bientôt", "31/02/2025"])
def test_what_is_no_date_is_left_empty_and_said(written: str) -> None:
    extract = publish(read(f"{ONE};{written}", header="FINESS ET;Cible atteinte"))

    assert details(ONE)["reached_on"] is None
    (remark,) = extract.line_reports.all()
    assert (remark.outcome, remark.column) == ("accepted", "Cible atteinte")


def test_a_text_that_is_too_long_is_cut_and_said() -> None:
    extract = publish(read(f"{ONE};{'x' * 30}", header="FINESS ET;Millésime"))

    assert details(ONE)["vintage"] == "x" * 20
    assert (
        extract.line_reports.get().reason == "Texte trop long\u202f: seuls ses 20 premiers signes."
    )


def test_every_line_has_one_outcome_and_they_add_up() -> None:
    other_region = facility("35", 1)
    unknown = facility("21", 99)
    lines = [ONE, ONE, other_region, entity("21", 2), unknown, "210001385", "", "abc", "2,1E+08"]

    extract = read(*[f"{each};x" for each in lines], header="FINESS ET;Raison sociale")

    assert extract.counts == {
        "read": 9,
        "accepted": 1,
        "duplicates": 1,
        "out_of_scope": 1,
        "quarantined": 0,
        "refused": 6,
    }
    codes = dict(extract.line_reports.values_list("line", "code"))
    assert codes == {
        3: "duplicate",
        4: "other_region",
        5: "entity_given",
        6: "finess_unknown",
        7: "finess_wrong_key",
        8: "finess_missing",
        9: "finess_malformed",
        10: "finess_scientific",
    }
    assert all(extract.line_reports.values_list("remedy", flat=True))


def test_an_unknown_number_is_refused_and_kept_with_what_to_do() -> None:
    extract = read(ONE, facility("21", 99))

    remark = extract.line_reports.get()
    assert "Importez un registre plus récent" in remark.remedy


def test_a_number_without_its_key_is_repaired_by_the_register() -> None:
    extract = publish(read(ONE[:-1]))

    assert members() == {ONE}
    assert extract.line_reports.get().reason == (
        f"Numéro incomplet\u202f: lu {ONE}, seul possible au registre."
    )


def test_the_first_of_two_lines_that_differ_is_taken_and_the_other_refused() -> None:
    extract = publish(read(f"{ONE};A", f"{ONE};B", header="FINESS ET;Projet"))

    assert details(ONE)["project"] == "A"
    remark = extract.line_reports.get()
    assert (remark.line, remark.outcome, remark.code) == (3, "refused", "conflict")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Nom;Projet\nx;y\n", "Aucune colonne ne porte le FINESS des établissements."),
        ("FINESS EJ;Projet\n1;y\n", "des FINESS d’organismes gestionnaires (EJ)"),
        ("FINESS ET;Code FINESS ET\n1;2\n", "Plusieurs colonnes peuvent être le FINESS"),
        ("FINESS ET;Projet\n", "aucune ligne"),
        ("FINESS ET\n210001385\n", "Aucun établissement de ce fichier n’est retenu. Ligne 2"),
        ("", "est vide"),
    ],
)
def test_what_is_no_list_of_members_is_refused_whole(content: str, reason: str) -> None:
    extract = process(received(content.encode()))

    assert extract.state == State.REFUSED
    assert reason in extract.message


def test_a_list_without_a_programme_is_refused() -> None:
    extract = received(f"FINESS ET\n{ONE}\n".encode())
    Extract.objects.filter(pk=extract.pk).update(programme=None)

    extract = process(Extract.objects.get())

    assert extract.state == State.REFUSED
    assert "Choisissez le programme" in extract.message


def test_absent_members_are_kept_unless_the_administrator_asks_otherwise(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(tasks.process_extract, "delay", tasks.process_extract)
    publish(read(ONE, TWO))
    extract = read(TWO)
    assert extract.preview["counts"] | {"kept": 1, "removed": 0} == extract.preview["counts"]

    for absent, counted in (("remove", (1, 0)), ("keep", (0, 1)), ("remove", (1, 0))):
        with django_capture_on_commit_callbacks(execute=True):
            answer = owner_client.post(
                f"/fichiers-mensuels/{extract.pk}/essai/", {"absent": absent}
            )
        assert answer.status_code == 302
        extract.refresh_from_db()
        told = extract.preview["counts"]
        assert (told["removed"], told["kept"], extract.state) == (*counted, State.READY)
    assert members() == {ONE, TWO}

    publish(extract)
    assert members() == {TWO}


def test_a_published_list_is_not_previewed_again(owner_client: Client) -> None:
    extract = publish(read(ONE))

    answer = owner_client.post(
        f"/fichiers-mensuels/{extract.pk}/essai/", {"absent": "remove"}, follow=True
    )

    assert "n’est plus à l’aperçu" in answer.text
    assert Extract.objects.get().state == State.PUBLISHED


def test_only_the_administrators_of_the_region_choose(
    colleague_client: Client, stranger_client: Client
) -> None:
    address = f"/fichiers-mensuels/{read(ONE).pk}/essai/"

    assert colleague_client.post(address).status_code == 404
    assert stranger_client.post(address).status_code == 302
    assert Extract.objects.get().asked_mode != Mode.REPLACE


def test_the_page_of_a_list_says_what_it_would_do_then_what_it_did(
    owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    publish(read(ONE, TWO))
    extract = read(f"{TWO};x", f"{THREE};y", header="FINESS ET;Note")
    address = f"/fichiers-mensuels/{extract.pk}/"

    with django_assert_max_num_queries(14):
        page = owner_client.get(address).text
    assert "Ce que ferait cette liste" in page
    assert "1 ajouté, 0 mis à jour, 1 inchangé." in page
    assert "1 membre absent de la liste serait gardé." in page
    assert f"EHPAD fictif 21-1 ({ONE})" in page
    assert "Retirer les membres absents de la liste" in page
    assert "Colonnes que rien ne lit\u202f: «\u202fNote\u202f»." in page
    assert "Appliquer" in page
    assert "ont changé depuis cet aperçu" not in page

    world.add_facility("21", 40)
    raise_data_version("registre d’essai", ground=True)
    assert "ont changé depuis cet aperçu" in owner_client.get(address).text

    publish(extract)
    page = owner_client.get(address).text
    assert "Ce que la liste a changé" in page
    assert "Appliquer" not in page
    assert "Retirer" not in page


# --- The command -----------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_programme", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "membres.csv"
    path.write_text(f"FINESS ET;Projet;Note\n{ONE};A;x\n{TWO};A;y\n210001385;A;z\n")
    return path


def test_the_command_imports_and_says_what_it_did(path: Path) -> None:
    before = DataVersion.objects.get().number

    told = run("esms-numerique", str(path))

    assert members() == {ONE, TWO}
    assert "3 lignes lues = 2 retenues + 0 doublon + 0 d’une autre région + 1 refusée" in told
    assert "Membres\u202f: 2 ajoutés, 0 mis à jour, 0 inchangé" in told
    assert "Colonnes que rien ne lit\u202f: Note" in told
    assert "ligne 4\u202f: Le FINESS" in told
    assert DataVersion.objects.get().number == before + 1
    assert AuditEntry.objects.filter(action="membres d’un programme appliqués").count() == 1


def test_the_command_s_json_adds_up(path: Path) -> None:
    result = json.loads(run("esms-numerique", str(path), "--json"))

    assert result["read"] == 3 == result["accepted"] + result["refused"]
    assert (result["programme"], result["added"], result["kept"]) == ("esms-numerique", 2, 0)
    assert [each["line"] for each in result["refusals"]] == [4]
    assert result["ignored_columns"] == ["Note"]


def test_a_long_list_of_remarks_is_cut_on_screen_and_whole_in_json(path: Path) -> None:
    path.write_text(f"FINESS ET\n{ONE}\n" + "210001385\n" * 25)

    assert "… et 5 autres remarques (voir --json)" in run("esms-numerique", str(path))
    assert len(json.loads(run("esms-numerique", str(path), "--json"))["refusals"]) == 25


def test_replacing_removes_the_members_of_the_scope_that_the_list_lacks(path: Path) -> None:
    run("esms-numerique", str(path))
    path.write_text(f"FINESS ET\n{TWO}\n")

    run("esms-numerique", str(path), "--region", "27", "--replace")

    assert members() == {TWO}


def test_an_unknown_programme_is_made_only_when_it_is_named(path: Path) -> None:
    with pytest.raises(CommandError, match="Connus\u202f: esms-numerique"):
        run("structursi", str(path))

    run("structursi", str(path), "--name", "STRUCTUR’SI")

    assert Programme.objects.get(code="structursi").memberships.count() == 2


def test_a_refused_list_makes_no_programme(path: Path) -> None:
    path.write_text("Nom\nx\n")

    with pytest.raises(CommandError, match="Liste refusée\u202f: Aucune colonne"):
        run("structursi", str(path), "--name", "STRUCTUR’SI")

    assert not Programme.objects.filter(code="structursi").exists()


def test_what_the_command_cannot_understand_is_said_in_french(path: Path) -> None:
    with pytest.raises(CommandError, match="Aucune région de code «\u202f99\u202f»"):
        run("esms-numerique", str(path), "--region", "99")
    with pytest.raises(CommandError, match="Fichier introuvable"):
        run("esms-numerique", str(path.with_name("absent.csv")))
    with pytest.raises(CommandError, match="ne peut être créé"):
        run("code avec espaces", str(path), "--name", "Programme")
