"""The fast way through a plain text file: no quotes, every line as wide as its header.

It gives the very table of the careful way (`text.records`), or nothing: whatever is unusual is
left to that one, which alone knows how to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from ingestion.reading.coded import Coder, codes_of, different, holds, texts_of
from ingestion.reading.header_row import HEADER_ROWS
from ingestion.reading.text import Row

BLOCK = 1 << 22
MAX_COLUMNS = 1_000
#: Characters of a cell; the careful way judges longer ones, for lines out of all proportion.
LONGEST_CELL = 10_000


def read_plain(
    file: BinaryIO, encoding: str, separator: str, top: list[Row], told: Callable[[int], None]
) -> pd.DataFrame | None:
    """The cells of a plain file as `Coder.frame` gives them; None when it is not that simple.

    `top`: the rows of its first `HEADER_ROWS` lines, already read; these may be narrower than the
    others. `told` is given the lines read so far.
    """
    width = max((len(cells) for _, cells in top), default=0)
    file.seek(0)
    if not 1 < width <= MAX_COLUMNS:
        return None
    names = [str(position) for position in range(width)]
    texts = pa.dictionary(pa.int32(), pa.large_string())
    batches, lines = [], HEADER_ROWS
    try:
        with csv.open_csv(
            file,
            csv.ReadOptions(
                skip_rows=HEADER_ROWS, column_names=names, block_size=BLOCK, encoding=encoding
            ),
            csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, texts), strings_can_be_null=False, null_values=[]
            ),
        ) as reader:
            for batch in reader:
                batches.append(batch)
                lines += batch.num_rows
                told(lines)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    first = Coder()
    first.add([line for line, _ in top], [cells for _, cells in top])
    return _stacked(first.frame(), batches)


def _stacked(top: pd.DataFrame, batches: list[pa.RecordBatch]) -> pd.DataFrame | None:
    """The first rows above the others, those that are all blank left out; see `read_plain`."""
    columns = []
    for position in range(top.shape[1]):
        chunks = [_encoded(texts_of(top, position)), *(each.column(position) for each in batches)]
        column = _categorical(chunks)
        if column.categories.str.len().max() > LONGEST_CELL:
            return None
        columns.append(column)
    below = np.arange(HEADER_ROWS + 1, HEADER_ROWS + 1 + len(columns[0]) - len(top))
    lines = np.concatenate([top.index.to_numpy(), below])
    filled = np.zeros(len(lines), dtype=bool)
    for column in columns:
        filled |= holds(column, str.strip)
    if not filled.all():
        lines = lines[filled]
        columns = [column[filled] for column in columns]
    cells = dict(enumerate(columns))
    return pd.DataFrame(cells, index=pd.Index(lines, name="line"), copy=False)


def _encoded(texts: pd.Categorical) -> pa.DictionaryArray:
    """A column of the first rows as the others are read."""
    named = pa.array(different(texts), pa.large_string())
    return pa.DictionaryArray.from_arrays(pa.array(codes_of(texts)), named)


def _categorical(chunks: list[pa.DictionaryArray]) -> pd.Categorical:
    """The pieces of a column, each with texts of its own, as one."""
    coded = pa.chunked_array(chunks).unify_dictionaries().combine_chunks()
    texts = pd.Index(pd.array(coded.dictionary, dtype="str"))
    return pd.Categorical.from_codes(coded.indices.to_numpy(), texts)
