"""A native chart says what its page says: what is masked keeps its place, counts stay written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from pptx.enum.chart import XL_MARKER_STYLE
from pptx.enum.dml import MSO_FILL

from dashboard.charts.chart import Chart
from dashboard.charts.contributors import contributors
from dashboard.charts.landmarks import landmarked, markers
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.withheld import withheld
from dashboard.exports.deck.fitting import height
from dashboard.exports.deck.native import plot_of
from dashboard.exports.deck.slides import Around, Deck, chart
from dashboard.exports.deck.template import ASIDE_BOX, CHART_BOX, Box, empty_deck
from dashboard.pieces.masking import masked_chart
from dashboard.workbooks.table import charted
from indicators.series import SectorFigures
from reference import french
from reference.models import Event, Target
from tests.dashboard.builders import NAN, REGION, build, sector_figures

PA, PH, AHI, MASKED = "PA – Personnes âgées", "PH – Personnes handicapées", "AHI", "masqué"
N = "\u202f"


def slide_of(one: Chart) -> Any:
    """The slide of a chart, without any text beside it."""
    deck = Deck(empty_deck(), "")
    chart(deck, one, [], Around("Titre"))
    return deck.deck.slides[0]


def drawn(one: Chart) -> Any:
    """The native chart of a slide."""
    return next(shape.chart for shape in slide_of(one).shapes if shape.has_chart)


def values_of(native: Any) -> dict[str, list[float | None]]:
    return {one.name: list(one.values) for plot in native.plots for one in plot.series}


def split(*documents: int) -> Chart:
    """A split by sector where one ESMS feeds in AHI."""
    sites = {"PA": 30, "PH": 10, "AHI": 1}
    figures = (
        sector_figures(code, contributors=count, documents=each)
        for (code, count), each in zip(sites.items(), documents, strict=True)
    )
    return masked_chart(sectors(build(sectors=tuple(figures))), (30,))


# --- Masked parts ---------------------------------------------------------------------------------


def test_masked_parts_are_one_grey_lump_and_the_bar_keeps_its_length() -> None:
    one = split(900, 93, 7)

    native = drawn(one)

    assert withheld(one) == (None, 100)
    assert values_of(native)[MASKED] == [None, 100]
    assert values_of(native)[PA] == [30, 900]
    assert str(native.plots[0].series[-1].format.fill.fore_color.rgb) == "CECECE"


def test_a_bar_of_which_all_is_masked_is_not_drawn() -> None:
    one = split(0, 93, 7)

    assert withheld(one) == (None, None)
    assert MASKED not in values_of(drawn(one))
    assert charted(one).rows == one.table.rows


def test_a_bar_without_masked_part_has_no_lump() -> None:
    assert withheld(split(900, 93, 20)) == (None, None)


def test_the_sheet_of_a_workbook_has_a_row_for_what_is_masked() -> None:
    table = charted(split(900, 93, 7))

    assert table.rows[-1] == "Chiffres masqués, ensemble"
    assert [one.values[-1] for one in table.columns[:2]] == [None, 100]
    assert {one.texts[-1] for one in table.columns[2:]} == {" "}


# --- Targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "marker"), [(2, XL_MARKER_STYLE.NONE), (3, XL_MARKER_STYLE.DASH)]
)
def test_a_target_of_a_single_month_is_a_dash_for_no_line_joins_it(first: int, marker: Any) -> None:
    measures = build()  # until March
    wanted = Target(indicator="rate", value=0.2, month=dt.date(2025, first, 1))

    native = drawn(landmarked(contributors(measures), measures, (), [wanted]))

    assert native.plots[0].series[-1].marker.style == marker


def test_targets_of_sectors_share_a_series_of_empty_bars_with_their_values() -> None:
    here = build(sectors=(of_month("PA", 30, 100), of_month("PH", 20, 70)))
    wanted = [
        Target(indicator="rate", value=value, month=dt.date(2025, 1, 1), sector=sector)
        for sector, value in (("PA", 0.35), ("PH", 0.2), ("PH", 0.4))
    ]

    native = drawn(landmarked(rates(here, build(territory=REGION)), here, (), wanted))

    labels = [str(one).partition(" – ")[0] for one in native.plots[0].categories]
    names = f"Cible 35,0{N}%{N}/{N}Cible 20,0{N}%", f"Cible 40,0{N}%"
    ranks = [labels.index(each) for each in ("PA", "PH")]
    values = [[values_of(native)[name][rank] for rank in ranks] for name in names]
    assert values == [[0.35, 0.2], [None, 0.4]]
    for one in list(native.plots[0].series)[-2:]:
        assert one.format.fill.type == MSO_FILL.BACKGROUND
        assert one.data_labels.show_value


# --- Months ---------------------------------------------------------------------------------------


def over(one: Chart, name: str) -> list[Any]:
    """What lies over a chart under a name that begins so."""
    return [shape for shape in slide_of(one).shapes if shape.name.startswith(name)]


def slots(one: Chart, *shapes: Any) -> list[tuple[float, float]]:
    """From which to which rank of the months shapes stand."""
    graph = next(shape for shape in slide_of(one).shapes if shape.name == "Graphique")
    box = Box.of(graph)
    left, _, width, _ = plot_of(one, box)
    slot = box.width * width / len(one.months)
    edges = (Box.of(shape) for shape in shapes)
    return [
        (
            round((edge.left - box.left - box.width * left) / slot, 2),
            round((edge.left + edge.width - box.left - box.width * left) / slot, 2),
        )
        for edge in edges
    ]


def test_months_that_were_not_received_have_a_band_that_lets_lines_through() -> None:
    one = contributors(build(contributors=(10, NAN, 12, NAN, NAN, 14)))

    bands = over(one, "Non reçu")

    assert [band.name for band in bands] == [
        f"Non reçu{N}: févr. 2025", f"Non reçu{N}: avr. 2025 à mai 2025",
    ]  # fmt: skip
    assert slots(one, *bands) == [(1, 2), (3, 5)]
    assert {band.text_frame.text for band in bands} == {french.NOT_AVAILABLE}
    assert all(band.element.xpath(".//a:solidFill//a:alpha") for band in bands)


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(2, None, (1.5, 1.5)), (2, 4, (1, 4)), (5, 9, (4, 6)), (7, None, None)],
)
def test_an_event_stands_over_its_months_that_are_shown(
    first: int, last: int | None, stands: tuple[float, float] | None
) -> None:
    measures = build(contributors=[10] * 6)
    until = dt.date(2025, last, 1) if last else None
    event = Event(month=dt.date(2025, first, 1), last_month=until, label="Fait")
    stood = markers([event], dt.date(2025, 1, 1), dt.date(2025, 12, 1))
    one = landmarked(contributors(measures), measures, stood, ())

    found, numbers = over(one, "Événement"), over(one, "Numéro de l’événement")

    assert slots(one, *found) == ([stands] if stands else [])
    middles = [sum(edges) / 2 for edges in slots(one, *numbers)]
    assert middles == pytest.approx([first - 0.5] if stands else [], abs=0.02)


@pytest.mark.parametrize("provisional", [True, False])
def test_a_provisional_month_is_a_hollow_dot_on_a_line(provisional: bool) -> None:
    line = drawn(contributors(build(provisional=provisional))).plots[0].series[0]

    fills = line._element.xpath("./c:dPt[c:idx/@val=2]/c:marker/c:spPr//a:srgbClr/@val")

    assert fills[:1] == (["FFFFFF"] if provisional else [])


# --- Events ---------------------------------------------------------------------------------------


def told(label: str) -> dict[str, Any]:
    """The shapes of a slide whose chart has one event."""
    measures = build()
    month = dt.date(2025, 2, 1)
    stood = markers([Event(month=month, label=label)], month, month)
    slide = slide_of(landmarked(contributors(measures), measures, stood, ()))
    return {shape.name: shape for shape in slide.shapes}


def test_the_few_words_of_an_event_stand_under_a_wide_chart() -> None:
    shapes = told("Ségur vague 2")
    graph, words = (Box.of(shapes[name]) for name in ("Graphique", "Texte"))

    assert graph.width == pytest.approx(ASIDE_BOX.left + ASIDE_BOX.width - CHART_BOX.left, abs=0.01)
    assert words.top == pytest.approx(graph.top + graph.height, abs=0.01)
    assert words.top + words.height == pytest.approx(CHART_BOX.top + CHART_BOX.height, abs=0.01)
    size = shapes["Texte"].text_frame.paragraphs[0].runs[0].font.size.pt
    assert size >= 12
    assert height([shapes["Texte"].text_frame.text], words, size) <= words.height


def test_the_many_words_of_an_event_stay_beside_its_chart() -> None:
    shapes = told(" ".join(["Une phrase plus longue que ce qui tient sous le graphique."] * 6))

    assert shapes["Texte"].left.inches == pytest.approx(ASIDE_BOX.left)
    assert Box.of(shapes["Graphique"]).width == pytest.approx(CHART_BOX.width)


# --- Small bases ----------------------------------------------------------------------------------


def test_a_sector_in_counts_has_them_beside_its_name() -> None:
    here = build(sectors=(of_month("PA", 30, 100), of_month("AHI", 3, 14)))
    whole = build(territory=REGION, sectors=(of_month("PA", 90, 300), of_month("AHI", 4, 19)))

    plot = drawn(rates(here, whole)).plots[0]

    told = {str(one).partition(" – ")[0]: str(one) for one in plot.categories}
    assert told["PA"] == PA
    assert told["AHI"].endswith(" (3 sur 14\u202f; région\u202f: 4 sur 19)")


def of_month(code: str, fed: int, parc: int) -> SectorFigures:
    """A sector in the last received month."""
    known = sector_figures(code, contributors=fed, documents=fed)
    rate = None if parc < 20 else fed / parc
    return replace(known, month_contributors=fed, month_parc=parc, rate=rate)
