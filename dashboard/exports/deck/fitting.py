"""Texts that never overflow: how high they stand, the size that holds, where they are cut."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from dashboard.exports.deck.look import look
from dashboard.exports.deck.template import ACCENT, INK, Box

#: Sizes that a text takes in turn before it goes on to another slide, in points.
SIZES = (16, 14, 13, 12, 11, 10)
TITLE_SIZES = (24, 22, 20, 18, 16, 14)
#: Height of a line, as a part of the size.
LINE = 1.2
#: Widths of the characters of Arial in thousandths of the size; those of a capital elsewhere.
WIDTHS = {
    **dict.fromkeys("ijl'’", 222),
    **dict.fromkeys("fIt ,.:;/!|[]\u202f\u00a0", 278),
    **dict.fromkeys("r()-−", 350),
    **dict.fromkeys("cksvxyzJ", 500),
    **dict.fromkeys("abdeghnopqu0123456789?$L«»–", 556),
    **dict.fromkeys("FTZ+<>=×÷", 611),
    **dict.fromkeys("w", 722),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("W%œŒ@…—→▲▼", 1015),
}
CAPITAL = 778
#: What other fonts than Arial may take beside it, and bold.
GENEROUS = 1.08
#: Height between two paragraphs, as a part of the size.
BETWEEN = 0.5
#: What a frame keeps empty on both sides, then above and below, in inches.
SIDES, ENDS = 0.2, 0.1
#: What is said of a text that nobody published.
DRAFT = "Projet – rédigé automatiquement, non relu"

_RUN, _FILL = qn("a:r"), qn("a:solidFill")

Part = tuple[list[str], int]


def fitted(paragraphs: Sequence[str], *boxes: Box, mark: str = "") -> Iterator[Part]:
    """Cut a text into parts that hold in their boxes, each with its size in points.

    The first box is tried at every size; what does not hold at the least goes on in the next box
    (the last serves for all that follow). Cut between sentences, where the last two parts are the
    largest, else between words. `mark`: what each part begins with, "" for nothing: a reader may
    see one slide without the others.
    """
    head = [mark] if mark else []
    left = [paragraph for paragraph in paragraphs if paragraph] or [""]
    rank = 0
    while left:
        box, following = (boxes[min(each, len(boxes) - 1)] for each in (rank, rank + 1))
        size = _size([*head, *left], box)
        if size:
            yield [*head, *left], size
            return
        kept, left = _cut(left, _under(box, head), _under(following, head))
        yield [*head, *kept], _size([*head, *kept], box) or SIZES[-1]
        rank += 1


def _size(paragraphs: Sequence[str], box: Box) -> int:
    """The largest size at which a text holds in a box, 0 when it does at none."""
    return next((size for size in SIZES if height(paragraphs, box, size) <= box.height), 0)


def height(paragraphs: Sequence[str], box: Box, size: int) -> float:
    """The height of a text in inches, at a size in points; a little more than it takes."""
    lines = sum(lines_of(paragraph, box.width, size) for paragraph in paragraphs)
    between = BETWEEN * max(0, len(paragraphs) - 1)
    return (lines * LINE + between) * size / 72 + ENDS


def lines_of(said: str, width: float, size: int) -> int:
    """How many lines a text takes in a frame of a width in inches; line ends count."""
    room = max(1.0, (width - SIDES) * 72 / size)
    return sum(_wrapped(line, room) for line in said.split("\n"))


def _wrapped(line: str, room: float) -> int:
    """Lines of whole words; a word longer than a line is broken. Widths are in sizes."""
    lines, used = 1, 0.0
    for word in line.split(" "):
        long = extent(word)
        if used and used + long > room:
            lines, used = lines + 1, 0.0
        if long > room:
            more = math.ceil(long / room) - 1
            lines, long = lines + more, long - more * room
        used += long + extent(" ")
    return lines


def extent(word: str) -> float:
    """The width of a word in the fonts of the deck being made, as a multiple of the size."""
    return look().width * _in_arial(word)


@lru_cache(maxsize=4096)
def _in_arial(word: str) -> float:
    """Accents take no room."""
    plain = (unicodedata.normalize("NFD", letter)[0] for letter in word)
    return GENEROUS * sum(WIDTHS.get(letter, CAPITAL) for letter in plain) / 1000


def _under(box: Box, head: Sequence[str]) -> Box:
    """What a box leaves under its first paragraphs, at the least size."""
    taken = height([*head, ""], box, SIZES[-1]) - height([""], box, SIZES[-1])
    return replace(box, height=box.height - taken)


def _cut(paragraphs: list[str], box: Box, following: Box) -> tuple[list[str], list[str]]:
    """As many whole sentences as hold at the least size, and the rest; of one, as many words.

    Fewer sentences when the rest is the last part: both are then as large as they can be.
    """
    pieces = [
        (rank, sentence)
        for rank, paragraph in enumerate(paragraphs)
        for sentence in re.split(r"(?<=[.!?…]) ", paragraph)
    ]
    kept = _balanced(pieces, _holding(pieces, box), (box, following))
    if not kept:
        rank, sentence = pieces[0]
        pieces = [*((rank, word) for word in sentence.split(" ")), *pieces[1:]]
        kept = _holding(pieces, box)
    if not kept:
        rank, word = pieces[0]
        head = word
        while len(head) > 1 and height([head], box, SIZES[-1]) > box.height:
            head = head[: len(head) // 2]
        pieces = [(rank, head), (rank, word[len(head) :]), *pieces[1:]]
        kept = 1
    return _joined(pieces[:kept]), _joined(pieces[kept:])


def _holding(pieces: list[tuple[int, str]], box: Box) -> int:
    """How many of the first pieces hold in a box at the least size."""
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if height(_joined(pieces[:middle]), box, SIZES[-1]) <= box.height:
            low = middle
        else:
            high = middle - 1
    return low


def _balanced(pieces: list[tuple[int, str]], most: int, boxes: tuple[Box, Box]) -> int:
    """How many pieces to leave in the first box, of `most` that hold there."""

    def least(count: int) -> int:
        parts = pieces[:count], pieces[count:]
        return min(_size(_joined(part), box) for part, box in zip(parts, boxes, strict=True))

    return max(range(1, most + 1), key=lambda count: (least(count), count), default=0)


def _joined(pieces: list[tuple[int, str]]) -> list[str]:
    by_paragraph: dict[int, list[str]] = {}
    for rank, sentence in pieces:
        by_paragraph.setdefault(rank, []).append(sentence)
    return [" ".join(sentences) for sentences in by_paragraph.values()]


def fill(shape: Any, part: Part, mark: str = "") -> None:
    """Write a part of a text; the mark that it begins with, if any, stands out."""
    paragraphs, size = part
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.text = "\n".join(paragraphs)
    style(frame, size, INK)
    for paragraph in frame.paragraphs[:-1]:
        paragraph.space_after = Pt(BETWEEN * size)
    if mark:
        first = frame.paragraphs[0].runs[0]
        first.font.bold = True
        accentuate(first.font.color)


def write(shape: Any, said: str, sizes: Sequence[int], box: Box, color: str = INK) -> None:
    """A short text at the largest of a few sizes that holds; beyond the least, it is shortened."""
    text = shortened(said, sizes[-1], box)
    size = next((size for size in sizes if height([text], box, size) <= box.height), sizes[-1])
    shape.text_frame.word_wrap = True
    shape.text_frame.text = text
    style(shape.text_frame, size, color)


def shortened(said: str, size: int, box: Box) -> str:
    """A text that holds at a size, whole words then "…" when it must be cut."""
    if height([said], box, size) <= box.height:
        return said
    kept = said
    while kept and height([f"{kept}…"], box, size) > box.height:
        kept = kept.rpartition(" ")[0] or kept[: len(kept) // 2]
    return f"{kept}…"


def style(frame: Any, size: int, color: str) -> None:
    """The size, colour and language of every run; what the library does at ten times the price.

    ACCENT is the accent of the template, unless it could not be read.
    """
    for run in frame._txBody.iter(_RUN):  # noqa: SLF001  # the elements themselves
        properties = run.get_or_add_rPr()
        properties.set("lang", "fr-FR")
        properties.set("sz", str(size * 100))
        for found in properties.findall(_FILL):
            properties.remove(found)
        fill = OxmlElement("a:solidFill")
        ours = color == ACCENT and look().readable
        fill.append(OxmlElement("a:schemeClr" if ours else "a:srgbClr"))
        fill[0].set("val", "accent1" if ours else INK if color == ACCENT else color)
        properties.insert(0, fill)


def accentuate(color: Any) -> None:
    """Give a text the accent of the template, unless it could not be read."""
    if look().readable:
        color.theme_color = MSO_THEME_COLOR.ACCENT_1
    else:
        color.rgb = RGBColor.from_string(INK)


def tight(
    box: Any, said: str, size: int, *, color: str = INK, align: PP_ALIGN = PP_ALIGN.CENTER
) -> None:
    """A few words in a box without margins; in the middle they may stand out of it."""
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = align != PP_ALIGN.CENTER
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.text = said
    style(frame, size, color)
    frame.paragraphs[0].alignment = align
    for run in frame.paragraphs[0].runs:
        run.font.bold = align == PP_ALIGN.CENTER
