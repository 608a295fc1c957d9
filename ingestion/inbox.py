"""The inbox: a folder that is looked into, whose files are received as those of the upload page.

A folder per scope (`27/`, `FR/`) and, in it, one per kind or source of files. A file is taken once
it has stopped growing; when its extract has come to an end, a report is written in `done/` or
`refused/`, and the file joins it there. Its row names the extract from the moment that the extract
exists, in one transaction, so that a look cut anywhere is finished by the next one: the report is
written again, the file is never received twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from accounts import audit
from ingestion import trail
from ingestion.errors import RefusedFile
from ingestion.models import Extract, InboxFile, Kind, Source, State
from ingestion.notices import told
from ingestion.presentation import in_order
from ingestion.process import TRANSIENT
from ingestion.publishing.publish import already_in_force
from ingestion.receive import receive
from reference.models import Programme, Region

logger = logging.getLogger(__name__)

NATIONAL = "FR"
DONE, REFUSED = "done", "refused"
REGISTER = "registre"
PROGRAMME = "programme-"

#: What programs that send files call one that is not whole yet.
UNFINISHED_NAMES = (".part", ".tmp", ".filepart", ".crdownload")
REPORT = ".rapport.txt"

#: How long a file that was received and is not there any more is remembered.
KEPT = dt.timedelta(days=7)

#: How many remarks a report shows; the page of the extract has them all.
MAX_REMARKS = 20

#: In bytes: what is left of 255 for a number and the end of a report's name.
MAX_NAME = 230


class _StillWrittenError(Exception):
    """A file changed while it was received."""


@dataclass(frozen=True)
class Place:
    """A folder of the inbox, and what it says of the files put into it."""

    folder: Path
    known: bool = False
    region: Region | None = None
    kind: str = Kind.MONTHLY
    source: Source | None = None
    programme: Programme | None = None


def look(now: dt.datetime | None = None) -> list[Extract]:
    """Look once at the files of the inbox; returns the extracts received, which are to be sent.

    Nothing when `MES_INBOX` is unset. The caller holds `locks.INBOX`.

    Raises:
        OperationalError, InterfaceError: the database failed; the next look goes on from there.
    """
    if not settings.MES_INBOX:
        return []
    root, now = Path(settings.MES_INBOX), now or timezone.now()
    rows = {row.path: row for row in InboxFile.objects.select_related("extract__region")}
    received = []
    found = [(place, path) for place in places(root) for path in _files(place.folder)]
    for place, path in found:
        key = _printable(path.relative_to(root))
        row = rows.pop(key, None) or InboxFile(path=key, size=-1, modified_ns=-1)
        try:
            extract = _treat(row, path, place, now)
        except TRANSIENT:
            raise
        except Exception:
            # One file that nobody foresaw must not keep the others waiting.
            logger.exception("The file %s of the inbox could not be treated", path)
        else:
            received += [extract] if extract else []
    _forget(list(rows.values()), now)
    return received


def forget_copies(sha256: str, size: int) -> None:
    """Delete the files that were put away with this content, and the reports that quote them.

    Raises:
        OSError: the inbox is not there, or a file of it cannot be read or deleted.
    """
    if not settings.MES_INBOX:
        return
    root = Path(settings.MES_INBOX)
    if not root.is_dir():
        raise FileNotFoundError(f"the inbox {root} is not there")
    folders = [place.folder / away for place in places(root) for away in (DONE, REFUSED)]
    mine = [folder for folder in folders if folder.is_dir() and not folder.is_symlink()]
    away = [path for folder in mine for path in _files(folder)]
    for path in [each for each in away if each.stat().st_size == size]:
        if _digest(path) == sha256:
            path.with_name(path.name + REPORT).unlink(missing_ok=True)
            path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget(gone: list[InboxFile], now: dt.datetime) -> None:
    """Delete the rows of files that are no longer there, moved or removed.

    Not at once when they were received: a disk that comes back must not bring them again.
    """
    ended = [row for row in gone if row.extract is None or row.extract.received_at < now - KEPT]
    InboxFile.objects.filter(pk__in=[row.pk for row in ended]).delete()


def places(root: Path) -> Iterator[Place]:
    """The folders of the inbox where files are looked for: itself, its scopes and their parts."""
    yield Place(root)
    regions: dict[str, Region | None] = {region.code: region for region in Region.objects.all()}
    regions[NATIONAL] = None
    for scope in _folders(root):
        if scope.name not in regions:
            yield Place(scope)
            continue
        region = regions[scope.name]
        yield Place(scope, known=True, region=region)
        yield from _parts(scope, region)


def _parts(scope: Path, region: Region | None) -> Iterator[Place]:
    """The folders of a scope that say more: a source, the register, a programme's members."""
    folders = list(_folders(scope))
    if not folders:
        return
    offered = Source.objects.filter(Q(region=None) | Q(region=region))
    # A région's own source comes after the shared one of the same name, and takes its place.
    ordered = sorted(offered, key=lambda source: source.region_id is not None)
    sources = {slugify(source.name): source for source in ordered}
    programmes = {slugify(programme.code): programme for programme in Programme.objects.all()}
    for folder in folders:
        name = folder.name
        if name == REGISTER:
            yield Place(folder, known=True, region=region, kind=Kind.REGISTER)
        elif programme := programmes.get(name.removeprefix(PROGRAMME)):
            if name.startswith(PROGRAMME):
                yield Place(
                    folder, known=True, region=region, kind=Kind.PROGRAMME, programme=programme
                )
        elif source := sources.get(name):
            yield Place(folder, known=True, region=region, source=source)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing, and a line in the log, when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        logger.exception("The folder %s of the inbox cannot be read", folder)
        return []


def _folders(parent: Path) -> Iterator[Path]:
    for entry in _entries(parent):
        hidden = entry.name.startswith(".") or entry.name in {DONE, REFUSED}
        if entry.is_dir(follow_symlinks=False) and not hidden:
            yield Path(entry.path)


def _files(folder: Path) -> Iterator[Path]:
    """The files to take: regular ones, neither hidden nor named as unfinished, nor links."""
    for entry in _entries(folder):
        ignored = entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED_NAMES)
        if entry.is_file(follow_symlinks=False) and not ignored:
            yield Path(entry.path)


def _treat(row: InboxFile, path: Path, place: Place, now: dt.datetime) -> Extract | None:
    """Do with one file what its row says is next; the extract, when it was just received."""
    seen = path.stat(follow_symlinks=False)
    same = (row.size, row.modified_ns) == (seen.st_size, seen.st_mtime_ns)
    if row.extract is not None:
        if row.extract.state == State.PURGED and same:
            path.unlink()  # nothing of it is to be kept
            row.delete()
        elif _is_over(row.extract):
            _put_away(row, path, place, extract=row.extract, whole=same)
        return None
    if not same:
        row.size, row.modified_ns, row.seen_at = seen.st_size, seen.st_mtime_ns, now
        row.save()
        return None
    if now - row.seen_at < dt.timedelta(seconds=settings.MES_INBOX_SETTLE):
        return None
    return _take(row, path, place)


def _is_over(extract: Extract) -> bool:
    """Whether nothing will happen to an extract without a person."""
    working = extract.state in {State.RECEIVED, State.READING, State.PUBLISHING}
    return not working and not (extract.state == State.READY and extract.publish_when_ready)


def _take(row: InboxFile, path: Path, place: Place) -> Extract | None:
    """Receive a file that no longer grows; put it away at once when it cannot be."""
    extract, message = None, ""
    try:
        if not place.known:
            raise _misplaced()
        with _open(path) as file:
            extract = _receive(row, file, path, place)
    except _StillWrittenError:
        return None
    except RefusedFile as refusal:
        if isinstance(refusal.__cause__, OSError):
            logger.warning("%s stays in the inbox: it could not be stored", path)
            return None
        message = f"{refusal.message} {refusal.remedy}"
    except OSError as error:
        logger.warning("%s cannot be read: %s", path, error)
        message = _unreadable(error)
    if extract is not None and extract.state == State.RECEIVED:
        return extract
    if extract is not None:
        message = already_in_force(extract)
    _put_away(row, path, place, extract=extract, message=message)
    return None


def _receive(row: InboxFile, file: BinaryIO, path: Path, place: Place) -> Extract:
    """Receive a file and remember, in the same transaction, which extract it has become.

    Raises:
        _StillWrittenError: it changed meanwhile; nothing of it is kept.
    """
    name = os.fsencode(path.name).decode("utf-8", "replace")
    with transaction.atomic():
        extract = receive(
            file,
            name=name,
            region=place.region,
            kind=place.kind,
            source=place.source,
            programme=place.programme,
        )
        if extract.state != State.RECEIVED:
            return extract
        now = os.fstat(file.fileno())
        if (now.st_size, now.st_mtime_ns) != (row.size, row.modified_ns):
            extract.file.delete(save=False)
            raise _StillWrittenError
        row.extract = extract
        row.save()
        trail.record(
            "fichier reçu par la boîte de dépôt",
            extract,
            actor=None,
            path=row.path,
        )
    return extract


def _put_away(  # noqa: PLR0913  # what became of a file, all of it told in its report
    row: InboxFile,
    path: Path,
    place: Place,
    *,
    extract: Extract | None = None,
    message: str = "",
    whole: bool = True,
) -> None:
    """Write the report of a file, move the file beside it, forget its row; in this order.

    `whole` False: another file took its name meanwhile, which stays and is looked at afresh.

    Raises:
        OSError: the folder cannot be written; the row stays, and the next look tries again.
    """
    refused = extract is None or extract.state == State.REFUSED
    folder = place.folder / (REFUSED if refused else DONE)
    if folder.is_symlink():
        raise NotADirectoryError(f"{folder} is a link: nothing is written through it")
    folder.mkdir(exist_ok=True)
    target = _free(folder, path.name)
    draft = folder / f".{os.getpid()}{REPORT}"
    draft.unlink(missing_ok=True)
    with draft.open("x", encoding="utf-8") as file:
        file.write(report(path, extract, message))
    draft.replace(target.with_name(target.name + REPORT))
    if whole:
        path.rename(target)
    if refused and extract is None:
        audit.record(
            "fichier refusé par la boîte de dépôt",
            actor=None,
            target=_printable(Path(path.name)),
            region=place.region,
            path=row.path,
            message=message,
        )
    row.delete()


def report(path: Path, extract: Extract | None, message: str = "") -> str:
    """The report that stands beside a file, in French: what became of it, and what to do."""
    context = {"name": _printable(Path(path.name)), "message": message}
    if extract is not None:
        remarks = in_order(extract.line_reports.all())
        said = message or "\n".join(filter(None, [extract.message, extract.warnings]))
        context |= told(extract) | {
            "message": said,
            "remarks": list(remarks[:MAX_REMARKS]),
            "more": max(0, remarks.count() - MAX_REMARKS),
        }
    template = "extract" if extract is not None else "refused"
    return render_to_string(f"ingestion/inbox/{template}.txt", context)


def _free(folder: Path, name: str) -> Path:
    """Where a file may be put without taking another's place: its name, or with a number."""
    base, dot, ends = name.partition(".") if not name.startswith(".") else (name, "", "")
    while len(os.fsencode(base + dot + ends)) > MAX_NAME:
        base, ends = (base[:-1], ends) if len(base) > 1 else (base, ends[1:])
    target, number = folder / f"{base}{dot}{ends}", 1
    while target.exists():
        number += 1
        target = folder / f"{base}-{number}{dot}{ends}"
    return target


def _open(path: Path) -> BinaryIO:
    """Open a file, never one that a link put in its place would name, never waiting for a pipe.

    Raises:
        OSError: it cannot be read.
    """
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _printable(path: Path) -> str:
    """A path as the database and a report can hold it, bytes that are no text written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _misplaced() -> RefusedFile:
    return RefusedFile(
        "Ce dossier n’est celui d’aucune région\u202f: le fichier n’a pas été lu.",
        "Déposez-le dans le dossier nommé par le code de sa région («\u202f27\u202f»), ou dans "
        f"«\u202f{NATIONAL}\u202f» s’il est national.",
    )


def _unreadable(error: OSError) -> str:
    return (
        f"Le fichier ne peut pas être lu ({error.strerror or 'erreur de lecture'})\u202f: vérifiez "
        "les droits que lui donne l’envoi, puis déposez-le à nouveau."
    )
