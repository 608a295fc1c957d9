"""Events and targets as charts show them: numbered lines, and what became of each target."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from dashboard.charts import contributors, rates, regional, volumes
from dashboard.charts.chart import Chart, Goal, Marker, Outcome, Unit
from dashboard.charts.contributors import is_small
from dashboard.charts.sectors import sector_label, short_label
from dashboard.charts.wording import as_date, at, period_words
from indicators.series import Measures
from reference import french
from reference.models import Event, Target, TargetIndicator
from reference.months import in_french
from reference.numbers import NARROW

#: The charts by month, of a département and of a région, under which a target is listed.
CHARTS = {
    TargetIndicator.DOCUMENTS: {volumes.CODE, regional.TYPES},
    TargetIndicator.CONTRIBUTORS: {contributors.CODE, regional.CONTRIBUTORS},
    TargetIndicator.RATE: {contributors.CODE, regional.CONTRIBUTORS},
    TargetIndicator.RATE_12M: {contributors.CODE, regional.CONTRIBUTORS},
}


def markers(
    events: Iterable[Event], first: dt.date, last: dt.date, *, region: str = ""
) -> tuple[Marker, ...]:
    """The events that touch a period, in the order of time, numbered from 1.

    `region`: how to name the région beside the events of all of it, on a département's page.
    """
    inside = [
        event
        for event in events
        if event.month <= last and (event.last_month or event.month) >= first
    ]
    ordered = sorted(inside, key=lambda event: (event.month, event.pk))
    return tuple(
        Marker(number, event.month, event.last_month or event.month, _told(event, region))
        for number, event in enumerate(ordered, start=1)
    )


def _told(event: Event, region: str) -> str:
    when = period_words(event.month, event.last_month or event.month)
    place = f" ({region})" if region and event.departement_id is None else ""
    note = f" {french.sentence(french.typographic(event.note))}" if event.note else ""
    return f"{when}{NARROW}: {french.typographic(event.label).rstrip('.')}{place}.{note}"


def landmarked(
    chart: Chart, measures: Measures, events: tuple[Marker, ...], targets: Iterable[Target]
) -> Chart:
    """The chart with the events of its months, and with the targets that bind what it counts.

    `targets`: those of the territory of `measures`. A chart by month takes those of the sector
    that it counts; the rates by sector take the targets of each sector's rate.
    """
    if chart.code == rates.CODE:
        goals = (_of_sector(target, chart, measures) for target in targets)
        return replace(chart, targets=tuple(goal for goal in goals if goal is not None))
    if not chart.months:
        return chart
    sector = measures.selection.sector or ""
    goals_by_month = tuple(
        _of_months(target, chart, measures)
        for target in targets
        if target.sector == sector and chart.code in CHARTS[TargetIndicator(target.indicator)]
    )
    return replace(chart, events=events, targets=goals_by_month)


def _of_months(target: Target, chart: Chart, measures: Measures) -> Goal:
    """A target on a series by month, drawn where the chart counts what it binds.

    One on 12 months stands on no chart of single months. A rate stands among ESMS at how many of
    them it asks for, in the month that judges it.
    """
    goal = goal_of(target, measures)
    indicator = TargetIndicator(target.indicator)
    if indicator == TargetIndicator.RATE_12M or goal.outcome is Outcome.AHEAD:
        return goal
    if indicator == TargetIndicator.RATE and chart.unit is Unit.ESMS:
        return _in_esms(goal, at(measures.parc, _judged(target, measures)))
    return replace(goal, drawn=chart.unit is _unit(indicator))


def _in_esms(goal: Goal, parc: float | None) -> Goal:
    """The target of a rate on a chart of ESMS; only listed where they are few, or not known."""
    if parc is None or is_small(parc):
        return goal
    least = math.ceil(round(goal.value * parc, 6))  # 0.07 × 100 is a little more than 7
    label = f"{goal.label}, soit {french.count(least, 'ESMS', 'ESMS')}"
    return replace(goal, value=least, label=label, drawn=True)


def goal_of(target: Target, measures: Measures) -> Goal:
    """What became of a target in the last received month that it binds.

    `measures`: of its territory and sector.
    """
    indicator = TargetIndicator(target.indicator)
    month = _judged(target, measures)
    text = _reading(indicator, measures, month)
    value = at(_series(indicator, measures), month)
    ahead = target.month > measures.selection.last
    return _goal(target, value, text, ahead=ahead, drawn=False)


def _of_sector(target: Target, chart: Chart, measures: Measures) -> Goal | None:
    """A target on one sector's rate of the last received month; None when it does not bind it."""
    last, row = measures.last_received, sector_label(target.sector) if target.sector else ""
    binds = (
        last is not None
        and target.indicator == TargetIndicator.RATE
        and target.month <= last
        and (target.last_month is None or target.last_month >= last)
    )
    if not binds or last is None or row not in chart.table.rows:
        return None
    figures = next(one for one in measures.sectors if one.sector == target.sector)
    counts = is_small(figures.month_parc)
    found = (
        f"{figures.month_contributors} ESMS sur {figures.month_parc}"
        if counts
        else french.percent(figures.rate)
    )
    goal = _goal(
        target, figures.rate, f"{found} en {in_french(last)}", ahead=False, drawn=not counts
    )
    told = goal.text.replace(f"{NARROW}:", f" ({short_label(target.sector)}){NARROW}:", 1)
    return replace(goal, row=row, text=told)


def _judged(target: Target, measures: Measures) -> dt.date | None:
    """The last received month among those that a target binds; "now" before any of them."""
    series = _series(TargetIndicator(target.indicator), measures).dropna()
    known = [as_date(stamp) for stamp in pd.DatetimeIndex(series.index)]
    if target.month > measures.selection.last:
        return max(known, default=None)
    return max(
        (
            month
            for month in known
            if month >= target.month and (target.last_month is None or month <= target.last_month)
        ),
        default=None,
    )


def _reading(indicator: TargetIndicator, measures: Measures, month: dt.date | None) -> str:
    """What was found in a month: "20,1 % en décembre 2025", in counts on a small base."""
    value = at(_series(indicator, measures), month)
    if month is None or value is None:
        return ""
    text = _text(indicator, value)
    if indicator.is_rate:
        long = indicator == TargetIndicator.RATE_12M
        part, whole = (
            at(series, month)
            for series in (
                (measures.contributors_12m, measures.parc_12m)
                if long
                else (measures.contributors, measures.parc)
            )
        )
        if is_small(whole):
            text = f"{french.integer(part)} ESMS sur {french.integer(whole)}"
    return f"{text} en {in_french(month)}"


def _series(indicator: TargetIndicator, measures: Measures) -> pd.Series[float]:
    return {
        TargetIndicator.DOCUMENTS: measures.total_documents,
        TargetIndicator.CONTRIBUTORS: measures.contributors,
        TargetIndicator.RATE: measures.rate,
        TargetIndicator.RATE_12M: measures.rate_12m,
    }[indicator]


def _goal(target: Target, value: float | None, found: str, *, ahead: bool, drawn: bool) -> Goal:
    indicator = TargetIndicator(target.indicator)
    if ahead:
        outcome = Outcome.AHEAD
    elif value is None:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.MET if value >= target.value else Outcome.MISSED
    name = french.typographic(target.label or indicator.label).rstrip(".")
    wanted = _text(indicator, target.value)
    since = f"à partir {french.of(in_french(target.month))}"
    until = f" et jusqu’à {in_french(target.last_month)}" if target.last_month else ""
    evidence = f" ({found})" if found else ""
    return Goal(
        value=target.value,
        label=f"Cible {wanted}",
        first=target.month,
        last=target.last_month,
        outcome=outcome,
        text=f"{name}{NARROW}: {wanted} {since}{until}{evidence}.",
        found=found,
        drawn=drawn,
    )


def _text(indicator: TargetIndicator, value: float) -> str:
    unit = _unit(indicator)
    return unit.text(value) if unit.is_fraction else f"{unit.text(value)} {unit.value}"


def _unit(indicator: TargetIndicator) -> Unit:
    if indicator.is_rate:
        return Unit.RATE
    return Unit.DOCUMENTS if indicator == TargetIndicator.DOCUMENTS else Unit.ESMS
