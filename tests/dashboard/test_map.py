"""Outlines of the départements, and the map of a région by rate."""

from __future__ import annotations

import datetime as dt
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.map import CLASSES, level, rate_map, scale
from dashboard.contours import Box, contours
from dashboard.exports.deck.maps import outline
from indicators.selection import Territory
from indicators.series import Measures
from reference.models import Departement
from tests.dashboard.builders import NAN, REGION, build

DECEMBER = dt.date(2025, 12, 1)


def place(code: str, name: str) -> Territory:
    return Territory(f"D{code}", name, f"en {name}", f"de {name}", "27", code, (code,))


def measured(code: str, name: str, fed: float, parc: float = 100) -> Measures:
    return build(territory=place(code, name), first=DECEMBER, contributors=[fed], parc=parc)


def region(fed: float = 100, parc: float = 800) -> Measures:
    return build(territory=REGION, first=DECEMBER, contributors=[fed], parc=parc)


@pytest.mark.django_db
def test_every_departement_of_the_official_code_has_an_outline() -> None:
    codes = set(Departement.objects.values_list("code", flat=True))

    assert set(contours()) == codes
    assert len(codes) == 101


def test_an_outline_is_closed_lines_inside_its_box_with_its_text_inside_too() -> None:
    for code, one in contours().items():
        assert re.fullmatch(r"(M-?\d+[ -]\d+l[-\d ]+z)+", one.path), code
        assert one.box.left <= one.label[0] <= one.box.right
        assert one.box.top <= one.label[1] <= one.box.bottom
        assert one.box.width > 20
        assert one.box.height > 20


def test_neighbours_share_a_plane() -> None:
    known = contours()

    assert known["21"].box.widened(5).meets(known["71"].box)
    assert not known["21"].box.meets(known["29"].box)
    assert known["25"].box.around(known["90"].box).right >= known["90"].box.right
    assert Box(0, 0, 2, 4).width == 2


def test_departements_are_ranked_and_printed_with_their_counts() -> None:
    drawn = rate_map(
        region(),
        {"21": measured("21", "Côte-d'Or", 20), "39": measured("39", "Jura", 31.5, 300)},
    )

    assert [shape.code for shape in drawn.ranked] == ["21", "39"]
    assert drawn.ranked[0].words == "Côte-d’Or\u202f: 20,0\u202f%, 20 ESMS sur 100"
    assert drawn.message == "De 10,5\u202f% (Jura) à 20,0\u202f% (Côte-d’Or)"
    assert drawn.title == (
        "Sur 12 mois, de 10,5\u202f% (Jura) à 20,0\u202f% (Côte-d’Or) des ESMS ont alimenté"
    )
    assert [shape.level for shape in drawn.shapes] == [5, 1]
    assert drawn.legend[0].text == "de 10 à 12\u202f%"
    assert not drawn.overseas


def test_a_small_base_is_in_counts_and_in_no_class() -> None:
    drawn = rate_map(region(), {"90": measured("90", "Territoire de Belfort", 3, 14)})

    assert (drawn.shapes[0].level, drawn.shapes[0].text) == (0, "3 sur 14")
    assert drawn.shapes[0].words == "Territoire de Belfort\u202f: 3 sur 14"
    assert drawn.legend[-1].text == "n.\u00a0d., ou moins de 20 ESMS"
    assert drawn.message == drawn.title == "Aucun département n’a de taux sur 12 mois"


def test_what_was_not_received_is_said_not_known_and_comes_last() -> None:
    unknown = build(territory=place("58", "Nièvre"), first=DECEMBER, contributors=[NAN])

    drawn = rate_map(region(), {"58": unknown, "39": measured("39", "Jura", 0)})

    assert [shape.text for shape in drawn.ranked] == ["0,0\u202f%", "n.\u00a0d."]
    assert drawn.ranked[1].words == "Nièvre\u202f: n.\u00a0d."
    assert drawn.message == "0,0\u202f% (Jura)"
    assert drawn.title.endswith(
        "une seule part d’ESMS qui ont alimenté est connue\u202f: 0,0\u202f% (Jura)"
    )


def test_a_month_that_some_departements_lack_is_told_under_the_map() -> None:
    whole = build(territory=REGION, first=DECEMBER, contributors=[100], parc=800, received=[2])

    drawn = rate_map(whole, {"39": measured("39", "Jura", 30), "25": measured("25", "Doubs", 20)})

    assert drawn.message == (
        "De 20,0\u202f% (Doubs) à 30,0\u202f% (Jura)\u202f; 2 départements reçus sur 8"
    )
    assert drawn.title.endswith("des ESMS ont alimenté\u202f; 2 départements reçus sur 8")


def test_a_text_without_room_is_in_the_list_only() -> None:
    codes = {"75": "Paris", "92": "92", "93": "93", "94": "94", "29": "Finistère", "06": "06"}

    drawn = rate_map(region(), {code: measured(code, name, 30) for code, name in codes.items()})

    printed = {shape.code for shape in drawn.shapes if shape.label}
    assert "29" in printed
    assert printed < set(codes)
    assert {shape.code for shape in drawn.ranked} == set(codes)


def test_a_text_too_wide_for_its_shape_is_written_beside_it_where_all_is_empty() -> None:
    names = ("21", "25", "39", "58", "70", "71", "89", "90")

    drawn = rate_map(region(), {code: measured(code, code, 30) for code in names})

    belfort = next(shape for shape in drawn.shapes if shape.code == "90")
    assert not belfort.inside
    assert belfort.label is not None
    assert belfort.label[0] > contours()["90"].box.right
    left, _, width, _ = map(float, drawn.view.split())
    assert belfort.label[0] < left + width


def test_an_overseas_departement_is_drawn_alone() -> None:
    drawn = rate_map(region(), {"974": measured("974", "La Réunion", 30)})

    assert drawn.overseas
    assert drawn.shapes[0].inside


def test_without_any_known_outline_there_is_no_shape() -> None:
    assert rate_map(region(), {"00": measured("00", "Ailleurs", 3)}).shapes == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_five_classes_of_one_width_hold_every_rate(rates: list[float]) -> None:
    low, width = scale(rates)

    assert low >= 0
    assert low + CLASSES * width <= 100
    for rate in rates:
        number = level(rate, low, width)
        assert 1 <= number <= CLASSES
        assert low + (number - 1) * width <= 100 * rate + 1e-6
        assert 100 * rate <= low + number * width + 1e-6


def test_a_bound_belongs_to_the_class_that_it_begins() -> None:
    assert [level(rate, 10, 2) for rate in (0.10, 0.1199, 0.12, 0.2)] == [1, 1, 2, 5]
    assert level(math.nextafter(0.12, 0), 10, 2) == 2
    assert level(None, 0, 20) == 0


def test_every_island_is_drawn_where_it_is() -> None:
    """After a closed line, a relative move would count from where that line began."""
    for code, one in contours().items():
        points = [point for ring in outline(one.path) for point in ring]
        across, down = [x for x, _ in points], [y for _, y in points]
        assert (min(across), min(down)) == (one.box.left, one.box.top), code
        assert (max(across), max(down)) == (one.box.right, one.box.bottom), code
