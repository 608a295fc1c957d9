"""From the file that people bring to the one table in it: what it is, by its content.

Archives are inflated into temporary files, chunk by chunk, and never beyond a limit.
"""

from __future__ import annotations

import gzip
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np

from ingestion.errors import RefusedFile

CHUNK = 1 << 20
MAX_NESTING = 3
#: Over the sheets of a workbook, empty cells of their rectangles included. An empty one takes
#: about 45 bytes of memory, a filled one 180 (and the limit on inflated bytes bounds these).
MAX_CELLS = 10_000_000

_SAVE_AGAIN = "Exportez de nouveau le tableau au format CSV ou XLSX, puis déposez ce fichier."
_OTHER_KINDS = (
    (b"\x89PNG", "une image PNG"),
    (b"\xff\xd8\xff", "une image JPEG"),
    (b"GIF8", "une image GIF"),
    (b"%PDF", "un document PDF"),
    (b"7z\xbc\xaf\x27\x1c", "une archive 7z"),
    (b"Rar!", "une archive RAR"),
    (b"BZh", "une archive bzip2"),
    (b"\xfd7zXZ", "une archive xz"),
    (b"\x28\xb5\x2f\xfd", "une archive zstd"),
    (b"PAR1", "un fichier Parquet"),
    (b"SQLite format 3", "une base SQLite"),
    (b"{\\rtf", "un document RTF"),
)
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)
_REFERENCE_LENGTH = 10  # XFD1048576
_OLE2 = b"\xd0\xcf\x11\xe0"


class Kind(StrEnum):
    """What the table is written in."""

    TEXT = "text"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class Unpacked:
    """The table's own file, open at its beginning, and the names that led to it."""

    file: BinaryIO
    kind: Kind
    names: tuple[str, ...]


@dataclass
class _Budget:
    """How many inflated bytes are still allowed, over every level of nesting."""

    left: int

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise RefusedFile(
                "Le fichier, une fois décompressé, dépasse la taille permise.",
                "Déposez un fichier par mois, ou retirez de l’archive ce qui n’est pas le tableau.",
            )


def damaged(name: str) -> RefusedFile:
    """The refusal of an archive or workbook that ends too early or does not hold together."""
    return RefusedFile(
        f"Le fichier « {name} » est endommagé ou incomplet.",
        "Récupérez-le de nouveau à sa source et déposez-le.",
    )


@contextmanager
def unpacked(path: Path, name: str, limit: int) -> Iterator[Unpacked]:
    """Open the one table of a file, through gzip and zip, whatever its name says.

    `limit`: bytes allowed once inflated, all levels added up.

    Raises:
        RefusedFile: empty, damaged, encrypted, too large, several tables, or no table at all.
    """
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("rb"))
        names: tuple[str, ...] = (name,)
        budget = _Budget(limit)
        for _ in range(MAX_NESTING + 1):
            head = file.read(4096)
            file.seek(0)
            if head.startswith(b"\x1f\x8b"):
                inner = gzip.GzipFile(fileobj=file)
                file = _inflate(stack, inner, budget, names[-1])
            elif head.startswith(b"PK"):
                archive = _open_zip(stack, file, names[-1])
                if _is_workbook(archive, names[-1]):
                    _guard_workbook(archive, budget, names[-1])
                    file.seek(0)
                    yield Unpacked(file, Kind.WORKBOOK, names)
                    return
                member = _only_table(archive, budget)
                with _reading(names[-1]):
                    opened = stack.enter_context(archive.open(member))
                file = _inflate(stack, opened, budget, names[-1])
                names = (*names, member.filename)
            else:
                _refuse_other_kinds(file, head, names[-1])
                yield Unpacked(file, Kind.TEXT, names)
                return
        raise RefusedFile(
            f"« {name} » contient des archives imbriquées les unes dans les autres.",
            "Déposez directement le tableau, ou une seule archive qui le contient.",
        )


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn what a damaged archive raises into a refusal."""
    try:
        yield
    except (EOFError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError) as error:
        raise damaged(name) from error


def _inflate(
    stack: ExitStack, inner: IO[bytes] | gzip.GzipFile, budget: _Budget, name: str
) -> BinaryIO:
    outer: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
    with _reading(name):
        while chunk := inner.read(CHUNK):
            budget.spend(len(chunk))
            outer.write(chunk)
    outer.seek(0)
    return outer


def _open_zip(stack: ExitStack, file: BinaryIO, name: str) -> zipfile.ZipFile:
    with _reading(name):
        archive = stack.enter_context(zipfile.ZipFile(file))
    if any(member.flag_bits & 0x1 for member in archive.infolist()):
        raise RefusedFile(
            f"L’archive « {name} » est protégée par un mot de passe.",
            "Déposez le tableau sans mot de passe : l’accès à l’application est déjà protégé.",
        )
    return archive


def _only_table(archive: zipfile.ZipFile, budget: _Budget) -> zipfile.ZipInfo:
    """The archive's one member, but for what systems add by themselves."""
    members = [
        each
        for each in archive.infolist()
        if not each.is_dir()
        and not each.filename.startswith("__MACOSX/")
        and not Path(each.filename).name.startswith(".")
        and Path(each.filename).name.lower() not in {"thumbs.db", "desktop.ini"}
    ]
    if not members:
        raise RefusedFile("L’archive est vide.", "Déposez une archive qui contient le tableau.")
    if len(members) > 1:
        named = ", ".join(f"« {each.filename} »" for each in members[:5])
        others = ", …" if len(members) > 5 else ""
        raise RefusedFile(
            f"L’archive contient {len(members)} fichiers : {named}{others}.",
            "Déposez chaque tableau séparément, ou une archive par tableau.",
        )
    if members[0].file_size > budget.left:
        budget.spend(members[0].file_size)
    return members[0]


def _is_workbook(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether the zip is an XLSX workbook; office files of other kinds are refused by name."""
    members = set(archive.namelist())
    others = {
        "xl/workbook.bin": "un classeur Excel binaire (.xlsb)",
        "word/document.xml": "un document Word",
        "ppt/presentation.xml": "une présentation PowerPoint",
        "mimetype": "un document LibreOffice (.ods, .odt…)",
    }
    for member, said in others.items():
        if member in members:
            raise RefusedFile(f"« {name} » est {said}, pas un CSV ni un XLSX.", _SAVE_AGAIN)
    return "[Content_Types].xml" in members or "xl/workbook.xml" in members


def _guard_workbook(archive: zipfile.ZipFile, budget: _Budget, name: str) -> None:
    """Inflate a workbook once for nothing, so that reading it cannot exhaust the memory.

    The reader lays each sheet out as a full rectangle: one cell at the far corner of a sheet
    would ask for hundreds of gigabytes. All the sheets are laid out before one is chosen.
    """
    members = archive.infolist()
    cells = 0
    if sum(each.file_size for each in members) > budget.left:
        budget.spend(budget.left + 1)
    for member in members:
        columns = rows = 0
        tail = b""
        with _reading(name), archive.open(member) as inner:
            while chunk := inner.read(CHUNK):
                budget.spend(len(chunk))
                farthest = _farthest(tail + chunk)
                columns, rows = max(columns, farthest[0]), max(rows, farthest[1])
                tail = chunk[-32:]
        cells += columns * rows
        if columns * rows > MAX_CELLS:
            raise RefusedFile(
                f"Une feuille de « {name} » s’étend sur {rows} lignes et {columns} colonnes.",
                "Supprimez les lignes et les colonnes vides au-delà du tableau, puis enregistrez.",
            )
        if cells > MAX_CELLS:
            raise RefusedFile(
                f"Les feuilles de « {name} » s’étendent ensemble sur plus de "
                f"{MAX_CELLS // 1_000_000}\u202fmillions de cellules.",
                "Ne laissez dans le classeur que la feuille du tableau, sans lignes ni colonnes "
                "vides au-delà, puis enregistrez.",
            )


def _farthest(xml: bytes) -> tuple[int, int]:
    """The greatest column and row that a piece of a sheet names: r="B12", or r="12" for a row.

    Computed on whole arrays: a sheet names a million cells.
    """
    text = np.frombuffer(xml + bytes(_REFERENCE_LENGTH + 4), dtype="uint8")
    named = (text[1:] == ord("r"))[: len(xml)] & (text[2:] == ord("="))[: len(xml)]
    starts = np.flatnonzero(named & (text[: len(xml)] <= ord(" ")))
    starts = starts[np.isin(text[starts + 3], (ord("'"), ord('"')))] + 4
    columns = np.zeros(len(starts), dtype="int64")
    rows = np.zeros(len(starts), dtype="int64")
    reading = np.ones(len(starts), dtype="bool")
    for step in range(_REFERENCE_LENGTH):
        sign = text[starts + step].astype("int64")
        letter = reading & (sign >= ord("A")) & (sign <= ord("Z")) & (rows == 0)
        digit = reading & (sign >= ord("0")) & (sign <= ord("9"))
        columns[letter] = columns[letter] * 26 + sign[letter] - ord("A") + 1
        rows[digit] = rows[digit] * 10 + sign[digit] - ord("0")
        reading &= letter | digit
    return int(columns[rows > 0].max(initial=0)), int(rows.max(initial=0))


def _refuse_other_kinds(file: BinaryIO, head: bytes, name: str) -> None:
    """Name what is not a text, so that people know what they took for a table.

    Raises:
        RefusedFile: an image, a PDF, an old or protected workbook…
    """
    if head.startswith(_OLE2):
        protected = "EncryptedPackage".encode("utf-16-le") in file.read()
        raise RefusedFile(
            f"« {name} » est un classeur protégé par un mot de passe."
            if protected
            else f"« {name} » est un classeur Excel d’un ancien format (.xls).",
            "Enregistrez-le au format XLSX, sans mot de passe, puis déposez-le.",
        )
    for signature, said in _OTHER_KINDS:
        if head.startswith(signature):
            raise RefusedFile(f"« {name} » est {said}, pas un tableau CSV ou XLSX.", _SAVE_AGAIN)
    if _MARKUP.match(head):
        raise RefusedFile(
            f"« {name} » est une page HTML ou un document XML, pas un tableau CSV ou XLSX.",
            _SAVE_AGAIN,
        )
