"""The rate of a programme's members and of the others, by month."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.chart import SMALL_BASE, Chart, Column, Kind, Mark, Month, Table, Unit, column
from dashboard.charts.contributors import COMPARATOR_COLOR, TERRITORY_COLOR, is_small
from dashboard.charts.landmarks import markers
from dashboard.charts.wording import SOURCE, period_words, sector_words
from indicators.programme_comparison import Comparison, MonthPair, Side
from indicators.selection import Selection
from reference import french
from reference.models import Event
from reference.months import in_french, span

CODE = "par-mois"


def programme_chart(
    comparison: Comparison,
    selection: Selection,
    months: tuple[Month, ...],
    events: Sequence[Event],
) -> Chart:
    """The rate of each month, members and others; in counts when either side is small.

    `months`: those of the period, with what was received of them. `events`: to number on it.
    """
    by_month = {each.month: each for each in comparison.months}
    every = [by_month.get(month) for month in span(selection.first, selection.last)]
    small = any(
        is_small(one.members.parc) or is_small(one.others.parc) for one in comparison.months
    )
    heading = "Nombre d’ESMS qui alimentent" if small else "Part des ESMS qui alimentent"
    message = _month_message(comparison, in_counts=small)
    measured = "ESMS avec au moins un document dans le mois"
    return Chart(
        code=CODE,
        heading=f"{heading}, par mois",
        message=message,
        subtitle=(
            f"{measured}{'' if small else ' ÷ ESMS du périmètre ouverts'}, "
            f"{selection.territory.locative}, "
            f"{period_words(selection.first, selection.last)}{sector_words(selection)}"
        ),
        kind=Kind.LINES,
        unit=Unit.ESMS if small else Unit.RATE,
        table=Table(
            caption=f"{heading} {selection.territory.locative}, membres et autres",
            corner="Mois",
            rows=tuple(month.header for month in months),
            columns=(*_side_columns("membres", "Membres", every, small=small),
                     *_side_columns("autres", "Autres", every, small=small)),
        ),
        marks=(
            Mark("membres-alimentent" if small else "membres-taux", TERRITORY_COLOR),
            Mark("autres-alimentent" if small else "autres-taux", COMPARATOR_COLOR, strong=False),
        ),
        source=f"{SOURCE}, liste des membres du programme",
        cut_off=None,
        alt=f"{message}.",
        notes=_notes(comparison, months, small=small),
        months=months,
        events=markers(
            events,
            selection.first,
            selection.last,
            region="" if selection.territory.is_region else "région",
        ),
    )  # fmt: skip


def _side_columns(
    code: str, label: str, months: Sequence[MonthPair | None], *, small: bool
) -> list[Column]:
    """Numerator, denominator and rate of one side, by month."""
    sides: list[Side | None] = [
        None if each is None else each.members if code == "membres" else each.others
        for each in months
    ]
    fed = column(
        f"{code}-alimentent",
        f"{label}\u202f: ESMS qui alimentent" if not small else label,
        Unit.ESMS,
        (None if side is None else side.fed for side in sides),
    )
    parc = column(
        f"{code}-ouverts",
        f"{label}\u202f: ESMS ouverts",
        Unit.ESMS,
        (None if side is None else side.parc for side in sides),
    )
    if small:
        return [fed, parc]
    rates = (None if side is None else side.rate for side in sides)
    return [fed, parc, column(f"{code}-taux", label, Unit.RATE, rates)]


def _month_message(comparison: Comparison, *, in_counts: bool) -> str:
    last = comparison.months[-1]
    month = in_french(last.month)
    if in_counts:
        members, others = (
            f"{french.integer(side.fed)} {noun} sur {french.integer(side.parc)}"
            for side, noun in ((last.members, "membres"), (last.others, "autres"))
        )
        return f"{members} et {others} alimentent en {month}"
    return (
        f"{french.percent(last.members.rate)} des membres et {french.percent(last.others.rate)} "
        f"des autres alimentent en {month}"
    )


def _notes(comparison: Comparison, months: Sequence[Month], *, small: bool) -> tuple[str, ...]:
    missing = [french.short_month(month.date) for month in months if not month.received]
    notes = ["La liste des membres est celle d’aujourd’hui, appliquée à tous les mois."]
    if missing:
        notes.append(f"{french.NOT_AVAILABLE}\u202f: {french.listing(missing)}, non reçus.")
    notes.extend(
        f"{french.sentence(in_french(month.date))[:-1]} est provisoire."
        for month in months
        if month.unconfirmed
    )
    if any(month.partial for month in months):
        notes.append("Un mois partiel porte sur les seuls départements reçus.")
    if small:
        notes.append(f"Moins de {SMALL_BASE} ESMS d’un côté\u202f: effectifs, et non pourcentages.")
    if comparison.outside:
        counted = french.count(comparison.outside, "membre")
        notes.append(
            f"{counted} hors de ces chiffres\u202f: fermés, hors périmètre, non reçus ou d’un "
            "autre secteur."
        )
    return tuple(notes)
