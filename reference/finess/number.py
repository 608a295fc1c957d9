"""What a FINESS number is: its shape, its key, the département in it, and its usual damage.

A number is text: 9 characters, the first two a département (Corsica in letters), the last a
Luhn key. Facilities and legal entities share the form; only a register tells them apart.
"""

from __future__ import annotations

import re
import string

from stdnum import luhn

LENGTH = 9
PATTERN = re.compile(r"[0-9][0-9AB][0-9]{7}")
EXCEL_DECIMALS = re.compile(r"\.0+$")

CORSICA = {"2A": "21", "2B": "22"}
METROPOLITAN = frozenset(
    {f"{number:02}" for number in range(1, 96) if number != 20} | CORSICA.keys()
)
OVERSEAS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974", "9805": "976"}


def clean(text: str) -> str:
    """The number as it was meant: without spaces of any kind, final ".0" or leading apostrophe.

    A spreadsheet adds all three. What is not a number at all comes back as it is, in capitals.
    """
    kept = "".join(text.split()).replace("\ufeff", "").replace("\u200b", "")
    return EXCEL_DECIMALS.sub("", kept.lstrip("'’")).upper()


def is_well_formed(number: str) -> bool:
    """Whether a text has the shape of a number, whatever its key."""
    return PATTERN.fullmatch(number) is not None


def has_valid_key(number: str) -> bool:
    """Whether a text is a number whose last digit is its Luhn key (2A counts as 21, 2B as 22)."""
    return is_well_formed(number) and luhn.is_valid(_digits(number))


def candidates(number: str) -> tuple[str, ...]:
    """The whole numbers that 8 characters may stand for.

    Either the leading zero was lost (départements 01 to 09), and the key must be right, or the
    number was sent without its key, which is computed. Both may hold: only a register decides.
    """
    if len(number) != LENGTH - 1:
        return ()
    found = ["0" + number] if number[0] != "0" and has_valid_key("0" + number) else []
    digits = _digits(number)
    if digits and is_well_formed(number + "0"):
        found.append(number + luhn.calc_check_digit(digits))
    return tuple(found)


def departement_of(number: str) -> str | None:
    """The département in a number's first characters, "971" to "976" overseas.

    `None` for a text that is no number, and for territories that are not départements. Where a
    facility stands is said by the register; this is for numbers that no register knows.
    """
    if not is_well_formed(number):
        return None
    if number[:2] in METROPOLITAN:
        return number[:2]
    return OVERSEAS.get(number[:4])


def starts_of(departement: str) -> tuple[str, ...]:
    """The first characters of the numbers of a département: the inverse of `departement_of`."""
    overseas = tuple(start for start, code in OVERSEAS.items() if code == departement)
    return overseas or (departement,)


def _digits(number: str) -> str:
    """What the key is computed on; empty when a letter stands for no département."""
    digits = CORSICA.get(number[:2], number[:2]) + number[2:]
    return digits if set(digits) <= set(string.digits) else ""
