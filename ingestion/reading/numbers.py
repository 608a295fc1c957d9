"""The ways in which people write a whole number of documents."""

from __future__ import annotations

import re

MAX_COUNT = 2**31 - 1

# "1 234" in groups of three, whatever the space: "12 34" is no number.
_NUMBER = re.compile(r"(-?)(\d+|\d{1,3}(?: \d{3})+)(?:[.,](\d*))?")
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-"})


def count_of(text: str) -> tuple[int | None, str]:
    """A whole number of documents, or the code of what is wrong with it (see `messages`)."""
    plain = " ".join(text.lstrip("'’").split()).translate(_MINUS).replace("- ", "-")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None, "count_unreadable"
    minus, whole, decimals = match.groups()
    if (decimals or "").strip("0"):
        return None, "count_negative" if minus else "count_fractional"
    digits = whole.replace(" ", "").lstrip("0")
    if minus and digits:
        return None, "count_negative"
    # Looked at before it is read: Python reads no number of thousands of digits.
    if len(digits) > len(str(MAX_COUNT)) or int(digits or "0") > MAX_COUNT:
        return None, "count_too_large"
    return int(digits or "0"), ""
