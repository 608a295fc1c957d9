"""What is done to whole tables at once."""

from __future__ import annotations

import pandas as pd

from indicators.bulk import distinct


def test_different_rows_are_kept_once_even_where_equal_ones_are_apart() -> None:
    frame = pd.DataFrame(
        {
            "month": ["2025-01", "2025-01", "2025-02", "2025-01", "2025-02"],
            "departement": pd.Categorical(["21", "21", None, "21", None]),
            "documents": [1, 2, 3, 4, 5],
        }
    )
    found = distinct(frame, ["month", "departement"])
    assert found.index.tolist() == [0, 2]
    assert list(found) == ["month", "departement"]


def test_nothing_has_no_different_rows() -> None:
    assert distinct(pd.DataFrame({"month": []}), ["month"]).empty
