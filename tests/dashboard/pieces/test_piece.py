"""A piece is an address: it survives JSON, and is refused when the région does not have it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.pieces.piece import (
    DEPARTEMENT_CHARTS,
    LENGTHS,
    NAMED,
    Piece,
    UnknownPieceError,
    check,
    codes_of_departement,
    codes_of_region,
    from_json,
    standard,
    to_json,
)
from reference.models import Departement, Region


def text_of(name: str) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from('aé’"\\\n=&'), max_size=min(10, LENGTHS[name]))


@given(
    st.lists(st.builds(Piece, *map(text_of, ("territory", "code", "query", "title"))), max_size=4)
)
def test_pieces_survive_json(pieces: list[Piece]) -> None:
    assert from_json(to_json(pieces)) == tuple(pieces)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "R27",
        [1],
        [{}],
        [{"territory": "R27"}],
        [{"territory": "R27", "code": 1}],
        [{"territory": "R27", "code": "carte", "autre": ""}],
        [{"territory": "R27", "code": "carte", "title": "a" * 201}],
        [{"territory": "R27", "code": "car\0te"}],
    ],
)
def test_anything_else_than_pieces_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="piece"):
        from_json(value)


@pytest.mark.django_db
def test_the_standard_pieces_are_those_of_the_region_then_of_its_departements(
    region: Region,
) -> None:
    found = [(piece.territory, piece.code) for piece in standard(region)]

    assert found[:5] == [
        ("R27", code) for code in ("chiffres", "synthese", "carte", "departements", "multiples")
    ]
    assert found[9:13] == [("D21", code) for code in DEPARTEMENT_CHARTS]
    assert found[-2:] == [("R27", "comite"), ("R27", "methode")]
    assert len(found) == 9 + 8 * 4 + 2


@pytest.mark.django_db
def test_only_working_versions_have_the_tables_that_name_organisations(region: Region) -> None:
    public = {piece.code for piece in standard(region)}
    working = {piece.code for piece in standard(region, working=True)}

    assert not public & NAMED
    assert working > NAMED


@pytest.mark.django_db
def test_every_standard_piece_is_one_of_the_region(region: Region) -> None:
    cote_dor = Departement.objects.get(pk="21")

    for piece in (*standard(region), *standard(region, cote_dor, working=True)):
        check(piece, region)
        codes = codes_of_departement() if piece.territory[0] == "D" else codes_of_region()
        assert codes[piece.code]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (Piece("R53", "carte"), "n’est pas un territoire de la région Bourgogne-Franche-Comté"),
        (Piece("D35", "documents"), "n’est pas un territoire"),
        (Piece("X21", "documents"), "n’est pas un territoire"),
        (Piece("D21", "carte"), "n’est pas un graphique"),
        (Piece("R27", "documents"), "n’est pas un graphique"),
    ],
)
def test_what_a_region_does_not_have_is_refused(piece: Piece, said: str, region: Region) -> None:
    with pytest.raises(UnknownPieceError, match=said):
        check(piece, region)
