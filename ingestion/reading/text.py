"""The rows of a text file: encoding, separator, quotes, each row with its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from ingestion.errors import RefusedFile
from ingestion.reading.header_row import HEADER_ROWS, Clues, quality
from ingestion.reading.unpack import CHUNK

SEPARATORS = ";\t,|"
MAX_LINE = 200_000  # characters
# What no text holds; form feeds and the end-of-file mark of old systems do no harm.
BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_BYTES = bytes(each for each in range(32) if BINARY.match(chr(each)))
_TO_CSV = "Exportez de nouveau le tableau en CSV (UTF-8) ou en XLSX, puis déposez ce fichier."

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Writing:
    """How a file is written: its encoding, and whether it is plain.

    Plain: without quotes, and each line ending as Unix or Windows do, so that a line of the file
    is a row, whoever reads it.
    """

    encoding: str
    plain: bool


def writing(file: BinaryIO, name: str) -> Writing:
    """The encoding in which the whole file is text: by its mark, else UTF-8, else cp1252.

    Raises:
        RefusedFile: it is no text.
    """
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        file.seek(0)
        found = _written_in(file, encoding, name)
        if found:
            return found
    raise RefusedFile(
        f"«\u202f{name}\u202f» n’est un texte ni en UTF-8, ni en Windows-1252\u202f: fichier "
        "binaire ou abîmé.",
        _TO_CSV,
    )


def _written_in(file: BinaryIO, encoding: str, name: str) -> Writing | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    plain, before = encoding != "utf-16", b""
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            return None
        # In UTF-8 and cp1252 these characters are bytes, which are looked for much faster.
        if BINARY.search(text) if encoding == "utf-16" else chunk != chunk.translate(None, _BYTES):
            raise RefusedFile(
                f"«\u202f{name}\u202f» contient des octets qui ne sont pas du texte\u202f: ce "
                "n’est pas un CSV.",
                _TO_CSV,
            )
        if not chunk:
            return Writing(encoding, plain and before != b"\r")
        joined = before + chunk
        lone = joined.count(b"\r", 0, -1) - joined.count(b"\r\n")
        plain = plain and b'"' not in chunk and lone == 0
        before = chunk[-1:] if chunk.endswith(b"\r") else b""


def separator_of(text: io.TextIOWrapper, clues: Clues) -> str:
    """The separator under which the first rows make the best table."""

    def score(separator: str) -> tuple[int, int, int]:
        # Not `records`: under a wrong separator quotes mean nothing, and nothing is refused yet.
        reader = csv.reader(iter(_Lines(text)), delimiter=separator)
        try:
            return quality(list(islice(reader, HEADER_ROWS)), clues)
        except csv.Error:
            return 0, 0, 0

    return max(SEPARATORS, key=score)


class _Lines:
    """The lines of a text, none of them huge, knowing whether the last one was passed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        self._text.seek(0)
        number = 0
        while line := self._text.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE:
                raise too_wide(number)
            yield line
        self.ended = True


def records(text: io.TextIOWrapper, separator: str) -> Iterator[Row]:
    """The rows that are not blank, each with the line where it starts.

    Raises:
        RefusedFile: a quote never closed, which would swallow lines in silence.
    """
    lines = _Lines(text)
    reader = csv.reader(iter(lines), delimiter=separator)
    start, width = 1, 0
    try:
        for cells in reader:
            # A row given only after the last line was passed is still within its quotes, and a
            # cell with line ends and a whole row's separators has swallowed its neighbours.
            swallowed = reader.line_num > start and any(
                len(each.splitlines()) > 1 and each.count(separator) >= max(width, 1)
                for each in cells
            )
            if lines.ended or swallowed:
                raise _unclosed_quote(start)
            if any(map(str.strip, cells)):
                width = max(width, len(cells) - 1)
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unclosed_quote(start) from error


def too_wide(line: int) -> RefusedFile:
    """The refusal of a line that no table has."""
    return RefusedFile(
        f"La ligne {line} est démesurée\u202f: ce n’est pas une ligne de tableau.",
        "Vérifiez l’export d’origine\u202f: une ligne par mois, établissement et type de document.",
    )


def _unclosed_quote(line: int) -> RefusedFile:
    return RefusedFile(
        f"Un guillemet ouvert à la ligne {line} n’est pas fermé\u202f: les lignes suivantes "
        "seraient perdues.",
        "Retirez ce guillemet, ou exportez de nouveau le tableau, puis déposez le fichier.",
    )
