"""The ways in which people write a month, in a cell or in a file's name."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence

from reference.months import MONTH_NAMES, first_day

#: No extract is older, nor later.
FIRST_YEAR, LAST_YEAR = 2000, 2100
EXCEL_EPOCH = dt.date(1899, 12, 30)
_EXCEL_SERIAL = re.compile(r"(\d{5})(?:[.,]0+)?")
_CLOCK = r"(?:[ t]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_WRITINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/. ]?(?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/. ](?P<year>\d{4})",
        r"(?P<year>\d{4})[-/.]?(?P<month>\d{2})[-/.]?(?P<day>\d{2})" + _CLOCK,
        r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})[-/. ](?P<year>\d{4})" + _CLOCK,
        r"(?P<word>[a-z]{3,9})\.?[-/_ .]*(?P<year>\d{4}|\d{2})",
        r"(?P<year>\d{4})[-/_ .]*(?P<word>[a-z]{3,9})\.?",
    )
)
_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_. ]?(0[1-9]|1[0-2])(?![-_. ]?\d)")
_IN_NAME_MONTH_FIRST = re.compile(r"(?<!\d)(?<!\d[-_. ])(0[1-9]|1[0-2])[-_. ]?(20\d{2})(?!\d)")
_WORD_THEN_YEAR = re.compile(r"(?<![a-z])([a-z]{3,9})[-_. ]*(20\d{2})(?!\d)")
# "le 10 février 2025", "10/02/2025": a day, which is when a file was made.
_DAY = re.compile(
    r"(?<!\d)\d{1,2}(?:er)? ?(?:[-/.] ?\d{1,2}[-/.]|[a-z]{3,9}\.?) ?20\d{2}"
    r"|(?<!\d)20\d{2}-\d{2}-(?!01)\d{2}"
)
# Titles that say when the file was made, or a range of months.
_OTHER_TIME = re.compile(
    r"\b(?:extrait|extraction|extractions|edite|edition|genere|export|exporte|maj|mise a jour"
    r"|imprime|depuis|jusqu|cumul|cumule|periode du|trimestre|semestre)"
)
_YEAR_THEN_WORD = re.compile(r"(?<!\d)(20\d{2})[-_. ]*([a-z]{3,9})(?![a-z])")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


_PLAIN_NAMES = tuple(_plain(name) for name in MONTH_NAMES)


def _month_number(word: str) -> int | None:
    """The month that a French name or its abbreviation says; "jui" could be two of them."""
    found = [i for i, name in enumerate(_PLAIN_NAMES, start=1) if name.startswith(word)]
    return found[0] if len(word) >= 3 and len(found) == 1 else None


def _date(year: str, month: int | str | None, day: int | str = 1) -> dt.date | None:
    """The first day of a month written in parts; two-digit years are of this century."""
    if month is None:
        return None
    try:
        return first_day(dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
    except ValueError:
        return None


def month_of(text: str) -> dt.date | None:
    """The month that a cell says, as its first day; None when it says none.

    Read: `2025-12`, `202512`, `12/2025`, `2025-12-01`, `01/12/2025` (day first),
    `déc. 2025`, `décembre 2025`, `déc-25`, and Excel's serial numbers.
    """
    plain = _plain(text)
    if match := _EXCEL_SERIAL.fullmatch(plain):
        return first_day(EXCEL_EPOCH + dt.timedelta(days=int(match[1])))
    for writing in _WRITINGS:
        if match := writing.fullmatch(plain):
            parts = match.groupdict()
            month = parts["month"] if "month" in parts else _month_number(parts["word"])
            return _date(parts["year"], month, parts.get("day", 1))
    return None


def month_in_name(name: str) -> dt.date | None:
    """The one month that a file's name says; None when it says none, or several.

    A full date (`extraction_20250210`) is the day of an extraction, not the month of its data.
    """
    plain = _plain(name)
    found = {_date(year, month) for year, month in _IN_NAME.findall(plain)}
    found |= {_date(year, month) for month, year in _IN_NAME_MONTH_FIRST.findall(plain)}
    found |= {_date(year, _month_number(word)) for word, year in _WORD_THEN_YEAR.findall(plain)}
    found |= {_date(year, _month_number(word)) for year, word in _YEAR_THEN_WORD.findall(plain)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def header_month(text: str) -> dt.date | None:
    """The month that a column header is, as its first day; None for other headers.

    Years that no extract has are no months: `2708-6` is the code of a type of document.
    """
    month = month_of(text)
    return month if month and FIRST_YEAR <= month.year < LAST_YEAR else None


def month_in_titles(rows: Iterable[Sequence[str]]) -> dt.date | None:
    """The one month that the lines above a header say; None when they say none, or several.

    The day when the file was made is no month of data, nor is one end of a range.
    """
    found: set[dt.date | None] = set()
    for cells in rows:
        plain = _plain(" ".join(cells))
        if _OTHER_TIME.search(plain):
            continue
        without_days = _DAY.sub(" ", plain)
        words = re.findall(r"[a-z]+", without_days)
        if sum(word in _PLAIN_NAMES for word in words) > 1:
            return None
        found |= {month_in_name(without_days), *map(header_month, cells)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None
