"""Reading an extract: from a file received to one ready to publish, or refused with its reasons.

Nothing here changes what readers see.
"""

from __future__ import annotations

import logging
import uuid

from django.db import InterfaceError, OperationalError

from ingestion import ground_files
from ingestion.check import Checked, check
from ingestion.errors import RefusedFile
from ingestion.fold import holdings
from ingestion.ground import load_ground
from ingestion.layers import Cell, held_cells, lost_cells
from ingestion.messages import shown
from ingestion.models import Extract, State
from ingestion.pipeline import ReadOptions, read_records
from ingestion.presentation import Accounting
from ingestion.report import write_report
from ingestion.storage import local_copy, save_records
from reference.documents import document_type_index
from reference.models import DataVersion, Departement
from reference.months import in_french

logger = logging.getLogger(__name__)

MAX_WARNINGS = 20

#: The database went away: whoever sweeps sends the extract again once it is back.
TRANSIENT = (OperationalError, InterfaceError)


def process(extract: Extract) -> Extract:
    """Read a received extract (or go on with one whose reading was cut): ready, or refused.

    Any other state is left as it is, so that doing it twice does nothing. Holds no lock: callers
    hold `locks.work_lock(extract.pk)`.

    Raises:
        OperationalError, InterfaceError: the database failed; the extract can be read again.
    """
    if extract.state not in {State.RECEIVED, State.READING}:
        return extract
    extract.state = State.READING
    extract.save(update_fields=["state"])
    try:
        (_read_ground if extract.kind in ground_files.KINDS else _read)(extract)
    except RefusedFile as refusal:
        refuse(extract, f"{refusal.message} {refusal.remedy}")
    except TRANSIENT:
        raise
    except Exception:
        reference = new_reference()
        logger.exception("Extract %s failed while read (%s)", extract.pk, reference)
        refuse(extract, internal_error(reference))
    return extract


def refuse(extract: Extract, message: str) -> None:
    """Refuse an extract whole; `message` says in French what is wrong and what to do."""
    extract.state = State.REFUSED
    extract.message = message
    extract.save(update_fields=["state", "message"])


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
    with local_copy(extract.file) as path:
        normalised = read_records(
            path,
            extract.original_name,
            ReadOptions(
                asked_month=extract.asked_month,
                sheet=extract.sheet,
                types=document_type_index(),
            ),
        )
    save_records(extract, normalised.records)
    # Read before the register: a register applied meanwhile makes the report stale, never fresh.
    ground = DataVersion.objects.values_list("ground", flat=True).get(pk=1)
    checked = check(normalised.records, load_ground(extract.region_id))
    write_report(extract, checked, ground)
    if not checked.counts["accepted"]:
        extract.save(update_fields=["records"])
        refuse(extract, nothing_accepted(extract))
        return
    held = held_cells(holdings(checked.records))
    lost = lost_cells(extract, held)
    unread = _unread_sheets(normalised.ignored_sheets)
    if lost or unread:
        extract.publish_when_ready = False
    extract.warnings = "\n".join([*unread, *_warnings(checked, held, lost)])
    extract.state = State.READY
    extract.save(update_fields=["records", "warnings", "state", "publish_when_ready"])


def _read_ground(extract: Extract) -> None:
    """Read a register or a list of members: ready, with what applying it would do."""
    ground_files.read(extract)
    if not extract.counts["accepted"]:
        refuse(extract, nothing_accepted(extract))
        return
    extract.state = State.READY
    extract.save(update_fields=["state"])


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


def _unread_sheets(titles: tuple[str, ...]) -> list[str]:
    """Says that a workbook has more tables than the one that was read."""
    if not titles:
        return []
    named = ", ".join(f"«\u202f{shown(title)}\u202f»" for title in titles)
    said = (
        "Une seule feuille du classeur a été lue. Non lues, bien qu’elles y ressemblent\u202f: "
        f"{named}. Déposez-les à part, ou publiez après vérification."
    )
    return [said]


def _warnings(checked: Checked, held: set[Cell], lost: set[Cell]) -> list[str]:
    """What the administrator should know before publishing, one French sentence each."""
    records = checked.records
    known = records[records["departement"].notna() & records["month"].notna()]
    met = {
        Cell(month.date(), region, departement)
        for month, region, departement in known.loc[
            known["outcome"] != "out_of_scope", ["month", "region", "departement"]
        ]
        .drop_duplicates()
        .itertuples(index=False)
    }
    sentences = [
        f"Aucun enregistrement accepté {place}\u202f: ce mois n’y change pas."
        for place in _places(met - held)
    ]
    sentences += [
        f"Le fichier ne contient rien {place}, mois déjà publié\u202f: il y reste tel qu’il est. "
        "Publiez après vérification."
        for place in _places(lost - met)
    ]
    more = len(sentences) - MAX_WARNINGS
    if more > 0:
        others = "autre département" if more == 1 else "autres départements"
        sentences[MAX_WARNINGS:] = [f"… et de même pour {more} {others} ou mois."]
    return sentences


def _places(cells: set[Cell]) -> list[str]:
    """Cells as French sentences name them: "en Côte-d'Or en décembre 2025"."""
    locatives = dict(Departement.objects.values_list("code", "locative")) if cells else {}
    return [
        f"{locatives[cell.departement]} en {in_french(cell.month)}"
        for cell in sorted(cells, key=lambda cell: (cell.month, cell.departement or ""))
        if cell.departement
    ]
