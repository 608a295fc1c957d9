"""What any file meant for a French spreadsheet must respect."""

from __future__ import annotations

#: A spreadsheet takes a file for UTF-8 when it begins so.
BOM = "\ufeff"

#: A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutralised(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
