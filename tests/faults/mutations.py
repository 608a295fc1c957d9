"""Small valid files in every container, and ways to damage them."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence

from tests.ingestion.files import (
    BORDER_FAR,
    CLOSED,
    EJ_HOME,
    FAR,
    HEADER,
    HOME_A,
    HOME_B,
    HOSPITAL,
    SPREAD_A,
    finess,
    text,
    workbook,
    zipped,
)

#: Every outcome there is: accepted, merged, out of scope, to be attached, refused.
ROWS = (
    ("2025-01", HOME_A, "SYNTH", "12", "10"),
    ("2025-01", HOME_A, "SYNTH", "12", "10"),
    ("2025-01", HOME_B, "57833-6", "1 234", ""),
    ("2025-02", SPREAD_A, "Autre chose", "3", "3"),
    ("2025-02", FAR, "SYNTH", "7", "7"),
    ("2025-02", BORDER_FAR, "SYNTH", "0", "0"),
    ("2025-02", EJ_HOME, "SYNTH", "8", ""),
    ("2025-02", HOSPITAL, "SYNTH", "-4", ""),
    ("2025-01", CLOSED, "SYNTH", "5", "9"),
    ("2025-01", finess("21009999"), "SYNTH", "5", ""),
    ("2025-01", "219999999", "SYNTH", "abc", ""),
)
WIDE = (
    ("FINESS ET", "Type de document", "janv. 2025", "févr. 2025", "mars 2025"),
    (HOME_A, "SYNTH", "12", "3", ""),
    (HOME_B, "SYNTH", "1", "0", "4"),
    ("Total", "", "13", "3", "4"),
)
LONG = text(ROWS)
SHEETS: dict[str, list[Sequence[object]]] = {"Extrait": [HEADER, *ROWS], "Note": [["à lire"]]}

#: Valid files by name, and how many of 5,000 mutations each gets.
SEEDS: dict[str, tuple[bytes, int]] = {
    "extrait.csv": (LONG, 300),
    "windows.txt": (text(ROWS, encoding="cp1252", separator="\t"), 200),
    "large.csv": (text(WIDE[1:], header=WIDE[0]), 200),
    "classeur.xlsx": (workbook(SHEETS), 1500),
    "archive.zip": (zipped({"extrait.csv": LONG}), 1200),
    "classeur.zip": (zipped({"classeur.xlsx": workbook(SHEETS)}), 400),
    "extrait.csv.gz": (gzip.compress(LONG, mtime=0), 1000),
    "classeur_refait.xlsx": (workbook(SHEETS), 200),
}

#: What breaks readers: separators, quotes, marks of order, signatures, numbers past every limit.
SPLINTERS = (
    *(
        b"\x00",
        b'"',
        b";",
        b"\r",
        b"\n\n\n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"\x1f\x8b",
    ),
    *(b"99999999999999999999", b"-1", b"1e308", b"NaN", b"0x10", b"1,5", b"2025-13", b"9999-12"),
    *(b"<c t='s'><v>99999</v></c>", b"&#x0;", b"=1+1", b"\xed\xa0\x80", "é\u202f".encode()),
    *(b"Total", b"FINESS ET;FINESS ET", HOME_A.encode(), b"\x80" * 40, b";" * 300),
)


def mutated(data: bytes, luck: random.Random) -> bytes:
    """The same bytes, damaged in one to eight places."""
    damaged = bytearray(data)
    for _ in range(luck.choice((1, 1, 1, 2, 3, 8))):
        luck.choice(DAMAGES)(damaged, luck)
    return bytes(damaged)


def _place(data: bytearray, luck: random.Random) -> tuple[int, int]:
    start = luck.randrange(len(data) + 1)
    return start, min(len(data), start + luck.choice((1, 1, 2, 4, 16, 64)))


def flip(data: bytearray, luck: random.Random) -> None:
    if data:
        data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)


def overwrite(data: bytearray, luck: random.Random) -> None:
    if data:
        data[luck.randrange(len(data))] = luck.randrange(256)


def remove(data: bytearray, luck: random.Random) -> None:
    start, end = _place(data, luck)
    del data[start:end]


def repeat(data: bytearray, luck: random.Random) -> None:
    start, end = _place(data, luck)
    data[start:start] = data[start:end] * luck.choice((1, 2, 20))


def insert(data: bytearray, luck: random.Random) -> None:
    start, _ = _place(data, luck)
    data[start:start] = luck.choice(SPLINTERS)


def replace(data: bytearray, luck: random.Random) -> None:
    start, end = _place(data, luck)
    data[start:end] = luck.choice(SPLINTERS)


def truncate(data: bytearray, luck: random.Random) -> None:
    del data[luck.randrange(len(data) + 1) :]


def swap(data: bytearray, luck: random.Random) -> None:
    """Two lines, or what stands for them, in each other's place."""
    lines = bytes(data).split(b"\n")
    first, second = luck.randrange(len(lines)), luck.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    data[:] = b"\n".join(lines)


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(flip, overwrite, remove, repeat, insert, replace, truncate, swap),
)


def rebuilt(data: bytes, luck: random.Random) -> bytes:
    """An archive that is sound, of which one member is damaged: its parts are reached, not its CRC.

    A workbook whose bytes are damaged is nearly always refused by its checksums alone.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        names = source.namelist()
        chosen = luck.choice([name for name in names if "sheet1" in name or "shared" in name])
        for name in names:
            content = source.read(name)
            target.writestr(name, mutated(content, luck) if name == chosen else content)
    return buffer.getvalue()


def mutations(name: str, count: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of a seed, the same ones for the same number."""
    luck = random.Random(f"{seed}{name}")  # the same whichever test comes first
    data, _ = SEEDS[name]
    damage = rebuilt if "refait" in name else mutated
    for _ in range(count):
        yield damage(data, luck)
