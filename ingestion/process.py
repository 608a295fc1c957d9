"""Reading an extract: from a file received to one ready to publish, or refused with its reasons.

Nothing here changes what readers see.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from django.db import InterfaceError, OperationalError, transaction

from ingestion import ground_files, mappings, notices, progress
from ingestion.checking.check import check
from ingestion.checking.ground import load_ground
from ingestion.checking.report import adds_up, write_report
from ingestion.errors import RefusedFile, UnmappedColumns, is_no_room
from ingestion.models import Event, Extract, Mode, State
from ingestion.presentation import Accounting
from ingestion.previewing import preview
from ingestion.previewing.weighing import Weighed, weigh
from ingestion.progress import Step
from ingestion.reading.pipeline import ReadOptions, read_records
from ingestion.storage import load_records, local_copy, save_records
from reference.aside import aside
from reference.documents import document_type_index
from reference.memory import give_back, share_one_heap
from reference.models import DataVersion

logger = logging.getLogger(__name__)

MAX_WARNINGS = 20

TO_BE_SEEN = (
    "Un registre ou une liste de membres ne se retire pas\u202f: voyez ci-dessous ce qu’il ferait, "
    "puis appliquez-le."
)

#: The database went away: whoever sweeps sends the extract again once it is back.
TRANSIENT = (OperationalError, InterfaceError)


def process(extract: Extract) -> Extract:
    """Read a received extract (or go on with one whose reading was cut).

    It ends ready, refused, or waiting for somebody to say what its columns are. Any other state
    is left as it is, so that doing it twice does nothing. Holds no lock: callers hold
    `locks.work_lock(extract.pk)`.

    Raises:
        OperationalError, InterfaceError: the database failed; the extract can be read again.
        OSError: no room is left where files are stored, likewise.
    """
    if extract.state not in {State.RECEIVED, State.READING}:
        return extract
    extract.state = State.READING
    extract.save(update_fields=["state"])
    progress.start(extract, Step.READING)
    try:
        (_read_ground if extract.kind in ground_files.KINDS else _read)(extract)
    except UnmappedColumns as unmapped:
        _ask(extract, unmapped)
    except RefusedFile as refusal:
        extract.offer = refusal.offer
        refuse(extract, f"{refusal.message} {refusal.remedy}")
    except TRANSIENT:
        raise
    except Exception as error:
        if is_no_room(error):
            raise
        reference = new_reference()
        logger.exception("Extract %s failed while read (%s)", extract.pk, reference)
        refuse(extract, internal_error(reference))
    progress.end(extract)
    return extract


def refuse(extract: Extract, message: str) -> None:
    """Refuse an extract whole; `message` says in French what is wrong and what to do."""
    _settle(extract, State.REFUSED, Event.REFUSED, message=message, offer=extract.offer)


def _ask(extract: Extract, unmapped: UnmappedColumns) -> None:
    """Wait for a person to say what the columns are."""
    message = f"{unmapped.message} {unmapped.remedy}"
    _settle(extract, State.TO_MAP, Event.TO_MAP, message=message, offer=unmapped.offer)


def hold(extract: Extract, made: preview.Preview) -> None:
    """Leave for a person an extract that was to be published by itself, and say what was seen."""
    _settle(
        extract,
        State.READY,
        Event.READY,
        message="",
        publish_when_ready=False,
        preview=replace(made, held=True).as_json(),
        warnings=_warnings(made),
    )


def _settle(extract: Extract, state: State, event: Event, **fields: Any) -> None:
    """Put an extract in a state that waits for people, with some fields, and let them know."""
    for name, value in fields.items():
        setattr(extract, name, value)
    extract.state = state
    with transaction.atomic():
        extract.save(update_fields=["state", *fields])
        notices.announce(extract, event)


def new_reference() -> str:
    """What names an internal error, in the log and on the page of the extract."""
    return uuid.uuid4().hex[:8]


def internal_error(reference: str) -> str:
    """What people are told of an exception that was logged under a reference."""
    return (
        f"Erreur interne, signalée sous la référence {reference}\u202f: le fichier est conservé et "
        "rien n’a changé dans les pages. Réessayez, ou transmettez cette référence à l’assistance."
    )


def _read(extract: Extract) -> None:
    share_one_heap()
    again = preview.asked_again(extract)
    if again is None:
        records, file = _records(extract)
        give_back()  # a file of a million lines leaves a hundred megabytes behind
    else:
        records, file = load_records(extract), again
        extract.mode = extract.asked_mode or extract.mode
    progress.start(extract, Step.CHECKING)
    with aside(partial(save_records, extract, records) if again is None else _nothing):
        # Read before the register: one applied meanwhile makes the report stale, never fresh.
        ground = DataVersion.objects.values_list("ground", flat=True).get(pk=1)
        checked = check(records, load_ground(extract.region_id), add_up=adds_up(extract))
    del records  # a hundred megabytes that the check took over
    brought = checked.held
    give_back()
    weighed: list[Weighed] = []
    write_report(extract, checked, ground, lambda: weighed.append(weigh(checked.records, brought)))
    give_back()
    if not checked.counts["accepted"]:
        extract.preview = {"file": file}
        extract.save(update_fields=["records", "columns", "mode", "preview"])
        refuse(extract, nothing_accepted(extract))
        return
    progress.start(extract, Step.PREVIEW)
    made = preview.make(extract, checked, file, *weighed)
    wanted = again is None and (
        extract.publish_when_ready or preview.region_settings(extract).publish_automatically
    )
    held = wanted and bool(made.anomalies)
    _settle(
        extract,
        State.READY,
        Event.READY,
        message="",
        publish_when_ready=wanted and not held,
        preview=replace(made, held=held).as_json(),
        warnings=_warnings(made),
        mode=extract.mode,
        columns=extract.columns,
        offer=extract.offer,
        records=extract.records,
    )


def _nothing() -> None:
    """The records are stored already."""


def _records(extract: Extract) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The records of the file, and what its reader found out about it."""
    with local_copy(extract.file) as path:
        normalised = read_records(path, extract.original_name, _options(extract))
    extract.columns = normalised.columns.as_json()
    extract.offer = normalised.offer
    completes = Mode.COMPLETE if normalised.carries_report else Mode.REPLACE
    extract.mode = extract.asked_mode or completes
    return normalised.records, preview.told(normalised)


def _options(extract: Extract) -> ReadOptions:
    """How the file is to be read: what its source says, and what people said of its columns."""
    return ReadOptions(
        asked_month=extract.asked_month,
        sheet=extract.sheet,
        types=document_type_index(),
        known=mappings.known(extract),
        keep_extra=adds_up(extract),
        progress=partial(progress.advance, extract),
    )


def _read_ground(extract: Extract) -> None:
    """Read a register or a list of members: ready, with what applying it would do.

    It waits for a person, even when it was to be published at once: it cannot be withdrawn.
    """
    ground_files.read(extract)
    if not extract.counts["accepted"]:
        refuse(extract, nothing_accepted(extract))
        return
    message = TO_BE_SEEN if extract.publish_when_ready else ""
    _settle(extract, State.READY, Event.READY, message=message, publish_when_ready=False)


def nothing_accepted(extract: Extract) -> str:
    """Why an extract without any accepted record is refused, with its most frequent reason."""
    account = Accounting(extract.counts)
    found = ", ".join(term for term in account.terms if not term.startswith("0 "))
    first = extract.line_reports.order_by("line", "pk").first()
    example = f" Ligne {first.line}\u202f: {first.reason}" if first else ""
    return (
        f"Aucun enregistrement accepté\u202f: {account.read}, {found}.{example} "
        "Corrigez le fichier, ou vérifiez la région choisie, puis déposez-le à nouveau."
    )


def _warnings(made: preview.Preview) -> str:
    """What the administrator should know before publishing, one French sentence a line."""
    sentences = [each["message"] for each in made.anomalies]
    more = len(sentences) - MAX_WARNINGS
    if more > 0:
        sentences[MAX_WARNINGS:] = [f"… et {more} autre{'s' * (more > 1)} à voir sur sa page."]
    return "\n".join(sentences)
