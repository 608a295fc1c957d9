"""What each chart says, by rule, and that it says the same in figure, table and file."""

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
from dashboard.charts.volumes import growth_words, volumes
from dashboard.exports.csv_file import Imprint, file_name, neutralised, write
from dashboard.exports.plotly import CONFIG, figure
from indicators.series import Growth
from reference.models import Sector
from tests.dashboard.builders import COTE_D_OR, GROUPS, NAN, REGION, build, sector_figures

ND = "n.\u00a0d."
KINDS = {"57833-6": [10, 20, 30], "SYNTH": [5, 5, 5], "60591-5": [1, 1, 1], "AUTRES": [0, 0, 0]}
MANY = (
    sector_figures("PA", contributors=89, documents=900, month=(60, 200)),
    sector_figures("PH", contributors=11, documents=100, month=(5, 100)),
    sector_figures("AHI", month=(3, 14)),
)
FEW = (
    sector_figures("PA", contributors=8, documents=90, month=(8, 15)),
    sector_figures("PH", contributors=6, documents=10, month=(6, 12)),
)


def imprint() -> Imprint:
    return Imprint(
        build().selection, 42, "source", dt.date(2026, 1, 15), "https://x/?de=1", ("=note",)
    )


def lines_of(chart: Chart) -> list[list[str]]:
    text = write(chart.message, chart.table, imprint()).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


# --- Nombre de documents alimentés -----------------------------------------------------------


def test_volumes_are_stacked_by_group_in_a_fixed_order_without_the_empty_ones() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    assert [mark.column for mark in chart.marks] == ["prescription", "synthese"]
    assert chart.table.named("synthese").values == (6, 6, 6)
    assert chart.table.named("total").values == (16, 26, 36)


def test_volumes_say_twelve_months_and_the_growth() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    assert chart.message == "350\u202f412 documents sur 12 mois, +224\u202f% (×3,2) en un an"
    assert chart.subtitle == (
        "Documents alimentés par mois en Côte-d'Or, de janvier 2025 à mars 2025"
    )


def test_volumes_say_that_months_are_missing_from_the_year() -> None:
    growth = Growth(300, 200, 11, 1.5)

    chart = volumes(build(received_12m=11, growth=growth, documents_12m=1000), GROUPS)

    assert chart.message == (
        "1\u202f000 documents sur 12 mois (11 mois reçus sur 12), "
        "+50\u202f% en un an, à mois comparables (11 sur 12)"
    )


def test_volumes_of_less_than_nine_months_are_those_of_the_period() -> None:
    chart = volumes(build(documents_12m=None, growth=Growth(0, 0, 0, None)), GROUPS)

    assert chart.message == "300 documents sur 3 mois reçus"


def test_a_change_on_a_tiny_base_is_a_count() -> None:
    assert growth_words(Growth(40, 10, 12, 4.0)) == "+30 documents en un an"


def test_a_growth_that_is_not_known_is_not_said() -> None:
    assert growth_words(Growth(40, 0, 0, None)) == ""


def test_shares_of_each_month_add_up_to_one() -> None:
    chart = volumes(build(documents=KINDS), GROUPS, shares=True)

    parts = [chart.table.named(mark.column).values for mark in chart.marks]
    assert [sum(filter(None, month)) for month in zip(*parts, strict=True)] == pytest.approx(
        [1, 1, 1]
    )
    assert figure(chart)["layout"]["yaxis"]["range"] == [0, 100]


def test_a_month_that_was_not_received_is_a_gap_with_a_band_and_never_zero() -> None:
    chart = volumes(build(contributors=[10, NAN, 14], documents=KINDS), GROUPS)

    drawn = figure(chart)
    assert [trace["y"][1] for trace in drawn["data"]] == [None, None]
    assert drawn["layout"]["shapes"][0]["x0"] == "2025-02-01"
    assert chart.table.lines[1] == ("févr. 2025 (non reçu)", (ND, ND, ND))
    assert f"{ND}\u202f: févr. 2025 (mois non reçu)." in chart.notes


def test_the_provisional_month_is_hatched_named_and_noted() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    drawn = figure(chart)
    assert drawn["data"][0]["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert drawn["layout"]["annotations"][0]["text"] == "provisoire"
    assert chart.table.rows[2] == "mars 2025 (provisoire)"
    assert any("Mars 2025 est provisoire" in note for note in chart.notes)


def test_the_documents_of_a_region_that_no_department_claims_are_told_apart() -> None:
    chart = volumes(build(territory=REGION, documents=KINDS, unallocated=4), GROUPS)

    assert chart.table.named("non-ventile").values == (0, 0, 4)
    assert any("4 documents déposés par un organisme" in note for note in chart.notes)


def test_nothing_received_is_said_in_words() -> None:
    measures = build(contributors=[NAN, NAN], documents={}, documents_12m=None, provisional=False)

    for chart in (volumes(measures, GROUPS), contributors(measures), sectors(measures)):
        assert chart.message == "Aucun mois reçu en Côte-d'Or sur la période"
        assert not chart.has_data
    assert rates(measures).message == "Aucun mois reçu en Côte-d'Or sur la période"


# --- Part des ESMS alimentant Mon espace santé ------------------------------------------------


def test_the_rate_is_said_beside_the_region() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000)

    chart = contributors(build(), region)

    assert chart.message == (
        "14,0\u202f% des ESMS alimentent Mon espace santé en mars 2025, "
        "6,0 points de plus que la région"
    )
    assert [mark.strong for mark in chart.marks] == [True, False]
    assert figure(chart)["data"][1]["line"]["dash"] == "dash"
    assert [column.code for column in chart.table.columns] == [
        "alimentent", "ouverts", "taux", "region-alimentent", "region-ouverts", "region-taux",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("feeding", "words"), [(140, "comme la région"), (200, "6,0 points de moins que la région")]
)
def test_the_rate_equal_to_or_below_the_region(feeding: float, words: str) -> None:
    region = build(territory=REGION, contributors=[feeding] * 3, parc=1000)

    assert contributors(build(), region).message.endswith(words)


def test_the_number_is_drawn_alone_and_the_table_keeps_the_rates() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000)

    chart = contributors(build(), region, counts=True)

    assert chart.heading == "Nombre d'ESMS alimentant Mon espace santé"
    assert chart.message == "14 ESMS sur 100 alimentent Mon espace santé en mars 2025"
    assert [mark.column for mark in chart.marks] == ["alimentent"]
    assert chart.table.named("taux").texts[2] == "14,0\u202f%"


def test_a_small_parc_is_always_in_counts_without_any_percentage_of_its_own() -> None:
    chart = contributors(build(contributors=[1, 1, 1], parc=14))

    assert chart.message == "1 ESMS sur 14 alimente Mon espace santé en mars 2025"
    assert "%" not in str(chart.table.lines)
    assert "Moins de 20 ESMS\u202f: effectifs, et non pourcentages." in chart.notes


def test_no_open_facility_is_said_in_words() -> None:
    chart = contributors(build(contributors=[0, 0, 0], parc=0))

    assert chart.message == "Aucun ESMS du périmètre ouvert en mars 2025"


def test_a_partial_region_is_said() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000, received=[8, 8, 7])

    assert (
        "Région partielle en mars 2025\u202f: 7 départements sur 8."
        in contributors(build(), region).notes
    )
    assert any(
        note.startswith("Mois partiel\u202f: mars 2025, 7 départements sur 8")
        for note in contributors(region).notes
    )
    assert contributors(region).table.rows[2] == "mars 2025 (7 départements sur 8, provisoire)"


def test_a_single_month_and_sector_are_written_in_the_subtitle() -> None:
    chart = contributors(build(contributors=[12], sector=Sector.PA))

    assert chart.subtitle.endswith("en Côte-d'Or, janvier 2025, secteur PA (personnes âgées)")
    assert chart.alt == f"{chart.message}."


def test_missing_months_break_the_line() -> None:
    drawn = figure(contributors(build(contributors=[10, NAN, 14])))

    assert drawn["data"][0]["y"] == [10.0, None, 14.0]
    assert drawn["data"][0]["connectgaps"] is False


# --- Secteurs alimentant Mon espace santé -----------------------------------------------------


def test_the_split_says_the_leading_sector_beside_the_region() -> None:
    chart = sectors(build(sectors=MANY), build(territory=REGION, sectors=MANY))

    assert chart.message == (
        "Le secteur PA porte 89\u202f% des ESMS qui alimentent, 89\u202f% dans la région"
    )
    assert [mark.column for mark in chart.marks] == [
        "esms", "region-esms", "documents", "region-documents",
    ]  # fmt: skip
    assert [entry.label for entry in chart.legend] == [
        "PA – Personnes âgées",
        "PH – Personnes handicapées",
    ]


def test_small_bases_are_split_in_counts() -> None:
    chart = sectors(build(sectors=FEW))

    assert chart.message == "8 PA, 6 PH sur 14 ESMS qui alimentent"
    assert [trace["text"][0] for trace in figure(chart)["data"]] == ["8", "6"]
    assert not any(column.code == "esms-part" for column in chart.table.columns)


def test_no_contributor_at_all_is_said_in_words() -> None:
    chart = sectors(build(contributors=[0, 0, 0]))

    assert chart.message == "Aucun ESMS n'a alimenté Mon espace santé en Côte-d'Or"
    assert not chart.has_data


def test_an_unknown_sector_that_leads_is_named_in_words() -> None:
    unknown = sector_figures("INCONNU", contributors=30, documents=1, month=(3, 40))

    assert "secteur inconnu" in sectors(build(sectors=[unknown])).message


# --- Taux d'alimentation par secteur ----------------------------------------------------------


def test_rates_by_sector_say_the_first_two_and_write_small_bases_in_counts() -> None:
    chart = rates(build(sectors=MANY), build(territory=REGION, sectors=MANY))

    assert chart.message == "30,0\u202f% des ESMS PA alimentent en mars 2025, 5,0\u202f% des PH"
    taux = chart.table.named("taux")
    assert taux.texts[chart.table.rows.index("AHI – Accueil, hébergement, insertion")] == "3 sur 14"
    assert taux.texts[chart.table.rows.index("DOM – Domicile")] == "aucun ESMS ouvert"
    assert any("(AHI)\u202f: effectifs" in note for note in chart.notes)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (FEW, "Moins de 20 ESMS ouverts dans chaque secteur en mars 2025"),
        ([sector_figures("PA", month=(0, 50))], "Aucun secteur n'alimente en mars 2025"),
        (
            [sector_figures("PA", month=(5, 50))],
            "10,0\u202f% des ESMS PA alimentent en mars 2025",
        ),
        (
            [sector_figures("PA", month=(5, 50)), sector_figures("PH", month=(0, 50))],
            "10,0\u202f% des ESMS PA alimentent en mars 2025, aucun dans les autres secteurs",
        ),
    ],
)
def test_rates_by_sector_when_few_feed(figures: list[object], message: str) -> None:
    assert rates(build(sectors=figures)).message == message  # type: ignore[arg-type]  # parametrised


def test_the_unknown_sector_is_shown_only_when_it_holds_someone() -> None:
    unknown = sector_figures("INCONNU", month=(1, 30))

    assert "Secteur inconnu" not in rates(build(sectors=MANY)).table.rows
    chart = rates(build(sectors=[*MANY, unknown]))
    assert "Secteur inconnu" in chart.table.rows
    assert "Secteur inconnu" in figure(chart)["data"][0]["y"]


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
            assert float(text.replace(",", ".")) == pytest.approx(value * 100, abs=0.005)


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
    bare = Imprint(build(sector=Sector.PH).selection, 1, "s", None, "l")

    text = write("t", contributors(build()).table, bare).decode()

    assert "arrêtées" not in text
    assert "Secteur;Personnes handicapées" in text


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
