"""How people write what an event or a target holds: months, values, territories. Pure."""

from __future__ import annotations

import datetime as dt
import math
import re

from reference import french
from reference.documents import normalise_label
from reference.models import Event, Target, TargetIndicator
from reference.months import MONTH_NAMES, iso
from reference.numbers import NARROW

#: Months outside are slips of the keyboard.
FIRST_YEAR, LAST_YEAR = 2000, 2100
#: No territory feeds as much in a month.
GREATEST = 1_000_000_000

_MONTHS = (
    re.compile(r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})(?:[-/. ]\d{1,2})?(?: \d\d:\d\d.*)?"),
    re.compile(r"(?:\d{1,2}[-/. ])?(?P<month>\d{1,2})[-/. ](?P<year>\d{4})(?: \d\d:\d\d.*)?"),
)
_WORDS = re.compile(r"(?P<word>[a-z]{3,9}) (?P<year>\d{4}|\d\d)")
_PLAIN_MONTHS = tuple(normalise_label(name) for name in MONTH_NAMES)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SPACES = re.compile(r"\s")


def read_month(text: str) -> dt.date:
    """The month written `2025-12`, `12/2025`, as a date (day first), or in French words.

    Raises:
        ValueError: it is none, or lies outside 2000–2100; the message is for people.
    """
    stripped = text.strip()
    for pattern in _MONTHS:
        if match := pattern.fullmatch(stripped):
            return _month(match["year"], int(match["month"]))
    if match := _WORDS.fullmatch(normalise_label(text)):
        found = [
            rank for rank, name in enumerate(_PLAIN_MONTHS, 1) if name.startswith(match["word"])
        ]
        if len(found) == 1:
            year = match["year"]
            return _month(year if len(year) == 4 else f"20{year}", found[0])
    raise ValueError("Écrivez le mois sous la forme AAAA-MM, par exemple 2025-12.")


def _month(year: str, month: int) -> dt.date:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR or not 1 <= month <= 12:
        raise ValueError(f"Ce mois n’existe pas, ou n’est pas entre {FIRST_YEAR} et {LAST_YEAR}.")
    return dt.date(int(year), month, 1)


def read_value(indicator: TargetIndicator, text: str) -> float:
    """The value of a target: a fraction for a rate, which is written as a percentage.

    A rate between 0 and 1 without its % sign may be a fraction or a percentage: refused.

    Raises:
        ValueError: it is no such value; the message is for people.
    """
    plain = _SPACES.sub("", text)
    percent = plain.endswith("%")
    number = _NUMBER.fullmatch(plain.removesuffix("%"))
    if number is None or (percent and not indicator.is_rate):
        raise ValueError(_expected(indicator))
    value = float(number[0].replace(",", "."))
    if not indicator.is_rate:
        if not 0 < value <= GREATEST or value != math.floor(value):
            raise ValueError(_expected(indicator))
        return value
    if 0 < value <= 1 and not percent:
        raise ValueError(
            "Fraction ou pourcentage\u202f? Ajoutez le signe %, par exemple 33\u202f%."
        )
    if not 0 < value <= 100:
        raise ValueError(_expected(indicator))
    return value / 100


def _expected(indicator: TargetIndicator) -> str:
    if indicator.is_rate:
        return "Écrivez un pourcentage entre 0 et 100, par exemple 33\u202f%."
    return "Écrivez un nombre entier au-dessus de zéro, par exemple 12\u202f000."


def value_words(indicator: TargetIndicator, value: float) -> str:
    """A value as sentences write it: "33 %", "12 000 documents", "400 ESMS"."""
    if indicator.is_rate:
        return _percentage(value, NARROW)
    if indicator is TargetIndicator.DOCUMENTS:
        return french.count(value, "document")
    return f"{french.integer(value)} ESMS"


def value_typed(indicator: TargetIndicator, value: float) -> str:
    """A value as it can be typed again: "33 %", "12000"."""
    return _percentage(value, " ") if indicator.is_rate else f"{value:.0f}"


def _percentage(value: float, space: str) -> str:
    """Without the decimals that it does not have: "33 %", "33,5 %"."""
    return f"{round(value * 100, 6):g}".replace(".", ",") + f"{space}%"


def details(goal: Event | Target) -> dict[str, str]:
    """All that an event or a target says, for the audit trail; empty fields are left out."""
    told = {
        "label": goal.label,
        "territory": goal.departement.name if goal.departement else goal.region.name,
        "month": iso(goal.month),
        "until": iso(goal.last_month) if goal.last_month else "",
    }
    if isinstance(goal, Event):
        told["note"] = goal.note
    else:
        indicator = TargetIndicator(goal.indicator)
        told["indicator"] = indicator.label
        told["sector"] = french.typographic(goal.get_sector_display()) if goal.sector else ""
        told["value"] = value_words(indicator, goal.value)
    return {name: value for name, value in told.items() if value}


def period(goal: Event | Target) -> str:
    """When: "déc. 2025", "d’oct. à déc. 2025" as "oct. 2025 – déc. 2025"."""
    first = french.short_month(goal.month)
    last = goal.last_month
    return first if last in {None, goal.month} else f"{first} – {french.short_month(last)}"


def summary(goal: Event | Target) -> str:
    """One line that names it: "Cibles ESMS Numérique, Côte-d'Or, déc. 2025"."""
    place = goal.departement.name if goal.departement else goal.region.name
    parts = [str(goal), place, period(goal)]
    if isinstance(goal, Target):
        parts.append(value_words(TargetIndicator(goal.indicator), goal.value))
    return ", ".join(parts)
