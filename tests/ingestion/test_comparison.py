"""What a file would change, compared with what is published: counts, and who appears or leaves."""

from __future__ import annotations

import pandas as pd

from ingestion.previewing.comparison import Contents, compare, completed, contents, moved

JANUARY, FEBRUARY = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01")


def rows(*facts: tuple[pd.Timestamp, str, int, int, int, int]) -> pd.DataFrame:
    """Facts: month, departement, facility, legal entity, type, documents."""
    names = ["month", "departement", "facility_id", "legal_entity_id", "document_type_id"]
    return pd.DataFrame(list(facts), columns=[*names, "documents"])


def before() -> Contents:
    return contents(
        rows(
            (JANUARY, "21", 1, 0, 7, 10),
            (JANUARY, "21", 2, 0, 7, 5),
            (JANUARY, "25", 3, 0, 8, 4),
        )
    )


def test_contributors_have_a_document_and_volumes_count_what_entities_carry() -> None:
    held = contents(
        rows((JANUARY, "21", 1, 0, 7, 0), (JANUARY, "21", 2, 0, 7, 3), (JANUARY, "", 0, 9, 7, 6))
    )

    assert held.facilities["facility_id"].tolist() == [2]
    assert held.volumes[["departement", "documents"]].to_numpy().tolist() == [["", 6], ["21", 3]]


def test_a_line_compares_the_same_cells_only() -> None:
    after = contents(
        rows(
            (JANUARY, "21", 1, 0, 7, 12),
            (FEBRUARY, "21", 1, 0, 7, 100),
            (JANUARY, "39", 5, 0, 7, 1),
        )
    )

    lines = compare(before(), after, {(JANUARY, "21")}, "departement")

    assert [line["key"] for line in lines] == ["21", "39", None]
    assert [line["documents"] for line in lines] == [[15, 112, 12], [None, 1, None], [15, 113, 12]]
    assert [line["facilities"] for line in lines] == [[2, 1, 1], [None, 1, None], [2, 2, 1]]


def test_types_are_compared_by_documents_alone() -> None:
    after = contents(rows((JANUARY, "21", 1, 0, 8, 12)))

    lines = compare(before(), after, {(JANUARY, "21")}, "document_type_id")

    assert lines == [
        {"key": 7, "documents": [15, 0, 0]},
        {"key": 8, "documents": [0, 12, 12]},
        {"key": None, "documents": [15, 12, 12]},
    ]


def test_without_anything_published_nothing_is_compared() -> None:
    lines = compare(before().within([]), before(), set(), "departement")

    assert {line["documents"][0] for line in lines} == {None}


def test_completing_corrects_the_keys_that_it_holds_and_leaves_the_others() -> None:
    held = rows((JANUARY, "21", 1, 0, 7, 12), (JANUARY, "21", 4, 0, 7, 1))
    old = rows((JANUARY, "21", 1, 0, 7, 10))

    after = completed(before().within({(JANUARY, "21")}), held, old)

    assert dict(after.facilities[["facility_id", "documents"]].to_numpy().tolist()) == {
        1: 12,
        2: 5,
        4: 1,
    }
    assert int(after.volumes["documents"].sum()) == 18


def test_those_who_appear_and_leave_are_those_of_published_cells() -> None:
    after = contents(
        rows(
            (JANUARY, "21", 1, 0, 7, 12),
            (JANUARY, "21", 8, 0, 7, 2),
            (JANUARY, "21", 9, 0, 7, 3),
            (FEBRUARY, "21", 6, 0, 7, 3),
        )
    )

    moves = moved(before(), after, {(JANUARY, "21")})

    assert moves["new"].to_dict() == {9: 3, 8: 2}
    assert list(moves["new"].index) == [9, 8]
    assert moves["gone"].to_dict() == {2: 5}
