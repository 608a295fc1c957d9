"""The measures and charts of an edition, from what it keeps: nothing is read of today's data.

An edition keeps the measures of each territory as `indicators.payload` writes them. Those of shape
1 keep neither the series of documents, nor targets, nor how places are named in a sentence: their
documents are drawn as one series, and their places named in brackets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.charts.chart import Chart
from dashboard.charts.contributors import contributors
from dashboard.charts.landmarks import landmarked, markers
from dashboard.charts.rates import rates
from dashboard.charts.regional import regional
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import Group, volumes
from indicators.selection import CHART_SECTORS, Selection, Territory
from indicators.series import Growth, Measures, SectorFigures
from reference import french
from reference.models import Event, Target
from reference.months import parse_month

Json = dict[str, Any]
#: What tells an event from another.
Key = tuple[Any, ...]

#: How documents are drawn where their series were not kept.
UNDIVIDED_COLOR = "#000091"
#: What a month by month column of `Measures` is called in what is kept.
KEPT = {
    "unallocated": "non_ventile",
    **{
        name: name
        for name in (
            "parc",
            "contributors",
            "rate",
            "contributors_12m",
            "parc_12m",
            "rate_12m",
            "received_12m",
            "received_departements",
        )
    },
}
BY_SECTOR = ("contributors", "parc", "documents")


@dataclass(frozen=True)
class Drawn:
    """A chart of an edition, and the territory and months that it is of."""

    chart: Chart
    selection: Selection


def charts_of(content: Json) -> dict[str, tuple[Drawn, ...]]:
    """The charts of each territory of an edition, by its code ("R27", "D21"): those of its page."""
    territories = content["territories"]
    codes = tuple(sorted(each["code"][1:] for each in territories if each["code"][0] == "D"))
    measures = {each["code"]: measures_of(each, codes) for each in territories}
    whole = measures[territories[0]["code"]]
    groups = _groups(content, whole)
    of_region = [_key(event) for event in territories[0]["events"]]
    found = {}
    for each in territories:
        own = measures[each["code"]]
        drawn = regional(own, groups) if own is whole else _departement(own, whole, groups)
        events = [_event(event, rank, of_region) for rank, event in enumerate(each["events"])]
        here = "" if own is whole else "région"
        marked = markers(events, own.selection.first, own.selection.last, region=here)
        targets = [_target(target) for target in each.get("targets", ())]
        found[each["code"]] = tuple(
            Drawn(landmarked(chart, own, marked, targets), own.selection) for chart in drawn
        )
    return found


def measures_of(territory: Json, departements: Sequence[str]) -> Measures:
    """What was measured of a territory; `departements`: the codes of those of the région."""
    kept = territory["measures"]
    names = [parse_month(name) for name in kept["months"]]
    months = pd.DatetimeIndex(names)
    provisional = {parse_month(name) for name in kept["provisional_months"]}
    columns: dict[str, Any] = {
        name: _series(kept[key], months) for name, key in KEPT.items() if key in kept
    }
    by_sector: dict[str, Any] = {
        f"sector_{name}": pd.DataFrame(
            {
                str(code): _series(kept["sectors"][code]["months"][name], months)
                for code in CHART_SECTORS
            },
            index=months,
        )
        for name in BY_SECTOR
    }
    growth = {name: value for name, value in kept["growth"].items() if name != "change"}
    return Measures(
        selection=Selection(_territory(territory, departements), names[0], names[-1]),
        months=months,
        documents=pd.DataFrame(
            {code: _series(counts, months) for code, counts in kept["documents"].items()},
            index=months,
            columns=sorted(kept["documents"]),
        ),
        provisional=pd.Series([name in provisional for name in names], months),
        sectors=tuple(_sector(str(code), kept["sectors"][code]) for code in CHART_SECTORS),
        window=(parse_month(kept["window"]["from"]), parse_month(kept["window"]["to"])),
        documents_12m=kept["documents_12m"],
        growth=Growth(**growth),
        cut_off=_day(kept["cut_off"]),
        sources=tuple(kept["sources"]),
        **columns,
        **by_sector,
    )


def _departement(
    measures: Measures, region: Measures, groups: Sequence[Group]
) -> tuple[Chart, ...]:
    """The charts of a département beside its région, as on its page."""
    return (
        volumes(measures, groups, region),
        contributors(measures, region),
        sectors(measures, region),
        rates(measures, region),
    )


def _territory(territory: Json, departements: Sequence[str]) -> Territory:
    code, name = territory["code"], french.typographic(territory["name"])
    own = code[1:] if code[0] == "D" else None
    return Territory(
        code=code,
        name=name,
        locative=french.typographic(territory.get("locative", f"({name})")),
        of=french.typographic(territory.get("of", f"({name})")),
        region_code="" if own else code[1:],
        departement_code=own,
        departement_codes=(own,) if own else tuple(departements),
    )


def _groups(content: Json, region: Measures) -> tuple[Group, ...]:
    """The series of the charts of documents, as they were; all documents as one without them."""
    if "groups" not in content:
        every = frozenset(map(str, region.documents.columns))
        return (Group("documents", "Documents", UNDIVIDED_COLOR, every),)
    return tuple(
        Group(each["code"], each["label"], each["color"], frozenset(each["types"]))
        for each in content["groups"]
    )


def _series(values: Sequence[float | None], months: pd.DatetimeIndex) -> pd.Series[float]:
    series: pd.Series[float] = pd.Series(np.array(values, dtype="float64"), months)
    return series


def _sector(code: str, figures: Json) -> SectorFigures:
    return SectorFigures(
        sector=code, **{name: value for name, value in figures.items() if name != "months"}
    )


def _event(event: Json, rank: int, of_region: Sequence[Key]) -> Event:
    """An event as it was kept, never written; of no département when it is the région's.

    `rank`: its place among those of one month.
    """
    return Event(
        pk=rank,
        departement_id=None if _key(event) in of_region else "its own",
        label=event["label"],
        note=event["note"],
        month=dt.date.fromisoformat(event["month"]),
        last_month=_day(event["last_month"]),
    )


def _key(event: Json) -> Key:
    return event["label"], event["note"], event["month"], event["last_month"]


def _target(target: Json) -> Target:
    """A target as it was kept, never written."""
    return Target(
        **target | {"month": _day(target["month"]), "last_month": _day(target["last_month"])}
    )


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
