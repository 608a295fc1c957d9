"""How far a file has got, told while it is being worked on.

Each call is one UPDATE of its own, in autocommit: inside the transaction of a publication nobody
would see it before the end, and everybody would wait for the row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils import timezone

from ingestion.models import Extract, State
from reference.numbers import grouped


class Step(models.TextChoices):
    """The way of a file, in its order."""

    RECEIVING = "receiving", "réception"
    READING = "reading", "lecture"
    CHECKING = "checking", "contrôle"
    PREVIEW = "preview", "aperçu"
    PUBLISHING = "publishing", "publication"


#: States in which somebody works on a file, or will.
BUSY = frozenset({State.RECEIVED, State.READING, State.PUBLISHING})


def start(extract: Extract, step: str) -> None:
    """Say that a step begins; the lines of the one before are forgotten."""
    extract.step, extract.progress, extract.step_at = step, None, timezone.now()
    _save(extract)


def advance(extract: Extract, lines: int) -> None:
    """Say how many lines of the present step are done."""
    extract.progress = lines
    Extract.objects.filter(pk=extract.pk).update(progress=lines)


def end(extract: Extract) -> None:
    """Say that nothing goes on any more."""
    extract.step, extract.progress, extract.step_at = "", None, None
    _save(extract)


def _save(extract: Extract) -> None:
    Extract.objects.filter(pk=extract.pk).update(
        step=extract.step, progress=extract.progress, step_at=extract.step_at
    )


@dataclass(frozen=True)
class Progress:
    """What the page of a file shows while it is being worked on."""

    rank: int
    label: str
    following: str
    lines: str
    elapsed: str

    @property
    def last(self) -> int:
        """How many steps there are."""
        return len(Step)

    @property
    def said(self) -> str:
        """The step in a few words, for those who listen to the page."""
        return f"Étape {self.rank} sur {self.last}\u202f: {self.label}"


def progress_of(extract: Extract, now: dt.datetime) -> Progress | None:
    """How far a file has got; None when nothing goes on."""
    waits_to_publish = extract.state == State.READY and extract.publish_when_ready
    if extract.state not in BUSY and not waits_to_publish:
        return None
    step = _step(extract)
    steps = list(Step)
    rank = steps.index(step)
    following = str(steps[rank + 1].label) if rank + 1 < len(steps) else ""
    lines = ""
    if extract.progress:
        lines = f"{grouped(extract.progress)} lignes lues"
    return Progress(
        rank=rank + 1,
        label=str(step.label),
        following=following,
        lines=lines,
        elapsed=_elapsed(now - (extract.step_at or extract.received_at)),
    )


def _step(extract: Extract) -> Step:
    """The step of a busy file: what was said, where it agrees with the state."""
    if extract.state == State.RECEIVED:
        return Step.PREVIEW if "again" in extract.preview else Step.RECEIVING
    if extract.state != State.READING:
        return Step.PUBLISHING
    return Step(extract.step) if extract.step in Step.values else Step.READING


def _elapsed(time: dt.timedelta) -> str:
    """A duration as people say it: "12 s", "3 min 05 s", "2 h 10 min"."""
    seconds = max(int(time.total_seconds()), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}\u202fh\u202f{minutes:02}\u202fmin"
    if minutes:
        return f"{minutes}\u202fmin\u202f{seconds:02}\u202fs"
    return f"{seconds}\u202fs"
