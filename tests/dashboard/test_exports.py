"""A chart says the same in its figure, its table and its file, and each is fit for its reader."""

from __future__ import annotations

import csv
import datetime as dt
import io

import plotly.graph_objects
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts.chart import Chart, Column, Kind, Table, Unit, column
from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.sparkline import sparkline
from dashboard.charts.volumes import volumes
from dashboard.exports.csv_file import Imprint, file_name, write
from dashboard.exports.plotly import CONFIG, figure
from reference.models import Sector
from reference.spreadsheets import neutralised
from tests.dashboard.builders import (
    COTE_D_OR,
    GROUPS,
    KINDS,
    MANY,
    NAN,
    REGION,
    build,
    sector_figures,
)

ND = "n.\u00a0d."


def imprint() -> Imprint:
    return Imprint(
        build().selection, 42, "source", dt.date(2026, 1, 15), "https://x/?de=1", ("=note",)
    )


def lines_of(chart: Chart) -> list[list[str]]:
    text = write(chart.message, chart.table, imprint()).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


# --- One object, three forms ------------------------------------------------------------------

counts = st.integers(0, 10**6).map(float)
months = st.lists(st.one_of(counts, st.just(NAN)), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(months)
def test_figure_table_and_file_hold_the_same_numbers(values: list[float]) -> None:
    measures = build(contributors=values, parc=10**6, provisional=False)
    chart = contributors(measures)

    column = chart.table.named("taux")
    drawn = figure(chart)["data"][0]
    filed = [line[3] for line in lines_of(chart)[1 : len(values) + 1]]
    assert drawn["customdata"] == list(column.texts)
    for value, point, text in zip(column.values, drawn["y"], filed, strict=True):
        if value is None:
            assert (point, text) == (None, ND)
        else:
            assert point == pytest.approx(value * 100, abs=1e-4)
            assert float(text.replace(",", ".")) == pytest.approx(value * 100, abs=0.0051)


def every_chart() -> list[Chart]:
    measures, region = build(documents=KINDS, sectors=MANY), build(territory=REGION, sectors=MANY)
    gap = build(contributors=[10, NAN, 14])
    return [
        volumes(measures, GROUPS),
        volumes(measures, GROUPS, shares=True),
        volumes(gap, GROUPS),
        contributors(measures, region),
        sectors(measures, region),
        rates(measures, region),
        rates(build(contributors=[0, 0, 0])),
    ]


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.message[:30])
def test_a_figure_is_valid_for_plotly_and_writes_no_style(chart: Chart) -> None:
    drawn = figure(chart)

    plotly.graph_objects.Figure(data=drawn["data"], layout=drawn["layout"])
    # Plotly turns these into style attributes, which the content security policy refuses.
    assert not {"<b>", "<i>", "<span", "<a "} & {
        tag for tag in ("<b>", "<i>", "<span", "<a ") if tag in str(drawn)
    }


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.message[:30])
def test_each_chart_has_its_words(chart: Chart) -> None:
    assert chart.message in chart.alt
    assert chart.heading
    assert chart.subtitle
    assert chart.source
    assert all(note.endswith(".") for note in chart.notes)


def test_nothing_can_be_sent_to_a_cloud() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""
    assert CONFIG["displayModeBar"] is False
    assert all(figure(chart)["config"] is CONFIG for chart in every_chart())


def test_legends_are_not_clickable_and_hover_gathers_a_month() -> None:
    layout = figure(contributors(build()))["layout"]

    assert layout["legend"] == {"itemclick": False, "itemdoubleclick": False}
    assert layout["hovermode"] == "x unified"
    assert layout["separators"] == ",\u202f"


def test_narrow_parts_of_a_split_carry_no_label() -> None:
    tiny = [
        sector_figures("PA", contributors=990, documents=1, month=(1, 1)),
        sector_figures("PH", contributors=10, documents=0, month=(1, 1)),
    ]

    assert figure(sectors(build(sectors=tiny)))["data"][1]["text"][0] == ""


def test_a_table_has_one_value_per_row() -> None:
    with pytest.raises(ValueError, match="one value per row"):
        Table("", "", ("a", "b"), (column("c", "C", Unit.ESMS, [1]),))


def test_kinds_are_drawn_with_their_bars() -> None:
    modes = {chart.kind: figure(chart)["layout"].get("barmode") for chart in every_chart()}

    assert modes == {
        Kind.STACKED: "stack",
        Kind.LINES: None,
        Kind.SPLIT: "stack",
        Kind.BARS: "group",
    }


# --- Files ------------------------------------------------------------------------------------


def test_a_file_opens_in_a_french_spreadsheet() -> None:
    chart = contributors(build())

    content = write(chart.message, chart.table, imprint())

    assert content.startswith(b"\xef\xbb\xbf")
    first, line, *_ = content.decode("utf-8-sig").split("\r\n")
    assert first.split(";")[-1] == "Côte-d'Or (%)"
    assert line == "janv. 2025;10;100;10"


def test_a_file_says_its_selection_and_data_version() -> None:
    lines = dict(line for line in lines_of(contributors(build())) if len(line) == 2)

    assert lines["Territoire"] == "Côte-d'Or"
    assert lines["Période"] == "janvier 2025 – mars 2025"
    assert lines["Secteur"] == "Tous"
    assert lines["Version des données"] == "42"
    assert lines["Données arrêtées au"] == "15 janvier 2026"
    assert lines["Note"] == "'=note"


def test_a_file_without_cut_off_does_not_invent_one() -> None:
    bare = Imprint(build(sector=Sector.PDE).selection, 1, "s", None, "l")

    text = write("t", contributors(build()).table, bare).decode()

    assert "arrêtées" not in text
    assert "Secteur;Protection de l’enfance" in text


def test_a_file_name_holds_the_selection_and_the_data_version() -> None:
    bare = Imprint(build(sector=Sector.PH).selection, 7, "s", None, "l")

    assert file_name("esms", imprint()) == "esms_D21_2025-01_2025-03_v42.csv"
    assert file_name("esms", bare) == "esms_D21_2025-01_2025-03_PH_v7.csv"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_is_never_a_formula(start: str) -> None:
    hostile = Column("c", f"{start}A1", Unit.ESMS, (None,), (f"{start}cmd",))
    table = Table("", f"{start}B", (f"{start}C",), (hostile,))

    rows = csv.reader(
        io.StringIO(write("t", table, imprint()).decode("utf-8-sig"), newline=""), delimiter=";"
    )
    for row in [next(rows), next(rows)]:
        assert all(cell.startswith("'") for cell in row)
    assert neutralised("Côte-d'Or") == "Côte-d'Or"


# --- Sparklines -------------------------------------------------------------------------------


def test_a_sparkline_breaks_where_nothing_was_received() -> None:
    shape = sparkline([1, 2, None, 3, NAN, 4, 5])

    assert len(shape.runs) == 2
    assert len(shape.dots) == 1
    assert shape.end is not None


def test_a_sparkline_of_nothing_draws_nothing() -> None:
    assert sparkline([]).end is None
    assert sparkline([None]).runs == ()


@given(st.lists(st.one_of(st.none(), counts), max_size=40))
def test_a_sparkline_stays_inside_its_frame(values: list[float | None]) -> None:
    shape = sparkline(values)

    points = [tuple(map(float, pair.split(","))) for run in shape.runs for pair in run.split()]
    assert all(0 <= x <= shape.width and 0 <= y <= shape.height for x, y in [*points, *shape.dots])


def test_the_department_has_its_name_everywhere() -> None:
    assert all(COTE_D_OR.name in str(chart.table.columns) for chart in every_chart()[3:])
