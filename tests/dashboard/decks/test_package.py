"""What may be a presentation is told from what the file is, before anything of it is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.exports.deck import package, template
from dashboard.exports.deck.package import (
    COMPOUND,
    CONTENT_TYPES,
    DAMAGED,
    MACROS,
    MAIN,
    NOT_ONE,
    OLD,
    OTHER_KINDS,
    OUTSIDE,
    PACKED,
    PARTS,
    SWOLLEN,
    TOO_LARGE,
    package_problem,
)
from tests.ingestion.files import zipped

MAIN_TYPE = b"presentationml.presentation.main+xml"


@cache
def model() -> bytes:
    """One model for all tests: it is dated."""
    return template.model()


def repacked(change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Our model, whose parts went through `change`; None drops one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model())) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            changed = change(each, old.read(each))
            if changed is not None:
                new.writestr(each, changed)
    return out.getvalue()


def retyped(kind: bytes) -> bytes:
    return repacked(lambda name, part: part.replace(MAIN_TYPE, kind) if "Types" in name else part)


def linked(kind: str) -> bytes:
    """With a relation of a kind to something outside."""
    relation = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="https://ailleurs.example/" TargetMode="External"/>'
    )
    return repacked(
        lambda name, part: (
            part.replace(b"</Relationships>", f"{relation}</Relationships>".encode())
            if name == "ppt/slideMasters/_rels/slideMaster1.xml.rels"
            else part
        ),
    )


def flagged(content: bytes, flag: int) -> bytes:
    """With a flag of its first part set, where the directory tells it."""
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + flag.to_bytes(2, "little") + content[place + 2 :]


def misnamed() -> bytes:
    """With a name that says it is UTF-8 and is not."""
    packed = zipped({"aaaa": b"a"})
    return flagged(packed.replace(b"aaaa", b"\xff\xff\xff\xff"), 0x800)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", NOT_ONE),
        (lambda: b"%PDF-1.7 n'importe quoi", NOT_ONE),
        (lambda: zipped({"word/document.xml": b"a"}), NOT_ONE),
        (lambda: repacked(lambda name, part: None if name == CONTENT_TYPES else part), NOT_ONE),
        (lambda: COMPOUND + bytes(600), OLD),
        (lambda: flagged(model(), 0x1), OLD),
        (lambda: bytes(PACKED + 1), TOO_LARGE),
        (lambda: zipped({f"{number}": b"" for number in range(PARTS + 1)}), SWOLLEN),
        (lambda: retyped(b"presentation.macroEnabled.main+xml"), MACROS),
        (lambda: zipped({CONTENT_TYPES: b"", MAIN: b"", "ppt/vbaProject.bin": b""}), MACROS),
        *(
            (lambda kind=kind: retyped(kind + b"+xml"), said)
            for kind, said in OTHER_KINDS.items()
            if kind.startswith(b"presentationml")
        ),
        (lambda: linked("image"), OUTSIDE),
        (misnamed, DAMAGED),
    ],
)
def test_what_is_no_presentation_is_said_by_what_it_is(
    make: Callable[[], bytes], said: str
) -> None:
    assert package_problem(make()) == said


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_presentation_cut_anywhere_is_damaged(cut: int) -> None:
    assert package_problem(model()[: len(model()) * cut // 10]) == DAMAGED


def test_a_link_to_a_page_is_no_outside_part() -> None:
    assert package_problem(linked("hyperlink")) == ""


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "UNPACKED", 2**20)
    out = io.BytesIO(model())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ppt/media/1.bin", bytes(2**20))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: 1 / 0)

    assert package_problem(out.getvalue()) == SWOLLEN


def test_the_sizes_that_are_told_are_those_that_hold() -> None:
    assert TOO_LARGE == "Ce fichier dépasse 20\u202fMo."
    assert "200\u202fMo ou de 5\u202f000 parties" in SWOLLEN


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_damaged_package_never_breaks_the_checks(data: st.DataObject) -> None:
    content = bytearray(model())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=30)):
        content[place] = data.draw(st.integers(0, 255))

    assert all(isinstance(each, str) for each in template.check_template(bytes(content)))
