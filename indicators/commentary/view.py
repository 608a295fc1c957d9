"""One territory as a writer looks at it: among the others, with what its series hold."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.commentary.sentences import Line
from indicators.commentary.words import GROUPS
from indicators.details import Details
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.peaks import Part
from indicators.selection import Territory
from indicators.series import Measures, SectorFigures
from reference.models import DocumentType
from reference.months import iso, shift

Array = npt.NDArray[np.float64]

#: Below so many ESMS, or so many documents, counts and no percentages.
SMALL_BASE = 20
SMALL_VOLUME = 20
OTHERS = "autres"
UNRECOGNISED = DocumentType.UNRECOGNISED


@dataclass(frozen=True)
class Portion:
    """A group of types (or a precise type) and its part of some documents."""

    code: str  # a watched group, or the code of a type that is in none
    label: str  # of the first type
    documents: float
    share: float
    types: tuple[str, ...]  # the codes of the types, the greatest first

    def named(self, line: Line) -> str:
        """Its label; the name of a precise type is kept as a fact."""
        if self.code in GROUPS:
            return GROUPS[self.code]
        if self.code == UNRECOGNISED:
            return "documents de type non reconnu"
        return f"documents de type {line.quote(f'type : {self.code}', self.label)}"


@dataclass(frozen=True)
class View:
    """A département (or the région) within its région; `position` is its place in their list."""

    here: TerritoryEvidence
    whole: RegionEvidence
    position: int = 0

    @property
    def measures(self) -> Measures:
        """Its measures."""
        return self.here.measures

    @property
    def details(self) -> Details:
        """What lies behind its volumes."""
        return self.here.details

    @property
    def territory(self) -> Territory:
        """Its names."""
        return self.here.measures.selection.territory

    @cached_property
    def received(self) -> tuple[dt.date, ...]:
        """The received months of the period."""
        return tuple(self._monthly("total_documents"))

    @cached_property
    def window(self) -> tuple[dt.date, dt.date]:
        """The first and the last received month of the selection's window."""
        first, last = self.measures.window
        inside = [month for month in self.received if first <= month <= last]
        return (inside[0], inside[-1]) if inside else (first, last)

    def documents(self, months: Iterable[dt.date]) -> float:
        """The documents of some months, those not received counted for nothing."""
        total = self._monthly("total_documents")
        return sum(total.get(month, 0.0) for month in months)

    def at(self, name: str, month: dt.date) -> float | None:
        """The value of a series of the measures in a month, `None` when "n. d."."""
        return self._monthly(name).get(month)

    def _monthly(self, name: str) -> dict[dt.date, float]:
        """A series of the measures as plain numbers by month, without those that are n. d."""
        if name not in self._series:
            series: pd.Series[float] = getattr(self.measures, name)
            self._series[name] = _known(self._months, np.asarray(series, dtype=np.float64))
        return self._series[name]

    @cached_property
    def _series(self) -> dict[str, dict[dt.date, float]]:
        return {}

    @cached_property
    def _months(self) -> list[dt.date]:
        return list(self.measures.months.date)

    @cached_property
    def _groups(self) -> dict[str, dict[dt.date, float]]:
        """The documents of each group of types by month."""
        table = self.measures.documents
        values = np.nan_to_num(table.to_numpy(dtype=np.float64))
        sums: dict[str, Array] = {}
        for code, column in zip(table.columns, values.T, strict=True):
            group = self.whole.groups.get(str(code), OTHERS)
            sums[group] = sums[group] + column if group in sums else column
        return {group: _known(self._months, column) for group, column in sums.items()}

    def portions(self) -> tuple[Portion, ...]:
        """The groups of types of the window, the greatest first."""
        return grouped(
            [(kind.code, kind.label, kind.documents, kind.share) for kind in self.details.types],
            self.whole.groups,
        )

    def peak_portions(self, parts: Sequence[Part]) -> tuple[Portion, ...]:
        """The same for the excess of a peak."""
        return grouped(
            [(part.code, part.label, part.excess, part.share) for part in parts],
            self.whole.groups,
        )

    def group_share(self, group: str, months: Sequence[dt.date]) -> float | None:
        """The share of a group among the documents of some months; None without any document."""
        everything = self.documents(months)
        held = self._groups.get(group, {})
        part = sum(held.get(month, 0.0) for month in months)
        return part / everything if everything > 0 else None

    def sector(self, code: str) -> SectorFigures | None:
        """A sector over the window."""
        return next((each for each in self.measures.sectors if each.sector == code), None)

    def rank(self, value: Callable[[TerritoryEvidence], float | None]) -> int | None:
        """Its rank among the départements (1: the highest); None when its own value is n. d."""
        own = value(self.here)
        if own is None:
            return None
        values = [value(other) for other in self.whole.departements.values()]
        return 1 + sum(other is not None and other > own for other in values)

    def pick(self, slot: int, variants: Sequence[str]) -> str:
        """One of several ways to say the same: neighbours in the list take different ones.

        Two that share a way in even slots do not in odd ones, unless there are only two ways.
        """
        count = len(variants)
        turn = self.position // count if slot % 2 and count > 2 else 0
        return variants[(self.position + slot + turn) % count]

    def link(
        self, first: dt.date | None = None, last: dt.date | None = None, **more: str
    ) -> dict[str, str]:
        """The query of the list of its ESMS over some months (the window by default)."""
        start, end = self.window
        return {"de": iso(first or start), "a": iso(last or end), **more}

    def window_words(self, line: Line) -> str:
        """ "sur les 12 derniers mois", or the months when there are fewer."""
        first, last = self.window
        if shift(first, 11) == last:
            months = line.say("nombre de mois de la fenêtre", 12)
            return f"sur les {months} derniers mois"
        if first == last:
            return f"en {line.month('mois de la fenêtre', first)}"
        start = line.month("mois de début de la fenêtre", first)
        end = line.month("mois de fin de la fenêtre", last)
        return f"entre {start} et {end}"


def _known(months: Sequence[dt.date], values: Array) -> dict[dt.date, float]:
    """Numbers by month, without those that are n. d."""
    pairs = zip(months, values.tolist(), strict=True)
    return {month: value for month, value in pairs if not math.isnan(value)}


def grouped(
    rows: Iterable[tuple[str, str, float, float]], groups: Mapping[str, str]
) -> tuple[Portion, ...]:
    """Types by watched group; each type of "Autres" stays by itself, under its own label."""
    found: dict[str, list[tuple[str, str, float, float]]] = {}
    for row in rows:
        group = groups.get(row[0], OTHERS)
        found.setdefault(row[0] if group == OTHERS else group, []).append(row)
    portions = [
        Portion(
            code=code,
            label=held[0][1],
            documents=sum(row[2] for row in held),
            share=sum(row[3] for row in held),
            types=tuple(row[0] for row in sorted(held, key=lambda row: -row[2])),
        )
        for code, held in found.items()
    ]
    return tuple(sorted(portions, key=lambda portion: (-portion.documents, portion.code)))
