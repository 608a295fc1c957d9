"""The four key figures of a région: who feeds, how much, what the programme brings, who lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.charts.contributors import is_small
from dashboard.charts.sparkline import sparkline
from dashboard.tiles import Link, Tile, documents_tile, rate_12m_tile
from indicators.details import Details
from indicators.programme_parc import Reach
from indicators.programmes import ProgrammeGap
from indicators.series import Measures
from reference import french
from reference.months import in_french


def region_tiles(
    measures: Measures,
    yearly: Measures,
    details: Details,
    programmes: Sequence[ProgrammeGap],
    missing_programme: Link | None,
) -> tuple[Tile, ...]:
    """The key figures of the last received month.

    `measures` gives the sparklines; `yearly` is the same territory over 13 months at least.
    `missing_programme`: where members are brought, for who may.
    """
    last = yearly.last_received
    if last is None:
        return ()
    period = f"12 mois à {in_french(last)}"
    return (
        rate_12m_tile(measures, yearly, last, "ESMS ayant alimenté sur 12 mois"),
        documents_tile(measures, yearly, last),
        _gap(programmes[0]) if programmes else _no_programme(missing_programme),
        _regular(details, period),
    )


def _gap(programme: ProgrammeGap) -> Tile:
    """The rate of a programme's members against that of the others."""
    coverage = f", {french.percent(programme.coverage, 0)} du périmètre"
    tile = _plain(
        f"{french.typographic(programme.name)}\u202f: membres et autres ESMS",
        f"{_reach(programme.of_members)} / {_reach(programme.of_others)}",
        "des membres / des autres ont alimenté sur 12 mois",
    )
    return replace(
        tile,
        reference=f"{french.count(programme.members, 'membre')}{coverage}",
        period=f"12 mois à {in_french(programme.month)}",
    )


def _reach(reach: Reach) -> str:
    """A rate, in counts on a small base."""
    if is_small(reach.parc):
        return f"{french.integer(reach.fed)} sur {french.integer(reach.parc)}"
    return french.percent(reach.rate, 0)


def _no_programme(link: Link | None) -> Tile:
    who = "" if link else " par un administrateur de la région"
    tile = _plain(
        "Effet d’un programme",
        "–",
        "La liste des membres d’un programme (ESMS Numérique…) reste à importer"
        f"{who}\u202f: elle dira ce que le programme change.",
    )
    return replace(tile, link=link)


def _regular(details: Details, period: str) -> Tile:
    """How many contributors feed nearly every month."""
    whole = details.contributors
    share = f", soit {french.percent(details.regular / whole, 0)}" if not is_small(whole) else ""
    tile = _plain(
        "ESMS qui alimentent régulièrement",
        french.integer(details.regular),
        f"sur {french.integer(whole)} ESMS ayant alimenté{share}",
    )
    return replace(
        tile,
        reference="Un document au moins dans 80\u202f% des mois reçus depuis leur premier dépôt",
        period=period,
    )


def _plain(label: str, value: str, detail: str) -> Tile:
    """A tile without a change nor a sparkline."""
    return Tile(
        label=label,
        value=value,
        detail=detail,
        change=None,
        reference="",
        period="",
        spark=sparkline([]),
        spark_alt="",
    )
