"""A file that is published again, or read again."""

from __future__ import annotations

from typing import Any

import pytest

from indicators.models import CoveredMonth
from ingestion.history.acts import (
    RefusedActError,
    can_be_republished,
    republish,
    reread,
    withdraw,
)
from ingestion.history.purge import delete_purged_files, purge
from ingestion.models import Extract, Layer, State
from ingestion.process import process
from ingestion.publishing.publish import publish
from tests.ingestion.world import (
    brought,
    build,
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


def again(extract: Extract) -> Extract:
    """Published again, as the worker does once it was asked."""
    return publish(republish(extract, actor=None))


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
    first = published([line(A1, 5), line(facility("25", 9), 3)])
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
