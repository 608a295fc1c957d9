"""Builders of test files in every container, and the fictitious ground they are checked on."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from stdnum import luhn

from ingestion.checking.ground import Ground
from ingestion.reading.coded import Coder
from ingestion.reading.header_row import NO_CLUES, Clues
from ingestion.reading.normalise import normalise
from ingestion.reading.read import Table
from ingestion.reading.recognise import recognise
from reference.documents import normalise_label

HEADER = ("Mois", "FINESS ET", "Type de document", "Nombre de documents", "DMP alimentés")
TODAY = dt.date(2025, 6, 15)
JANUARY = dt.date(2025, 1, 1)
MEGABYTE = 1024**2

SYNTHESIS, PRESCRIPTION, UNRECOGNISED = 1, 2, 99
TYPES = {"SYNTH": SYNTHESIS, "Synthèse": SYNTHESIS, "57833-6": PRESCRIPTION}


def finess(stem: str) -> str:
    """The FINESS that begins with these eight digits."""
    return stem + luhn.calc_check_digit(stem)


# Facilities: two of one OG in the 21, two of another in the 21 and the 39, and so on.
HOME_A, HOME_B = finess("21000001"), finess("21000002")
SPREAD_A, SPREAD_B = finess("21000003"), finess("39000001")
MIXED_HOME, HOSPITAL = finess("21000004"), finess("21000005")
BORDER_HOME, BORDER_FAR = finess("39000002"), finess("01000001")
FAR = finess("01000002")
CLOSED = finess("21000006")
# The same eight digits as FAR without its zero, in a département that begins with them.
TWIN_OF_FAR = finess(FAR[1:])

EJ_HOME, EJ_SPREAD, EJ_MIXED = finess("75000001"), finess("75000002"), finess("75000003")
EJ_BORDER, EJ_FAR, EJ_CLOSED = finess("75000004"), finess("75000005"), finess("75000006")

ENTITIES = {EJ_HOME: 1, EJ_SPREAD: 2, EJ_MIXED: 3, EJ_BORDER: 4, EJ_FAR: 5, EJ_CLOSED: 6}
# finess, département, legal entity, sector, in the perimeter, last day open
FACILITIES = (
    (HOME_A, "21", 1, "PA", True, None),
    (HOME_B, "21", 1, "PA", True, None),
    (SPREAD_A, "21", 2, "PH", True, None),
    (SPREAD_B, "39", 2, "PA", True, None),
    (MIXED_HOME, "21", 3, "PA", True, None),
    (HOSPITAL, "21", 3, "AUTRE", False, None),
    (BORDER_HOME, "39", 4, "PA", True, None),
    (BORDER_FAR, "01", 4, "PA", True, None),
    (FAR, "01", 5, "PA", True, None),
    (CLOSED, "21", 6, "PA", True, "2024-06-30"),
    (TWIN_OF_FAR, "10", 5, "PA", True, None),
)
REGIONS = {"21": "27", "39": "27", "01": "84", "10": "44"}


def ground(region: str | None = "27", *, regional: bool = False) -> Ground:
    """The fictitious register and nomenclature; `regional`: it knows nothing of elsewhere."""
    rows = [
        (rank, number, departement, REGIONS[departement], None, end, owner, sector, inside)
        for rank, (number, departement, owner, sector, inside, end) in enumerate(FACILITIES, 1)
        if not regional or REGIONS[departement] == "27"
    ]
    columns = ["facility_id", "finess", "departement", "region", "starts_on", "ends_on"]
    periods = pd.DataFrame(rows, columns=[*columns, "legal_entity_id", "sector", "in_perimeter"])
    for column in ("starts_on", "ends_on"):
        periods[column] = pd.to_datetime(periods[column]).astype("datetime64[s]")
    return Ground(
        region=region,
        periods=periods,
        entities=ENTITIES,
        types={normalise_label(text): identifier for text, identifier in TYPES.items()},
        unrecognised=UNRECOGNISED,
        regions=REGIONS,
        region_names={"27": "Région d’ici", "84": "Région d’à côté", "44": "Région d’ailleurs"},
    )


def table(*rows: Sequence[str]) -> Table:
    """The table of these rows, from line 1 on; short ones are filled up with blanks."""
    coder = Coder()
    coder.add(range(1, 1 + len(rows)), rows)
    return Table(coder.frame(), ("extrait.csv",))


def records(
    *rows: Sequence[str],
    header: Sequence[str] = HEADER,
    month: dt.date | None = None,
    clues: Clues = NO_CLUES,
) -> pd.DataFrame:
    """The normalised records of rows, the first on line 2; `month`: when no column says it."""
    return normalise(recognise(table(header, *rows), clues), month, TODAY)[0]


def text(
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = HEADER,
    separator: str = ";",
    encoding: str = "utf-8",
) -> bytes:
    """A delimited file: the header, then the rows."""
    lines = [separator.join(cells) for cells in (header, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], *, hidden: Sequence[str] = ()
) -> bytes:
    """An XLSX of these sheets, every cell as it is given."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted(archive: bytes) -> bytes:
    """The same zip of one file, its headers saying that it is encrypted."""
    changed = bytearray(archive)
    changed[6] |= 1
    changed[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def zip_bomb(path: Path, megabytes: int, *, name: str) -> None:
    """A small zip whose one file inflates to so many megabytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as member,
    ):
        for _ in range(megabytes):
            member.write(b";" * MEGABYTE)
