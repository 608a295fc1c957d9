"""How a deck looks: how wide its fonts write, and the colour of its template.

Our own template writes in Arial and in our blue; that of a région may do otherwise. What is
written while `looking` at a deck is measured and coloured as its theme says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE

#: Common fonts that write no wider than Arial, but for what `fitting.GENEROUS` allows.
NARROW = frozenset(
    {
        "aptos", "arial", "calibri", "cambria", "candara", "carlito", "corbel", "garamond",
        "georgia", "gill sans mt", "helvetica", "lato", "liberation sans", "liberation serif",
        "roboto", "segoe ui", "source sans pro", "tahoma", "times new roman", "trebuchet ms",
    }
)  # fmt: skip
#: How wide another font may write beside Arial: Verdana and DejaVu take 1.12 to 1.17.
WIDE = 1.2
#: Contrast of a text with what is behind it (WCAG 2, 1.4.3).
READABLE = 4.5
#: The parts of red, green and blue in the luminance of a colour (WCAG 2).
LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True)
class Look:
    """`width`: of a text beside the same in Arial; `readable`: whether the accent of the theme
    can be read on white, and white on it."""

    width: float = 1.0
    readable: bool = True


_LOOK: ContextVar[Look] = ContextVar("look", default=Look())  # noqa: B039  # it never changes


def look() -> Look:
    """That of the deck being made."""
    return _LOOK.get()


@contextmanager
def looking(master: Any) -> Iterator[None]:
    """Write as the theme of a master says."""
    token = _LOOK.set(look_of(master))
    try:
        yield
    finally:
        _LOOK.reset(token)


def look_of(master: Any) -> Look:
    """What the theme of a master says; what it does not say is as in our own template.

    Raises:
        KeyError: it has no theme, without which no application opens it.
    """
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    xml = part.blob.decode("utf-8", "replace")
    fonts = re.findall(r"<a:m(?:aj|in)orFont>\s*<a:latin typeface=\"([^\"]+)", xml)
    accent = re.search(r"<a:accent1>\s*<a:srgbClr val=\"([0-9A-Fa-f]{6})", xml)
    return Look(
        width=1.0 if all(font.casefold() in NARROW for font in fonts) else WIDE,
        readable=accent is None or contrast_with_white(accent[1]) >= READABLE,
    )


def contrast_with_white(color: str) -> float:
    """The contrast of a colour ("000091") with white, from 1 to 21 (WCAG 2)."""
    channels = (int(color[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    luminance = sum(part * one for part, one in zip(LUMINANCE, linear, strict=True))
    return 1.05 / (luminance + 0.05)
