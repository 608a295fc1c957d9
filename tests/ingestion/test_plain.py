"""The fast way through a text file: the very table of the careful way, or none."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import RefusedFile
from ingestion.reading import plain
from ingestion.reading import read as reading
from ingestion.reading.header_row import HEADER_ROWS
from ingestion.reading.read import Reading, read
from tests.ingestion import files

LIMIT = 20 * files.MEGABYTE
ROW = f"2025-01;{files.HOME_A};Synthèse;12;10"
Found = list[tuple[object, ...]] | str


def found(path: Path) -> Found:
    """The rows of a file with their lines, or why it is refused."""
    try:
        table = read(path, "extrait.csv", Reading(LIMIT))
    except RefusedFile as refused:
        return str(refused)
    return list(table.cells.itertuples(name=None))


def both(path: Path, content: bytes) -> tuple[Found, Found, bool]:
    """What the usual and the careful way find, and whether the first was the fast one."""
    path.write_bytes(content)
    fast: list[bool] = []

    def watched(*arguments: object) -> pd.DataFrame | None:
        cells = original(*arguments)
        fast.append(cells is not None)
        return cells

    original: Callable[..., pd.DataFrame | None] = plain.read_plain
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read_plain", watched)
        usual = found(path)
        patch.setattr(reading, "read_plain", lambda *_: None)
        careful = found(path)
    return usual, careful, any(fast)


def lines(*extra: str, end: str = "\n") -> str:
    """A header, enough rows for the fast way, then others."""
    header = ";".join(files.HEADER)
    return end.join([header, *[ROW] * HEADER_ROWS, *extra, ""])


@pytest.mark.parametrize(
    "content",
    [
        lines(ROW, ROW).encode(),
        lines(ROW, ROW).encode("utf-8-sig"),
        lines(ROW, "2025-01;€;à;1;2").encode("cp1252"),
        lines(ROW, end="\r\n").encode(),
        lines(ROW).rstrip().encode(),
        lines(ROW, ";;;;", " ; ;;; ", ROW).encode(),
        lines("", ROW, "", "").encode(),
        ("Titre\n\nAutre titre;;\n" + lines(ROW)).encode(),
        lines(ROW).replace(";", "\t").encode(),
        lines("'12;NA;null;#N/A;-").encode(),
    ],
    ids=[
        *(
            "utf-8",
            "mark",
            "cp1252",
            "windows",
            "no last end",
            "blank rows",
            "empty lines",
            "titles",
            "tabs",
        ),
        "words for nothing",
    ],
)
def test_plain_files_are_read_the_fast_way(tmp_path: Path, content: bytes) -> None:
    usual, careful, fast = both(tmp_path / "stored", content)

    assert usual == careful
    assert fast


@pytest.mark.parametrize(
    "content",
    [
        lines('2025-01;"a;b";SYNTH;1;2').encode(),
        lines("2025-01;a;SYNTH;1").encode(),
        lines("2025-01;a;SYNTH;1;2;3").encode(),
        lines(ROW, end="\r").encode(),
        (lines(ROW) + "a;b\rc;d;e\n").encode(),
        lines("x" * 20_000 + ";a;b;c;d").encode(),
        lines("x" * 300_000 + ";a;b;c;d").encode(),
        lines(ROW).encode("utf-16"),
        lines(ROW, '2025-01;"a;SYNTH;1;2', ROW).encode(),
        b"a\n" * 100,
    ],
    ids=[
        *("quotes", "short", "long", "old ends", "a lone return", "huge cell"),
        *("huge line", "utf-16", "quote left open", "one column"),
    ],
)
def test_what_is_unusual_is_read_the_careful_way(tmp_path: Path, content: bytes) -> None:
    usual, careful, fast = both(tmp_path / "stored", content)

    assert usual == careful
    assert not fast


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) - 1, (1 << 20) + 1])
def test_a_windows_end_cut_between_two_blocks_is_whole(tmp_path: Path, size: int) -> None:
    content = lines(ROW, end="\r\n").encode()
    filler = ROW.encode().ljust(998, b" ") + b"\r\n"
    while len(content) + len(filler) < size:
        content += filler
    content += ROW.encode().ljust(size - len(content) - 1, b" ") + b"\r\n" + filler

    usual, careful, fast = both(tmp_path / "stored", content)

    assert content[size - 1 : size + 1] == b"\r\n"
    assert usual == careful
    assert fast


cell = st.text(st.sampled_from("ab1 é;\"\r\n\t,'\ufeff\x0c\x1c\u2028"), max_size=4)
row = st.one_of(st.just(ROW), st.lists(cell, max_size=6).map(";".join), st.just(""))
texts = st.lists(row, max_size=6).map("\n".join)


@given(before=texts, after=texts, ends=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=60, deadline=None)
def test_both_ways_say_the_same_of_any_file(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str, ends: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    content = f"{before}\n{lines(after, end=ends)}".encode()

    usual, careful, _ = both(path, content)

    assert usual == careful


def test_progress_is_told_now_and_then(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    told: list[int] = []
    for content in (lines(*[ROW] * 300_000), lines(*[ROW] * 300_000, '"2025-01";;;;')):
        path.write_bytes(content.encode())
        told.clear()

        table = read(path, "extrait.csv", Reading(2 * LIMIT, progress=told.append))

        assert told == sorted(told)
        assert 2 <= len(told) <= 6
        assert told[-1] <= table.cells.index[-1]
