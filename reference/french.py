"""Numbers, changes and dates as French sentences write them. Pure; None is always "n. d."."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from reference.months import MONTH_NAMES
from reference.numbers import NARROW, grouped

MINUS = "\u2212"
TIMES = "\u00d7"
NOT_AVAILABLE = "n.\u00a0d."
#: A whole number, or a percentage.
WRITTEN = re.compile(rf"{MINUS}?\d{{1,3}}({NARROW}\d{{3}})*((,\d+)?{NARROW}%)?")

SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)

VOWELS = frozenset("aeiouyàâéèêëîïôûü")


def decimal(value: float | None, digits: int = 1) -> str:
    """A number with thousands apart and a decimal comma: "1 234,5"."""
    if value is None:
        return NOT_AVAILABLE
    text = grouped(abs(value), digits)
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return (MINUS if negative else "") + text


def integer(value: float | None) -> str:
    """A count: "350 412"."""
    return decimal(value, 0)


def number(text: str) -> float | None:
    """A whole number or a percentage, as written here, read back; None for any other text."""
    if not WRITTEN.fullmatch(text):
        return None
    plain = text.replace(NARROW, "").replace(MINUS, "-").replace(",", ".")
    if plain.endswith("%"):
        return round(float(plain[:-1]) / 100, 12)
    return float(plain)


def percent(fraction: float | None, digits: int = 1) -> str:
    """A rate given as a fraction: "20,1 %"."""
    return NOT_AVAILABLE if fraction is None else f"{decimal(fraction * 100, digits)}{NARROW}%"


def signed(text: str) -> str:
    """A "+" before what is written without a minus and is not zero."""
    positive = not text.startswith(MINUS) and any(digit in text for digit in "123456789")
    return f"+{text}" if positive else text


def signed_percent(fraction: float | None) -> str:
    """A relative change: "+224 %", "−35 %"; one decimal under 10 %."""
    if fraction is None:
        return NOT_AVAILABLE
    return signed(percent(fraction, 1 if abs(fraction) < 0.1 else 0))


def growth(ratio: float | None) -> str:
    """A ratio between two volumes: "+224 % (×3,2)"; the factor is written from a doubling on."""
    if ratio is None:
        return NOT_AVAILABLE
    change = signed_percent(ratio - 1)
    return f"{change} ({TIMES}{decimal(ratio)})" if ratio >= 2 else change


def count(value: float, singular: str, plural: str | None = None) -> str:
    """A count with its noun, plural from 2 on as French has it: "1,9 point", "2 documents"."""
    noun = (plural or f"{singular}s") if abs(value) >= 2 else singular
    return f"{integer(value)} {noun}"


def amount(value: float, singular: str) -> str:
    """A number with one decimal and its noun, as it is written: "1,8 document", "2,0 documents"."""
    text = decimal(value)
    return f"{text} {singular if _under_two(text) else f'{singular}s'}"


def _under_two(written: str) -> bool:
    """Whether a number reads as less than two, which takes the singular."""
    return float(written.lstrip(MINUS).replace(NARROW, "").replace(",", ".")) < 2


def points(difference: float) -> str:
    """A difference between two rates given as fractions, without its sign: "6,0 points"."""
    return amount(abs(difference) * 100, "point")


def signed_points(difference: float) -> str:
    """A difference between two rates given as fractions: "+6,0 points"."""
    text = points(difference)
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{MINUS if difference < 0 else '+'}{text}"


def apart(rate: float, reference: float) -> float:
    """How far a rate is from another, both fractions, as their written percentages are.

    Beside "26,2 %" and "26,1 %", 26,16 and 26,14 are 0,1 point apart.
    """
    one, other = (round(float(f"{each * 100:.1f}") * 10) for each in (rate, reference))
    return (one - other) / 1000


def short_month(month: dt.date) -> str:
    """The month as charts and tables write it: "déc. 2025"."""
    return f"{SHORT_MONTHS[month.month - 1]} {month.year}"


def ordinal(number: int) -> str:
    """A place in an order, in figures: "1er", "2e"."""
    return "1er" if number == 1 else f"{integer(number)}e"


def rank(place: int, among: int) -> str:
    """A place in a ranking and how many are ranked, as tables write it: "5e sur 8"."""
    return f"{ordinal(place)} sur {integer(among)}"


def day(date: dt.date) -> str:
    """A date as a sentence writes it: "1er janvier 2026"."""
    number = ordinal(1) if date.day == 1 else str(date.day)
    return f"{number} {MONTH_NAMES[date.month - 1]} {date.year}"


def of(words: str) -> str:
    """Words after "de", which a vowel shortens: "d’avril 2025", "de mars 2025"."""
    return f"d’{words}" if words[:1].lower() in VOWELS else f"de {words}"


def listing(words: Sequence[str]) -> str:
    """Words one after another: "a, b et c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} et {words[-1]}"


def quoted(text: str) -> str:
    """Text between French quotes."""
    return f"«{NARROW}{text}{NARROW}»"


def typographic(text: str) -> str:
    """Text of a nomenclature with the apostrophes of a book."""
    return text.replace("'", "’")


def alphabetical(text: str) -> str:
    """What a name is sorted by, as a dictionary does: without accents nor capitals."""
    folded = typographic(text).casefold().replace("œ", "oe").replace("æ", "ae").replace("’", " ")
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def sentence(text: str) -> str:
    """Text with a capital and a full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "."
