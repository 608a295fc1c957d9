"""Acts on files: what withdrawing, publishing again, reading again and purging leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from accounts.models import AuditEntry, User
from indicators.models import CoveredMonth
from ingestion.history.acts import (
    RefusedActError,
    can_be_republished,
    republish,
    reread,
    withdraw,
    withdraw_month,
)
from ingestion.history.purge import delete_purged_files, purge, same_bytes
from ingestion.models import Extract, Kind, Layer, State
from ingestion.process import process
from ingestion.publishing.publish import publish, rebuild_stale
from reference.models import DataVersion, Region, raise_data_version
from tests.ingestion.world import (
    MONTH,
    add_facility,
    brought,
    build,
    covered,
    facility,
    fed,
    line,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2 = facility("21", 1), facility("21", 2)
B1 = facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def bfc() -> Region:
    return Region.objects.get(code="27")


def again(extract: Extract) -> Extract:
    """Published again, as the worker does once it was asked."""
    return publish(republish(extract, actor=None))


# --- Withdraw --------------------------------------------------------------------------------


def test_a_cell_whose_only_file_is_withdrawn_is_not_received() -> None:
    extract = published([line(A1, 5), line(B1, 9)])
    published([line(B1, 8)])
    before = DataVersion.objects.get().number

    after = withdraw(extract, actor=None)

    assert after.state == State.WITHDRAWN
    assert fed() == {("2025-01", B1, "SYNTH"): 8}
    assert covered() == {("2025-01", "25")}
    assert DataVersion.objects.get().number == before + 1


def test_a_cell_becomes_what_its_other_files_in_force_say() -> None:
    published([line(A1, 5), line(A2, 7)])
    extract = published([line(A1, 6)], mode="complete")

    withdraw(extract, actor=None)

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", A2, "SYNTH"): 7}


def test_a_file_that_was_replaced_does_not_come_back_by_itself() -> None:
    first = published([line(A1, 5)])

    withdraw(published([line(A1, 6)]), actor=None)

    first.refresh_from_db()
    assert (first.state, covered()) == (State.SUPERSEDED, set())


def test_a_file_that_waits_is_set_aside_and_nothing_else_changes() -> None:
    published([line(A1, 5)])
    before = DataVersion.objects.get().number

    after = withdraw(brought([line(A1, 6)], publish=True), actor=None)

    assert (after.state, after.publish_when_ready) == (State.WITHDRAWN, False)
    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert DataVersion.objects.get().number == before
    assert publish(after).state == State.WITHDRAWN


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.READING, "en cours de traitement"),
        (State.PUBLISHING, "en cours de traitement"),
        (State.SUPERSEDED, "rien à retirer"),
        (State.WITHDRAWN, "rien à retirer"),
        (State.PURGED, "rien à retirer"),
    ],
)
def test_what_is_busy_or_nowhere_in_force_is_not_withdrawn(state: str, said: str) -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=state)

    with pytest.raises(RefusedActError, match=said):
        withdraw(extract, actor=None)

    assert Extract.objects.get().state == state


def test_a_published_register_is_not_withdrawn() -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=State.PUBLISHED, kind=Kind.REGISTER)

    with pytest.raises(RefusedActError, match="ne se retire pas"):
        withdraw(extract, actor=None)


def test_every_act_is_audited(owner: User) -> None:
    extract = published([line(A1, 5)])

    withdraw(extract, actor=owner)
    publish(republish(extract, actor=owner))
    withdraw_month(bfc(), MONTH, actor=owner)
    reread(extract, actor=owner)
    purge(extract, actor=owner, reason="des noms")

    acts = AuditEntry.objects.filter(actor=owner).order_by("pk").values_list("action", flat=True)
    assert list(acts) == [
        "fichier retiré",
        "republication demandée",
        "mois retiré",
        "fichier reçu",
        "relecture demandée",
        "fichier purgé",
    ]
    assert AuditEntry.objects.get(action="fichier purgé").details["reason"] == "des noms"
    assert AuditEntry.objects.filter(action="fichier publié").count() == 2


def test_a_withdrawn_month_is_not_received_and_its_files_stay_where_they_speak_elsewhere() -> None:
    january = published([line(A1, 5)])
    both = published([line(B1, 9), line(B1, 4, month="2025-02")])

    withdraw_month(bfc(), MONTH, actor=None)

    states = dict(Extract.objects.values_list("pk", "state"))
    assert covered() == {("2025-02", "25")}
    assert states == {january.pk: State.WITHDRAWN, both.pk: State.PUBLISHED}


def test_withdrawing_a_month_leaves_other_regions_alone() -> None:
    published([line(A1, 5), line(facility("35", 1), 6)], region=None)

    withdraw_month(bfc(), MONTH, actor=None)

    assert covered() == {("2025-01", "35")}


def test_a_month_where_nothing_is_published_cannot_be_withdrawn() -> None:
    with pytest.raises(RefusedActError, match="Rien n’est publié pour janvier 2025"):
        withdraw_month(bfc(), MONTH, actor=None)


# --- What a later register may not bring back --------------------------------------------------


def newcomer(departement: str = "25") -> str:
    """A facility that no register knows yet, and the register that will."""
    return facility(departement, 9)


def arrives(departement: str = "25") -> None:
    add_facility(departement, 9)
    raise_data_version("registre", ground=True)


@pytest.mark.parametrize("known", [True, False])
def test_a_withdrawn_month_does_not_come_back_with_the_next_register(known: bool) -> None:
    lines = [line(A1, 4, month="2025-02"), line(newcomer(), 3)]
    published([*lines, line(A1, 5)] if known else lines)
    published([line(A2, 5)])
    withdraw_month(bfc(), MONTH, actor=None)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-02", "21")}


def test_a_withdrawn_month_speaks_again_once_its_file_is_republished() -> None:
    extract = published([line(A1, 4, month="2025-02"), line(A1, 5), line(newcomer(), 3)])
    withdraw_month(bfc(), MONTH, actor=None)
    again(extract)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-01", "21"), ("2025-01", "25"), ("2025-02", "21")}


def test_what_a_withdrawn_file_had_replaced_does_not_come_back_with_the_next_register() -> None:
    published([line(A1, 5), line(newcomer(), 3)])
    withdraw(published([line(B1, 6)]), actor=None)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-01", "21")}


def test_a_withdrawal_that_meets_a_new_register_reads_every_cell_through_it() -> None:
    extract = published([line(A1, 5)])
    published([line(A2, 1, month="2025-02"), line(newcomer(), 3, month="2025-02")])
    arrives()

    withdraw(extract, actor=None)

    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground
    assert covered() == {("2025-02", "21"), ("2025-02", "25")}


def test_a_file_that_cannot_be_read_any_more_can_still_be_withdrawn() -> None:
    lost = published([line(A1, 5)])
    published([line(B1, 6)])
    lost.records.storage.delete(str(lost.records.name))
    raise_data_version("registre", ground=True)

    withdraw(lost, actor=None)

    assert fed() == {("2025-01", B1, "SYNTH"): 6}


def test_a_file_whose_loss_stops_a_withdrawal_is_named() -> None:
    lost = published([line(A1, 5)], name="perdu.csv")
    extract = published([line(A1, 6)], mode="complete")
    lost.records.storage.delete(str(lost.records.name))

    with pytest.raises(RefusedActError, match=f"n° {lost.pk}, «\u202fperdu.csv\u202f»"):
        withdraw(extract, actor=None)

    assert fed() == {("2025-01", A1, "SYNTH"): 6}


# --- Publish again -----------------------------------------------------------------------------


def test_a_replaced_file_published_again_replaces_its_cells() -> None:
    first = published([line(A1, 5), line(B1, 9)])
    second = published([line(A1, 6), line(A2, 7)])

    again(first)

    second.refresh_from_db()
    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 9}
    assert second.state == State.SUPERSEDED


def test_a_completing_file_published_again_speaks_over_the_top() -> None:
    first = published([line(A1, 5)], mode="complete")
    published([line(A1, 6), line(A2, 7)])

    again(first)

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", A2, "SYNTH"): 7}


def test_a_completing_file_still_in_force_can_speak_last_again() -> None:
    first = published([line(A1, 5)], mode="complete")
    published([line(A1, 6), line(A2, 7)], mode="complete")

    again(first)

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", A2, "SYNTH"): 7}
    assert Layer.objects.filter(in_force=True).count() == 2


def test_a_withdrawn_file_comes_back() -> None:
    extract = published([line(A1, 5)])
    withdraw(extract, actor=None)

    assert again(extract).state == State.PUBLISHED
    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_what_speaks_last_everywhere_or_never_spoke_cannot_be_republished() -> None:
    standing = published([line(A1, 5)])
    aside = withdraw(brought([line(A1, 6)]), actor=None)

    for extract in (standing, aside):
        assert not can_be_republished(extract)
        with pytest.raises(RefusedActError, match="ne peut pas être republié"):
            republish(extract, actor=None)


def test_a_republication_that_fails_leaves_the_file_published_where_it_still_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = published([line(A1, 5), line(B1, 9)])
    published([line(A1, 6)])
    asked = republish(first, actor=None)

    def fail(*_args: object) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr("ingestion.publishing.rebuild.replace_facts", fail)

    assert publish(asked).state == State.PUBLISHED
    assert fed() == {("2025-01", A1, "SYNTH"): 6, ("2025-01", B1, "SYNTH"): 9}


def test_the_same_file_later_is_known_in_force_even_after_a_republication() -> None:
    first = published([line(A1, 5)])
    published([line(A1, 6)])
    again(first)

    assert brought([line(A1, 5)]).pk == first.pk


@pytest.mark.parametrize(
    ("acts", "confirmed"),
    [
        (["first", "second"], True),
        (["first", "second", "-second", "first"], False),
        (["first", "second", "-second", "second"], True),
        (["first", "second", "first"], False),
        (["first", "second", "third", "second"], True),
        (["first", "second", "+over", "-second"], False),
    ],
)
def test_going_back_goes_back_to_what_was_confirmed_then(acts: list[str], confirmed: bool) -> None:
    files: dict[str, Extract] = {}
    for act in acts:
        name = act.strip("+-")
        if act.startswith("-"):
            withdraw(files[name], actor=None)
        elif name in files:
            again(files[name])
        else:
            mode = "complete" if act.startswith("+") else "replace"
            files[name] = published([line(A1, len(files))], mode=mode)

    assert CoveredMonth.objects.get().confirmed is confirmed


# --- Read again --------------------------------------------------------------------------------


def test_a_file_read_again_is_published_over_the_same_one_in_force() -> None:
    first = published([line(A1, 5), line(newcomer(), 3)])
    made = reread(first, actor=None)

    after = publish(process(made))

    first.refresh_from_db()
    assert (made.forced, made.sha256, made.pk != first.pk) == (True, first.sha256, True)
    assert (after.state, first.state) == (State.PUBLISHED, State.SUPERSEDED)


def test_a_file_that_is_lost_or_purged_cannot_be_read_again() -> None:
    extract = brought([line(A1, 5)])
    extract.file.storage.delete(str(extract.file.name))
    with pytest.raises(RefusedActError, match="plus dans l’espace de stockage"):
        reread(extract, actor=None)

    purge(extract, actor=None, reason="essai")
    delete_purged_files()
    extract.refresh_from_db()

    with pytest.raises(RefusedActError, match="purgé"):
        reread(extract, actor=None)


def test_a_file_that_cannot_be_stored_again_says_so(settings: Any) -> None:
    extract = brought([line(A1, 5)])
    settings.MES_UPLOAD_MAX_BYTES = 10

    with pytest.raises(RefusedActError, match="taille admise"):
        reread(extract, actor=None)


# --- Purge -------------------------------------------------------------------------------------


def kept_names(extract: Extract) -> list[str]:
    storage = extract.file.storage
    folder = str(extract.file.name).rsplit("/", 1)[0]
    return sorted(storage.listdir(folder)[1])


def test_a_purged_file_leaves_its_line_and_nothing_of_its_content(
    django_capture_on_commit_callbacks: Any,
) -> None:
    extract = brought([line(A1, 5), line("Madame Dupont", 3)], name="janvier.csv")
    withdraw(extract, actor=None)

    with django_capture_on_commit_callbacks(execute=True):
        purge(extract, actor=None, reason="des noms de personnes")

    line_kept = Extract.objects.get()
    assert kept_names(extract) == []
    assert (line_kept.state, line_kept.original_name) == (State.PURGED, "janvier.csv")
    assert (line_kept.file.name, line_kept.records.name, line_kept.preview) == ("", "", {})
    assert line_kept.counts["read"] == 2
    assert not line_kept.line_reports.exists()
    assert not can_be_republished(line_kept)


def test_what_a_killed_process_left_of_a_purged_file_is_deleted_by_the_sweep() -> None:
    extract = brought([line(A1, 5)])
    purge(extract, actor=None, reason="essai")  # the test's transaction never commits
    left = kept_names(extract)

    assert len(left) >= 2  # the file and its records, at least
    assert (delete_purged_files(), delete_purged_files()) == (1, 0)
    assert kept_names(extract) == []


def test_a_storage_that_does_not_answer_leaves_the_files_to_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = brought([line(A1, 5)])
    purge(extract, actor=None, reason="essai")

    def down(*_args: object) -> None:
        raise OSError("no route")

    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", down)
        assert delete_purged_files() == 0
    assert delete_purged_files() == 1


def test_a_file_whose_folder_is_gone_is_purged_all_the_same() -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(file="extracts/nowhere/a.csv", records="")

    purge(Extract.objects.get(), actor=None, reason="essai")

    assert delete_purged_files() == 1
    assert extract.file.storage.exists(str(extract.file.name))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.PUBLISHED, "retirez-le d’abord"),
        (State.PUBLISHING, "en cours de traitement"),
        (State.PURGED, "déjà purgé"),
    ],
)
def test_what_is_in_force_busy_or_purged_cannot_be_purged(state: str, said: str) -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=state)

    with pytest.raises(RefusedActError, match=said):
        purge(extract, actor=None, reason="essai")


def test_a_purge_says_why() -> None:
    with pytest.raises(RefusedActError, match="motif"):
        purge(brought([line(A1, 5)]), actor=None, reason="  ")


def test_the_other_files_with_the_same_bytes_are_told() -> None:
    first = published([line(A1, 5)])
    other = reread(first, actor=None)
    purged = reread(first, actor=None)
    purge(purged, actor=None, reason="essai")

    assert same_bytes(first) == [other]
