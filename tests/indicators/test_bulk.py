"""What is done to whole tables at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.bulk import BATCH, copy_rows, distinct
from indicators.models import Feeding

COLUMNS = ["month", "facility_id", "document_type_id", "documents", "records"]
COUNTS = st.integers(0, 2**31 - 1)


def facts(rows: Sequence[tuple[dt.date, int, int, int, int | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"records": "Int64"})
    return frame.astype({"month": "datetime64[s]"})


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


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
            st.integers(1, 2**63 - 1),
            st.integers(1, 2**15 - 1),
            COUNTS,
            st.none() | COUNTS,
        ),
        unique_by=lambda row: row[:3],
        max_size=20,
    )
)
def test_what_is_sent_is_what_is_kept(
    rows: list[tuple[dt.date, int, int, int, int | None]],
) -> None:
    Feeding.objects.all().delete()

    copy_rows(Feeding, facts(rows), COLUMNS)

    assert sorted(Feeding.objects.values_list(*COLUMNS)) == sorted(rows)


@pytest.mark.django_db
def test_what_is_missing_in_one_piece_leaves_the_others_whole() -> None:
    month = dt.date(2025, 1, 1)
    rows = [(month, each, 1, each, None if each == 2 else each) for each in range(BATCH + 2)]

    copy_rows(Feeding, facts(rows), COLUMNS)

    assert list(Feeding.objects.order_by("facility_id").values_list(*COLUMNS)) == rows


@pytest.mark.django_db
def test_a_number_too_large_for_its_column_is_refused() -> None:
    rows = [(dt.date(2025, 1, 1), 1, 1, 2**31, None)]

    with pytest.raises(OverflowError, match="documents"):
        copy_rows(Feeding, facts(rows), COLUMNS)
