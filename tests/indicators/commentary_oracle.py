"""Every fact of a paragraph, computed again from the evidence: slowly, by its name alone."""

# ruff: noqa: E501  # one rule a line: a table that one reads across

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from indicators.commentary.sentences import Fact
from indicators.dynamics import Dynamics, Peak, Trait
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.peaks import PeakOrigin
from indicators.programmes import ProgrammeGap
from indicators.selection import Selection
from indicators.series import SectorFigures
from reference.models import Event
from reference.months import iso, shift

#: The name of a fact, as a pattern, and what computes it from the pattern's groups.
Rules = list[tuple[str, Callable[..., Any]]]
#: Every territory tells facts of the same names: each is looked for once.
fullmatch = cache(re.fullmatch)


class Oracle:
    """The facts of one territory of a région."""

    def __init__(self, region: RegionEvidence, here: TerritoryEvidence) -> None:
        self.region, self.here = region, here
        self.measures, self.details = here.measures, here.details
        total = here.measures.total_documents.dropna()
        self.months = [stamp.date() for stamp in pd.DatetimeIndex(total.index)]
        first, last = here.measures.window
        self.window = [month for month in self.months if first <= month <= last]

    def fact(self, name: str) -> Fact:
        """The value that a fact of that name must have."""
        if name in self.by_name:
            plain: Fact = self.by_name[name]()
            return plain
        for pattern, compute in self.rules:
            found = fullmatch(pattern, name)
            if found:
                computed: Fact = compute(*found.groups())
                return computed
        raise AssertionError(f"a fact that nothing checks: {name}")

    @cached_property
    def by_name(self) -> dict[str, Callable[..., Any]]:
        """The rules whose pattern is the name itself."""
        return {pattern: compute for pattern, compute in self.rules if "(" not in pattern}

    @cached_property
    def rules(self) -> Rules:
        """Names of facts and what they are worth; the first that matches is right."""
        return [*self.plain(), *self.of_series(), *self.of_peaks(), *self.of_types(),
                *self.of_sectors(), *self.of_region()]  # fmt: skip

    # --- What is written once ---

    def plain(self) -> Rules:
        details, growth = self.details, self.details.growth
        return [
            ("mois de début", lambda: iso(self.months[0] if self.months else self.selection.first)),
            ("mois de fin", lambda: iso(self.months[-1] if self.months else self.selection.last)),
            ("mois de la fenêtre|mois de début de la fenêtre", lambda: iso(self.window[0])),
            ("mois de fin de la fenêtre", lambda: iso(self.window[-1])),
            ("nombre de mois de la fenêtre|nombre de mois du taux annuel", lambda: 12),
            ("mois non reçu", lambda: iso(self.holes()[0])),
            ("nombre de mois non reçus", lambda: len(self.holes())),
            ("mois partiel", lambda: iso(self.lacking()[0])),
            ("nombre de mois partiels", lambda: len(self.lacking())),
            ("départements reçus du mois partiel", lambda: self.at("received_departements", self.lacking()[0])),
            ("nombre de mois reçus", lambda: len(self.months)),
            ("nombre de mois d’une année", lambda: 12),
            ("nombre de mois comparables", lambda: self.measures.growth.comparable_months),
            ("secteur", lambda: "personnes handicapées (PH)"),
            ("documents de la période", lambda: self.total("total_documents")),
            ("documents du dernier mois", lambda: self.at("total_documents", self.months[-1])),
            ("documents par mois au début", lambda: self.here.documents.start_level),
            ("documents par mois à la fin", lambda: self.here.documents.end_level),
            ("documents par ESMS et par mois", lambda: details.intensity),
            ("ESMS réguliers", lambda: details.regular),
            ("part médiane des mois avec un dépôt", lambda: details.regularity),
            ("part des types génériques", lambda: details.typing.generic),
            ("diversité des types", lambda: details.typing.diversity),
            ("part des cinq premiers organismes dans les documents", lambda: details.concentration.share),
            ("documents gagnés en un an", lambda: growth and growth.change),
            ("documents des nouveaux ESMS", lambda: growth and growth.new),
            ("nouveaux ESMS sur un an", lambda: growth and growth.new_count),
            ("variation des ESMS déjà actifs", lambda: growth and growth.active),
            ("documents perdus par arrêt", lambda: growth and growth.stopped),
            ("ESMS arrêtés sur un an", lambda: growth and growth.stopped_count),
            ("part des ESMS déjà actifs dans la hausse", lambda: growth and growth.active / growth.change),
        ]  # fmt: skip

    def holes(self) -> list[dt.date]:
        """The months without a file between two that have one."""
        every = [shift(self.months[0], step) for step in range(len(self.measures.months))]
        return [m for m in every if m < self.months[-1] and m not in self.months]

    def lacking(self) -> list[dt.date]:
        """The months, the last one aside, for which fewer départements were received than are."""
        count = len(self.region.departements)
        return [m for m in self.months[:-1] if (self.at("received_departements", m) or 0) < count]

    @property
    def selection(self) -> Selection:
        return self.measures.selection

    # --- Series ---

    def of_series(self) -> Rules:
        documents, esms = self.here.documents, self.here.contributors
        last = self.months[-1] if self.months else None
        return [
            ("dynamique des documents", lambda: documents.label.in_french),
            ("dynamique des ESMS qui alimentent", lambda: esms.label.in_french),
            ("mois d’accélération des documents", lambda: turn(documents, Trait.ACCELERATION)),
            ("mois d’accélération des ESMS qui alimentent", lambda: turn(esms, Trait.ACCELERATION)),
            ("mois de l’inflexion des documents", lambda: turn(documents, Trait.RECENT_TURN)),
            ("mois de l’inflexion des ESMS qui alimentent", lambda: turn(esms, Trait.RECENT_TURN)),
            ("tendance de fond des documents", lambda: trend(documents)),
            ("tendance de fond des ESMS", lambda: trend(esms)),
            ("sens de l’inflexion", lambda: direction(esms)),
            ("mois de début du plateau des documents", lambda: month(documents.plateau_from)),
            ("mois de début du plateau des ESMS", lambda: month(esms.plateau_from)),
            ("évolution des documents sur un an", lambda: self.measures.growth.change),
            ("ESMS du périmètre ouverts", lambda: self.total("parc")),
            ("ESMS qui alimentent au début", lambda: self.at("contributors", self.months[0])),
            ("ESMS ouverts au début", lambda: self.at("parc", self.months[0])),
            ("taux au début", lambda: self.at("rate", self.months[0])),
            ("ESMS qui alimentent à la fin", lambda: self.at("contributors", last)),
            ("ESMS ouverts à la fin", lambda: self.at("parc", last)),
            ("taux à la fin", lambda: self.at("rate", last)),
            ("mois du creux", lambda: month(self.dip())),
            ("taux au creux", lambda: self.at("rate", self.dip())),
            ("ESMS ayant alimenté sur 12 mois", lambda: self.at("contributors_12m", last) or 0),
            ("ESMS ouverts, base des 12 mois", lambda: self.at("parc_12m", last)),
            ("taux sur 12 mois", lambda: self.at("rate_12m", last)),
            ("ESMS sans dépôt sur 12 mois", self.silent),
            ("taux régional sur 12 mois", lambda: yearly(self.region.region, self.months[-1])),
            ("départements reçus le dernier mois", lambda: self.at("received_departements", last)),
            ("départements", lambda: len(self.region.departements)),
            ("dernier mois, partiel", lambda: month(last)),
            ("rang du taux sur 12 mois", lambda: self.rank(lambda one: yearly(one, self.months[-1]))),
        ]  # fmt: skip

    def at(self, name: str, when: dt.date | None) -> float | None:
        series = getattr(self.measures, name)
        return (
            None
            if when is None or pd.isna(series[pd.Timestamp(when)])
            else float(series[pd.Timestamp(when)])
        )

    def total(self, name: str) -> float:
        return float(getattr(self.measures, name).sum())

    def silent(self) -> float:
        fed, parc = (self.at(name, self.months[-1]) for name in ("contributors_12m", "parc_12m"))
        assert fed is not None
        assert parc is not None
        return parc - fed

    def dip(self) -> dt.date:
        """The month of the deepest passing dip."""
        dips = self.dips()
        return dips[max(dips)]

    def dips(self) -> dict[tuple[float, dt.date], dt.date]:
        """The lowest of one to three months in a row that stand the farthest under their sides."""
        known = self.measures.rate.dropna()
        rates = {
            stamp.date(): float(rate)
            for stamp, rate in zip(pd.DatetimeIndex(known.index), known, strict=True)
        }
        depths = {}
        for first in rates:
            for length in (1, 2, 3):
                row = [shift(first, step) for step in range(-1, length + 1)]
                if not set(row) <= set(rates):
                    continue
                level = min(rates[row[0]], rates[row[-1]])
                lowest = min(row[1:-1], key=lambda when: rates[when])
                fewer = (level - rates[lowest]) * (self.at("parc", lowest) or 0)
                if max(rates[month] for month in row[1:-1]) <= 0.95 * level and fewer >= 3:
                    depths[level - rates[lowest], lowest] = lowest
        return depths

    def rank(self, value: Callable[[TerritoryEvidence], float | None]) -> int | None:
        own = value(self.here)
        if own is None:
            return None
        others = [value(other) for other in self.region.departements.values()]
        return 1 + len([other for other in others if other is not None and other > own])

    # --- Peaks ---

    def of_peaks(self) -> Rules:
        documents = self.here.documents
        return [
            (r"mois du pic (\d{4}-\d\d)", lambda key: iso(self.peak(key).month)),
            (r"documents du pic (\d{4}-\d\d)", lambda key: self.peak(key).value),
            (r"documents autour du pic (\d{4}-\d\d)", lambda key: self.peak(key).ground),
            (r"rapport du pic (\d{4}-\d\d) au niveau voisin", lambda key: self.peak(key).ratio),
            (r"part dans le pic (\d{4}-\d\d) : (.+)", self.part_of_peak),
            (r"part du premier organisme dans le pic (\d{4}-\d\d)", self.owner_of_peak),
            (r"événement (\d+) du pic (\d{4}-\d\d)", lambda n, key: self.events(key)[int(n) - 1].label),
            ("mois suivant le pic", lambda: iso(shift(highest(documents).last, 1))),
            ("documents du mois suivant le pic", lambda: self.at("total_documents", shift(highest(documents).last, 1))),
            ("mois du pic sans événement", lambda: iso(highest(documents).month)),
            ("part du pic dans les documents gagnés en un an", self.weight),
            ("nombre de pics", lambda: len(documents.peaks)),
            ("part dans les pics : (.+)", self.part_of_peaks),
            (r"événement (\d+) des pics", lambda n: self.noted()[int(n) - 1].label),
            (r"mois de l’événement (\d+) des pics", lambda n: iso(self.noted()[int(n) - 1].month)),
            ("mois du pic des ESMS qui alimentent", lambda: iso(self.top().month)),
            ("ESMS qui alimentent au pic", lambda: self.at("contributors", self.top().month)),
            ("ESMS ouverts au pic", lambda: self.at("parc", self.top().month)),
            ("taux au pic", lambda: self.at("rate", self.top().month)),
            ("mois suivant le pic des ESMS", lambda: iso(shift(self.top().last, 1))),
            ("ESMS qui alimentent le mois suivant le pic", lambda: self.at("contributors", shift(self.top().last, 1))),
            (r"part (\w+) des ESMS venus au pic", self.sector_of_peak),
            (r"événement (\d+) du pic des ESMS", lambda n: self.top_origin().events[int(n) - 1].label),
        ]  # fmt: skip

    def peak(self, key: str) -> Peak:
        return next(one for one in self.here.documents.peaks if iso(one.month) == key)

    def events(self, key: str) -> tuple[Event, ...]:
        return next(one.events for one in self.here.peaks if iso(one.peak.month) == key)

    def part_of_peak(self, key: str, group: str) -> float:
        origin = next(one for one in self.here.peaks if iso(one.peak.month) == key)
        return min(1.0, sum(p.share for p in origin.types if self.group(p.code) == group))

    def part_of_peaks(self, group: str) -> float:
        parts = [part for one in self.here.peaks for part in one.types]
        excess = sum(part.excess for part in parts if self.group(part.code) == group)
        return min(1.0, excess / sum(one.excess for one in self.here.peaks))

    def owner_of_peak(self, key: str) -> float:
        origin = next(one for one in self.here.peaks if iso(one.peak.month) == key)
        return min(1.0, origin.entities[0].share)

    def weight(self) -> float:
        origin = max(self.here.peaks, key=lambda one: self.peak(iso(one.peak.month)).excess)
        growth = self.measures.growth
        return min(1.0, origin.excess / (growth.recent - growth.earlier))

    def noted(self) -> list[Event]:
        by_label: dict[str, Event] = {}
        order = sorted(self.here.documents.peaks, key=lambda one: -one.excess)
        for peak in order:
            for origin in self.here.peaks:
                if origin.peak.month == peak.month:
                    by_label |= {event.label: event for event in origin.events}
        return list(by_label.values())

    def top(self) -> Peak:
        return highest(self.here.contributors)

    def top_origin(self) -> PeakOrigin:
        return next(o for o in self.here.contributor_peaks if o.peak.month == self.top().month)

    def sector_of_peak(self, sector: str) -> float:
        """The excess of a sector over its median in the months around, among all the sectors."""
        grid, peak = self.measures.sector_contributors, self.top()
        around = [
            stamp
            for stamp in pd.DatetimeIndex(grid.dropna().index)
            if shift(peak.first, -5) <= stamp.date() < peak.first
            or peak.last < stamp.date() <= shift(peak.last, 5)
        ]
        excess = {
            code: float(grid[code][pd.Timestamp(peak.month)])
            - (float(np.median(grid[code][around])) if len(around) else 0.0)
            for code in grid.columns
        }
        return excess[sector] / sum(excess.values())

    # --- Types ---

    def group(self, code: str) -> str:
        group = self.region.groups[code]
        return code if group == "autres" else group

    def of_types(self) -> Rules:
        return [
            ("part des documents : (.+)", lambda group: sum(k.share for k in self.details.types if self.group(k.code) == group)),
            ("documents : (.+)", lambda group: sum(k.documents for k in self.details.types if self.group(k.code) == group)),
            ("type : (.+)", self.label),
            ("nombre de mois comparés", lambda: len(self.ends()[0])),
            ("part au début : (.+)", lambda group: self.group_share(group, self.ends()[0])),
            ("part à la fin : (.+)", lambda group: self.group_share(group, self.ends()[1])),
            ("part de « Autres » sur les derniers mois", lambda: self.group_share("autres", self.months[-6:])),
            ("part de « Autres » un an plus tôt", lambda: self.group_share("autres", [shift(m, -12) for m in self.months[-6:]])),
            ("mois de début de « Autres »", lambda: iso(self.months[-6])),
            ("mois d’apparition : (.+)", lambda code: iso(next(k.since for k in self.details.types if k.code == code))),
            ("rang des types génériques dans la région", lambda: self.rank(lambda other: other.details.typing.generic)),
            ("rang de la diversité dans la région", lambda: self.rank(lambda other: other.details.typing.diversity)),
            ("rang de la concentration dans la région", lambda: self.rank(lambda other: other.details.concentration.share)),
        ]  # fmt: skip

    def label(self, code: str) -> str:
        kinds = {kind.code: kind.label for kind in self.details.types}
        kinds |= {part.code: part.label for one in self.here.peaks for part in one.types}
        return kinds[code]

    def ends(self) -> tuple[list[dt.date], list[dt.date]]:
        """The first and the last months that no peak lifts: six of each, or half of them."""
        calm = [
            month
            for month in self.months
            if not any(p.first <= month <= p.last for p in self.here.documents.peaks)
        ]
        span = min(6, len(calm) // 2)
        return calm[:span], calm[-span:]

    def group_share(self, group: str, months: list[dt.date]) -> float:
        table = self.measures.documents.loc[[pd.Timestamp(month) for month in months]]
        inside = [code for code in table.columns if self.region.groups[code] == group]
        return float(table[inside].to_numpy().sum() / table.to_numpy().sum())

    # --- Sectors ---

    def of_sectors(self) -> Rules:
        return [
            ("ESMS ayant alimenté sur la fenêtre", self.fed),
            ("part PH des ESMS qui alimentent en région", lambda: share(self.region.region, "PH")),
            (r"part (\w+) des ESMS qui alimentent", lambda code: self.sector(code).share),
            (r"part (\w+) des documents", lambda code: self.sector(code).documents_share),
            ("rang de la part PH dans la région", lambda: self.rank(lambda other: share(other, "PH"))),
            (r"ESMS (\w+) ayant alimenté sur 12 mois", lambda code: self.sector(code).contributors_12m),
            (r"ESMS (\w+) ouverts", lambda code: self.sector(code).parc_12m),
            (r"ESMS (\w+) sans dépôt sur 12 mois", self.silent_of),
            (r"taux (\w+) sur 12 mois", lambda code: self.sector(code).rate_12m),
            (r"ESMS (\w+)", lambda code: self.sector(code).contributors),
        ]  # fmt: skip

    def fed(self) -> int:
        return sum(figures.contributors for figures in self.measures.sectors)

    def sector(self, code: str) -> SectorFigures:
        return next(figures for figures in self.measures.sectors if figures.sector == code)

    def silent_of(self, code: str) -> int:
        figures = self.sector(code)
        assert figures.parc_12m is not None
        assert figures.contributors_12m is not None
        return figures.parc_12m - figures.contributors_12m

    # --- A région ---

    def of_region(self) -> Rules:
        return [
            (rf"{name} : (\d\d)", lambda code, rule=rule: rule(Oracle(self.region, self.region.departements[code])))
            for name, rule in {
                "dynamique des documents": lambda one: one.here.documents.label.in_french,
                "dynamique des ESMS": lambda one: one.here.contributors.label.in_french,
                "évolution des documents sur un an": lambda one: one.measures.growth.change,
                "nombre de mois comparables": lambda one: one.measures.growth.comparable_months,
                "taux sur 12 mois": lambda one: yearly(one.here, self.months[-1]),
                "nombre de pics": lambda one: len(one.here.documents.peaks),
                "mois de l’inflexion": lambda one: turn(one.here.documents, Trait.RECENT_TURN),
                "part PA des ESMS qui alimentent": lambda one: share(one.here, "PA"),
                "part PH des ESMS qui alimentent": lambda one: share(one.here, "PH"),
                "part des types génériques": lambda one: one.details.typing.generic,
                "diversité des types": lambda one: one.details.typing.diversity,
                "mois du pic": lambda one: one.told_peak(),
            }.items()
        ] + [
            ("programme (.+)", lambda code: self.gap(code).name),
            ("taux des membres de (.+)", lambda code: self.gap(code).rate_members),
            ("taux des autres que (.+)", lambda code: self.gap(code).rate_others),
        ]  # fmt: skip

    def told_peak(self) -> str | None:
        """The early peak of a rise, else the highest."""
        early = turn(self.here.documents, Trait.EARLY_PEAK)
        if self.here.documents.label.value in {"progressive", "rise_plateau"}:
            return early
        return iso(highest(self.here.documents).month)

    def gap(self, code: str) -> ProgrammeGap:
        return next(gap for gap in self.region.programmes if gap.code == code)


def turn(dynamics: Dynamics, trait: Trait) -> str | None:
    """The month of a trait."""
    found = [modifier for modifier in dynamics.modifiers if modifier.trait == trait]
    return month(found[0].month) if found else None


def direction(dynamics: Dynamics) -> str:
    """Which way a series turned lately."""
    change = next(m.change for m in dynamics.modifiers if m.trait == Trait.RECENT_TURN)
    return "à la hausse" if change is not None and change > 0 else "à la baisse"


def trend(dynamics: Dynamics) -> str:
    """What moves slightly under a series, a rise before a fall."""
    traits = {modifier.trait for modifier in dynamics.modifiers}
    rise = Trait.SLIGHT_RISE in traits
    return "légère hausse de fond" if rise else "légère baisse de fond"


def month(value: dt.date | None) -> str | None:
    return None if value is None else iso(value)


def highest(dynamics: Dynamics) -> Peak:
    """The peak with the largest excess, the first of equals."""
    return max(dynamics.peaks, key=lambda peak: peak.excess)


def yearly(evidence: TerritoryEvidence, month: dt.date) -> float | None:
    """The rate over 12 months to a received month, from 20 ESMS on."""
    measures, stamp = evidence.measures, pd.Timestamp(month)
    if not measures.received_departements.get(stamp):
        return None
    rate, parc = measures.rate_12m[stamp], measures.parc_12m[stamp]
    return float(rate) if parc >= 20 and not pd.isna(rate) else None


def share(evidence: TerritoryEvidence, code: str) -> float | None:
    """The share of a sector among those that feed, from 20 on."""
    fed = {figures.sector: figures.contributors for figures in evidence.measures.sectors}
    return fed[code] / sum(fed.values()) if sum(fed.values()) >= 20 else None
