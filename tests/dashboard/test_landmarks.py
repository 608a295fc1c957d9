"""Events are numbered lines with a sentence each; targets say whether they are met."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import plotly.graph_objects
import pytest

from dashboard.charts.chart import Chart, Outcome
from dashboard.charts.contributors import contributors
from dashboard.charts.landmarks import landmarked, markers
from dashboard.charts.rates import rates
from dashboard.charts.regional import regional
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import volumes
from dashboard.exports.deck.native import series_of
from dashboard.exports.plotly import figure
from dashboard.workbooks.table import charted
from indicators.series import Measures
from reference.models import Event, Sector, Target
from tests.dashboard.builders import FEW, GROUPS, KINDS, MANY, NAN, REGION, build

JANUARY, FEBRUARY, MARCH = (dt.date(2025, month, 1) for month in (1, 2, 3))
DECEMBER, MAY = dt.date(2024, 12, 1), dt.date(2025, 5, 1)
N = "\u202f"


def event(month: dt.date, label: str = "Cibles", last: dt.date | None = None, **more: str) -> Event:
    return Event(month=month, last_month=last, label=label, **more)


def target(indicator: str, value: float, month: dt.date = JANUARY, **more: object) -> Target:
    return Target(indicator=indicator, value=value, month=month, **more)


def goals(chart: Chart, measures: Measures, *targets: Target) -> list[tuple[Outcome, str, bool]]:
    found = landmarked(chart, measures, (), targets).targets
    return [(goal.outcome, goal.text, goal.drawn) for goal in found]


# --- Events -----------------------------------------------------------------------------------


def test_events_of_the_period_are_numbered_in_the_order_of_time() -> None:
    found = markers(
        [event(MARCH, "B"), event(MAY), event(DECEMBER, "A", last=JANUARY), event(DECEMBER)],
        JANUARY,
        MARCH,
    )

    assert [(one.number, one.text) for one in found] == [
        (1, f"de décembre 2024 à janvier 2025{N}: A."),
        (2, f"mars 2025{N}: B."),
    ]


def test_an_event_of_the_whole_region_says_so_on_the_page_of_a_departement() -> None:
    own, shared = event(JANUARY, "L'un", departement_id="21", note="vu"), event(MARCH, "L’autre.")

    found = markers([shared, own], JANUARY, MARCH, region="région")

    assert [one.text for one in found] == [
        f"janvier 2025{N}: L’un. Vu.",
        f"mars 2025{N}: L’autre (région).",
    ]


def drawn_with_events() -> Chart:
    measures = build(documents=KINDS)
    stood = markers(
        [event(JANUARY), event(JANUARY, "Autre"), event(FEBRUARY, last=MAY)], JANUARY, MARCH
    )
    return landmarked(volumes(measures, GROUPS), measures, stood, ())


def test_a_line_stands_in_its_month_and_a_band_over_those_that_lasted() -> None:
    drawn = figure(drawn_with_events())

    shapes = [(one["type"], one["x0"], one["x1"]) for one in drawn["layout"]["shapes"]]
    assert shapes == [
        ("line", "2025-01-16", "2025-01-16"),
        ("line", "2025-01-16", "2025-01-16"),
        ("rect", "2025-02-01", "2025-04-01"),
    ]
    assert [one["text"] for one in drawn["layout"]["annotations"]] == ["provisoire", "1, 2", "3"]
    plotly.graph_objects.Figure(data=drawn["data"], layout=drawn["layout"])


def test_charts_without_months_carry_no_event() -> None:
    measures = build(sectors=MANY)
    stood = markers([event(JANUARY)], JANUARY, MARCH)

    assert landmarked(sectors(measures), measures, stood, ()).events == ()
    assert landmarked(rates(measures), measures, stood, ()).events == ()


def test_files_tell_events_and_targets_under_the_numbers() -> None:
    chart = drawn_with_events()
    measures = build(documents=KINDS)
    chart = landmarked(chart, measures, chart.events[:1], [target("documents", 30)])

    assert chart.remarks[-2:] == (
        f"Événement 1, janvier 2025{N}: Cibles.",
        (
            f"Cible atteinte, Documents par mois{N}: 30 documents à partir de janvier 2025 "
            "(36 documents en mars 2025)."
        ),
    )


# --- Targets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "outcome", "said"),
    [
        (target("rate", 0.14), Outcome.MET, f"à partir de janvier 2025 (14,0{N}% en mars 2025)"),
        (target("rate", 0.15), Outcome.MISSED, f"15,0{N}% à partir de janvier 2025 (14,0{N}% en"),
        (
            target("rate", 0.12, last_month=FEBRUARY),
            Outcome.MET,
            f"et jusqu’à février 2025 (12,0{N}% en février 2025)",
        ),
        (target("rate", 0.1, MAY), Outcome.AHEAD, f"à partir de mai 2025 (14,0{N}% en mars 2025)"),
        (target("rate", 0.1, DECEMBER, last_month=DECEMBER), Outcome.UNKNOWN, "décembre 2024."),
        (target("contributors", 15), Outcome.MISSED, "15 ESMS à partir de janvier 2025 (14 ESMS"),
    ],
)
def test_a_target_is_judged_in_the_last_received_month_that_it_binds(
    wanted: Target, outcome: Outcome, said: str
) -> None:
    measures = build()

    [(found, text, _)] = goals(contributors(measures), measures, wanted)

    assert found is outcome
    assert said in text


def test_a_month_that_was_not_received_judges_nothing() -> None:
    measures = build(contributors=[10, 12, NAN])

    [(outcome, text, _)] = goals(contributors(measures), measures, target("rate", 0.12, FEBRUARY))

    assert (outcome, "février 2025)" in text) == (Outcome.MET, True)


def test_a_target_of_another_unit_is_listed_and_not_drawn() -> None:
    measures = build()
    wanted = [target("rate", 0.2), target("contributors", 20), target("rate_12m", 0.3)]

    by_rate = goals(contributors(measures), measures, *wanted)

    assert [drawn for _, _, drawn in by_rate] == [True, False, False]


@pytest.mark.parametrize(("rate", "least"), [(0.2, 20), (0.07, 7), (0.071, 8)])
def test_a_rate_stands_among_esms_at_how_many_it_asks_for(rate: float, least: int) -> None:
    measures = build()
    wanted = [target("rate", rate), target("contributors", 20), target("rate_12m", 0.3)]

    chart = landmarked(contributors(measures, counts=True), measures, (), wanted)

    assert [goal.drawn for goal in chart.targets] == [True, True, False]
    assert (chart.targets[0].value, chart.targets[0].outcome) == (
        least,
        Outcome.MET if rate < 0.14 else Outcome.MISSED,
    )
    assert chart.targets[0].label.endswith(f"{N}%, soit {least} ESMS")


def test_each_target_of_a_region_stands_under_one_of_its_charts() -> None:
    measures = build(territory=REGION, documents=KINDS, sectors=MANY)
    wanted = [
        target(indicator, value)
        for indicator, value in (
            ("documents", 30), ("contributors", 15), ("rate", 0.2), ("rate_12m", 0.3)
        )
    ] + [target("rate", 0.4, sector="PH")]  # fmt: skip

    charts = [landmarked(chart, measures, (), wanted) for chart in regional(measures, GROUPS)]

    assert {chart.code: [goal.drawn for goal in chart.targets] for chart in charts} == {
        "types": [True],
        "esms-par-secteur": [True, True, False],
        "secteurs": [],
        "taux-par-secteur": [True],
    }
    assert [goal.outcome for chart in charts[:2] for goal in chart.targets] == [
        Outcome.MET, Outcome.MISSED, Outcome.MISSED, Outcome.MISSED,
    ]  # fmt: skip
    for chart in charts[:2]:  # a slide draws them, a sheet holds them
        drawn = [goal.label for goal in chart.targets if goal.drawn]
        assert [name for name, _ in series_of(chart)][-len(drawn) :] == drawn
        assert [one.label for one in charted(chart).columns][-len(drawn) :] == drawn


def test_a_target_is_for_its_own_sector() -> None:
    measures = build(sector=Sector.PA)
    everybody, elderly = target("rate", 0.2), target("rate", 0.3, sector="PA", label="Cible PA")

    [(_, text, _)] = goals(contributors(measures), measures, everybody, elderly)

    assert text.startswith(f"Cible PA{N}: 30,0{N}%")


def test_the_line_of_a_target_covers_the_months_that_it_binds() -> None:
    measures = build()
    chart = landmarked(
        contributors(measures), measures, (), [target("rate", 0.2, FEBRUARY, last_month=MAY)]
    )

    drawn = figure(chart)

    [line] = drawn["layout"]["shapes"]
    assert (line["x0"], line["x1"], line["y0"], line["y1"]) == ("2025-02-01", "2025-04-01", 20, 20)
    assert drawn["layout"]["annotations"][-1]["text"] == f"Cible 20,0{N}%"
    plotly.graph_objects.Figure(data=drawn["data"], layout=drawn["layout"])


def test_two_targets_near_each_other_are_written_at_either_end() -> None:
    measures = build()
    wanted = [target("contributors", value) for value in (20, 100, 97, 95)]
    chart = landmarked(contributors(measures, counts=True), measures, (), wanted)

    written = [one for one in figure(chart)["layout"]["annotations"] if "Cible" in one["text"]]

    assert [(one["text"], one["xanchor"], one["x"]) for one in written] == [
        ("Cible 20 ESMS", "right", "2025-04-01"),
        ("Cible 95 ESMS", "right", "2025-04-01"),
        ("Cible 97 ESMS", "left", "2025-01-01"),
        ("Cible 100 ESMS", "right", "2025-04-01"),
    ]


def test_a_rate_by_sector_is_crossed_by_its_target() -> None:
    measures = build(sectors=MANY)
    wanted = [
        target("rate", 0.4, sector="PH"),
        target("rate", 0.4),  # of all sectors: on the chart by month
        target("rate", 0.4, MAY, sector="PA"),  # not yet
        target("rate", 0.4, DECEMBER, sector="PA", last_month=JANUARY),  # no longer
        target("contributors", 4, sector="PA"),
        target("rate", 0.4, sector="INCONNU"),  # without any open ESMS: no row
    ]

    chart = landmarked(rates(measures), measures, (), wanted)

    [goal] = chart.targets
    assert (goal.row, goal.outcome) == ("PH – Personnes handicapées", Outcome.MISSED)
    assert "dans le mois (PH)\u202f: 40,0\u202f%" in goal.text
    [line] = figure(chart)["layout"]["shapes"]
    assert (line["x0"], line["y0"], line["y1"]) == (40, 0.55, 1.45)
    assert figure(chart)["layout"]["xaxis"]["range"][1] > 40


def test_a_target_on_a_small_sector_is_told_in_counts_and_not_drawn() -> None:
    measures = build(sectors=FEW)

    [goal] = landmarked(rates(measures), measures, (), [target("rate", 0.4, sector="PA")]).targets

    assert not goal.drawn
    assert "(8 ESMS sur 15 en mars 2025)" in goal.text


def test_a_target_on_a_small_territory_is_told_in_counts() -> None:
    measures = build(contributors=(1, 2, 3), parc=10)

    [(_, text, drawn)] = goals(contributors(measures), measures, target("rate", 0.2))

    assert "(3 ESMS sur 10 en mars 2025)" in text
    assert not drawn


# --- The région beside the volumes ------------------------------------------------------------


def test_volumes_stand_beside_what_the_pace_of_the_region_would_give_here() -> None:
    region = build(territory=REGION, parc=1000, documents={"SYNTH": [1000.0, 2000.0, 3000.0]})

    chart = volumes(build(documents=KINDS), GROUPS, region)

    pace = chart.table.named("rythme-region")
    assert pace.values == (100, 200, 300)
    assert pace.label == "Bourgogne-Franche-Comté, à nombre égal d’ESMS ouverts"
    drawn = figure(chart)["data"]
    assert [trace["type"] for trace in drawn] == ["bar", "bar", "scatter"]
    assert (drawn[-1]["name"], chart.legend[-1].line) == (pace.label, True)
    assert any("0,3 document par mois et par ESMS ouvert" in note for note in chart.notes)


def test_what_no_departement_claims_is_not_in_the_pace_of_the_region() -> None:
    region = build(
        territory=REGION, parc=100, documents={"SYNTH": [100.0, 100.0, 100.0]}, unallocated=40
    )

    pace = volumes(build(documents=KINDS), GROUPS, region).table.named("rythme-region")

    assert pace.values == (100, 100, 60)


def test_a_month_that_was_not_received_here_has_no_pace_beside_it() -> None:
    here = build(contributors=[10, NAN, 14], documents=KINDS)
    region = build(territory=REGION, parc=1000)

    assert volumes(here, GROUPS, region).table.named("rythme-region").values[1] is None


def test_shares_say_the_region_s_in_words() -> None:
    region = build(territory=REGION, documents={"SYNTH": [3.0] * 3, "57833-6": [1.0] * 3})

    chart = volumes(build(documents=KINDS), GROUPS, region, shares=True)

    assert chart.message == (
        f"Prescription de produits de santé{N}: 77{N}% des documents, 25{N}% dans la région"
    )
    assert chart.notes[-1] == (
        f"Sur la même période, dans la région{N}: Prescription de produits de santé 25{N}% et "
        f"Synthèse 75{N}%."
    )


def test_without_a_document_there_is_nothing_to_compare() -> None:
    nothing = build(documents={"SYNTH": [0.0] * 3}, growth=None)
    region = build(territory=REGION)

    chart = volumes(nothing, GROUPS, region, shares=True)

    assert chart.message == volumes(nothing, GROUPS, shares=True).message
    assert replace(chart, notes=()).remarks == ()


def test_a_territory_without_an_open_esms_has_no_pace_to_tell() -> None:
    chart = volumes(build(documents=KINDS, parc=0), GROUPS, build(territory=REGION))

    assert not any("par ESMS ouvert" in note for note in chart.notes)
