"""Which layout a register is in, told by its content alone, and its rows as one stream."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import ijson

from reference.finess import legacy, plus
from reference.finess.rows import RegisterError, RegisterRow, Remark

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
CHUNK = 1 << 20
HEAD = 4096

NONE_OF_THREE = (
    "ce fichier n’est pas un registre FINESS\u202f: ni fichier plat (première ligne "
    "«\u202ffiness;etalab;…\u202f» ou «\u202ffiness;finess-plus;…\u202f»), ni document JSON FINESS+"
)
DAMAGED = "l’archive .gz est incomplète ou abîmée\u202f: téléchargez-la de nouveau"
CUT_JSON = "le document JSON est incomplet ou mal formé\u202f: téléchargez-le de nouveau"


@dataclass
class Register:
    """An open register. `warnings` fills while `rows` is read, which can be done once."""

    layout: str
    date: dt.date
    sha256: str
    rows: Iterator[RegisterRow | Remark]
    warnings: list[Remark] = field(default_factory=list)


@contextmanager
def open_register(file: Path | IO[bytes]) -> Iterator[Register]:
    """Open a register of any of the three layouts, compressed with gzip or not.

    `file`: a path, or a binary file that can be rewound. Nothing is read ahead: memory does not
    depend on the file's size.

    Raises:
        RegisterError: when it is no register, or is found cut while its rows are read.
        OSError: when the path cannot be opened.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream, open_register(stream) as register:
            yield register
        return
    try:
        yield _recognise(file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RegisterError(DAMAGED) from error
    except ijson.JSONError as error:
        raise RegisterError(CUT_JSON) from error


def _recognise(file: IO[bytes]) -> Register:
    file.seek(0)
    sha256 = hashlib.sha256()
    while chunk := file.read(CHUNK):
        sha256.update(chunk)
    head = _content(file).read(HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    if not head:
        raise RegisterError("le fichier est vide")
    if head.startswith(ZIP_MAGIC):
        raise RegisterError(
            "c’est une archive .zip ou un classeur\u202f: donnez le fichier qu’elle contient"
        )
    if head.startswith(b"{"):
        date = plus.read_heading(_content(file))
        register = Register(plus.LAYOUT, date, sha256.hexdigest(), iter(()))
        register.rows = plus.parse(_content(file), date, register.warnings)
        return register
    if not head.lower().startswith((b"finess;", b'"finess";')):
        raise RegisterError(NONE_OF_THREE)
    encoding = _encoding(file)
    layout, date = legacy.read_heading(next(_text(file, encoding)))
    return Register(layout, date, sha256.hexdigest(), legacy.parse(_text(file, encoding)))


def _content(file: IO[bytes]) -> IO[bytes]:
    """The bytes from the start, inflated when they are compressed."""
    file.seek(0)
    compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if compressed else file


def _text(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines from the start. A byte that cp1252 lacks spoils one character, not the file."""
    return codecs.iterdecode(_content(file), encoding, errors="replace")


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 when every byte says so, else cp1252, which is what older registers are in."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    content = _content(file)
    try:
        while chunk := content.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
