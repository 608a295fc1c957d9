"""The four key figures of a région: who feeds, how much, what the programme brings, who lasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from dashboard.charts.contributors import is_small
from dashboard.charts.sparkline import sparkline
from dashboard.charts.wording import at
from dashboard.tiles import Link, Tile, documents_tile, rate_12m_tile, year_words
from indicators.details import Details
from indicators.evidence import RegionEvidence
from indicators.programme_parc import Reach
from indicators.programmes import ProgrammeGap
from indicators.series import Measures
from reference import french
from reference.months import shift


def region_tiles(
    measures: Measures, known: RegionEvidence, missing_programme: Link | None
) -> tuple[Tile, ...]:
    """The key figures of the last received month.

    `measures` gives the sparklines; `known` covers 13 months at least. `missing_programme`: where
    members are brought, for who may.
    """
    yearly, programmes = known.region.measures, known.programmes
    last = yearly.last_received
    if last is None:
        return ()
    alike = _received(known, last) == _received(known, shift(last, -12))
    return (
        rate_12m_tile(measures, yearly, last, "ESMS ayant alimenté sur 12 mois", alike=alike),
        documents_tile(measures, yearly, last),
        _gap(programmes[0], yearly) if programmes else _no_programme(missing_programme),
        _regular(known.region.details, year_words(yearly, last)),
    )


def _received(known: RegionEvidence, month: dt.date) -> list[str]:
    """The départements that were received in a month."""
    return [
        code
        for code, one in known.departements.items()
        if at(one.measures.received_departements, month)
    ]


def _gap(programme: ProgrammeGap, yearly: Measures) -> Tile:
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
        period=year_words(yearly, programme.month),
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
