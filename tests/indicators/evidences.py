"""Regions invented from a seed, as plain evidence: no database, every shape, every hole."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.details import (
    Concentration,
    Details,
    EntityVolume,
    GrowthOrigin,
    TypeVolume,
    Typing,
)
from indicators.dynamics import Dynamics, Label, Modifier, Peak, Trait
from indicators.evidence import RegionEvidence, TerritoryEvidence, contributor_peaks
from indicators.peaks import Part, PeakOrigin
from indicators.programme_parc import Reach
from indicators.programmes import ProgrammeGap
from indicators.selection import CHART_SECTORS, Selection, Territory
from indicators.series import Growth, Measures, SectorFigures
from reference.models import Event, Sector
from reference.months import shift

PLACES = (
    ("21", "Côte-d'Or", "en Côte-d'Or", "de la Côte-d'Or"),
    ("25", "Doubs", "dans le Doubs", "du Doubs"),
    ("39", "Jura", "dans le Jura", "du Jura"),
    ("58", "Nièvre", "dans la Nièvre", "de la Nièvre"),
    ("70", "Haute-Saône", "en Haute-Saône", "de la Haute-Saône"),
    ("71", "Saône-et-Loire", "en Saône-et-Loire", "de Saône-et-Loire"),
    ("89", "Yonne", "dans l'Yonne", "de l'Yonne"),
    ("90", "Territoire de Belfort", "dans le Territoire de Belfort", "du Territoire de Belfort"),
)
#: Type code → watched group, generic or not, label.
TYPES = {
    "57833-6": ("prescription", False, "Prescription de produits de santé"),
    "SYNTH": ("synthese", True, "Synthèse"),
    "60591-5": ("synthese", False, "Synthèse médicale"),
    "11488-4": ("consultation", False, "CR ou fiche de consultation ou de visite"),
    "11506-3": ("auxiliaire", False, "CR ou fiche de suivi de soins"),
    "34842-5": ("grille", False, "Grille d'évaluation médico-sociale"),
    "80788-3": ("ppa", False, "Projet personnalisé d'accompagnement"),
    "28653-4": ("social", True, "Document du secteur social / médico-social"),
    "74207-2": ("autres", False, "Document de liaison d'urgence"),
    "96874-3": ("autres", False, "COVID-19 : attestation de vaccination"),
    "AUTRES": ("autres", True, "Autres (non reconnu)"),
}
Array = npt.NDArray[np.float64]
GROUPS = {code: group for code, (group, _, _) in TYPES.items()}
SECTORS = [str(sector) for sector in CHART_SECTORS]
FIRST = dt.date(2024, 1, 1)


def invented_region(seed: int) -> RegionEvidence:
    """One région of one to eight départements, over one to thirty months."""
    chance = random.Random(seed)
    count = chance.choice([1, 1, 4, 8, 12, 13, 24, 24, 24, 30])
    months = pd.date_range(FIRST, periods=count, freq="MS", unit="s")
    last = shift(FIRST, count - 1)
    sector = chance.choice([None] * 9 + [Sector.PH])
    places = PLACES[: chance.randint(1, len(PLACES))]
    codes = tuple(place[0] for place in places)
    region = Territory("R27", "Bourgogne-Franche-Comté", "en Bourgogne-Franche-Comté",
                       "de Bourgogne-Franche-Comté", "27", None, codes)  # fmt: skip
    events = tuple(_events(chance, codes, last))
    departements = {
        code: _territory(
            chance,
            Selection(
                Territory(f"D{code}", name, locative, of, "27", code, (code,)), FIRST, last, sector
            ),
            months,
            events,
        )
        for code, name, locative, of in places
    }
    return RegionEvidence(
        region=_territory(chance, Selection(region, FIRST, last, sector), months, events),
        departements=departements,
        groups=GROUPS,
        programmes=tuple(_programmes(chance, last)),
    )


def _events(chance: random.Random, codes: Sequence[str], last: dt.date) -> list[Event]:
    labels = ("Cibles ESMS Numérique", "Projet 2024 de l'ADAPEI", "Atelier « DUI n° 3 »")
    return [
        Event(
            region_id="27",
            departement_id=chance.choice([None, *codes]),
            month=shift(FIRST, chance.randint(0, 20)),
            label=label,
        )
        for label in chance.sample(labels, chance.randint(0, 3))
    ]


def _programmes(chance: random.Random, last: dt.date) -> list[ProgrammeGap]:
    if chance.random() < 0.5:
        return []
    members = chance.randint(0, 300)
    ours, theirs = (
        Reach(chance.choice([None, 0, 40, 200]), chance.choice([0, 40])) for _ in range(2)
    )
    return [ProgrammeGap("esms-numerique", "ESMS Numérique", last, members, 900, ours, theirs)]


def _territory(
    chance: random.Random,
    selection: Selection,
    months: pd.DatetimeIndex,
    events: tuple[Event, ...],
) -> TerritoryEvidence:
    code = selection.territory.departement_code
    measures = _measures(chance, selection, months)
    documents = _dynamics(chance, measures.total_documents)
    contributors = _dynamics(chance, measures.rate)
    own = tuple(event for event in events if event.departement_id in {None, code})
    return TerritoryEvidence(
        measures=measures,
        documents=documents,
        contributors=contributors,
        details=_details(chance, measures),
        peaks=tuple(
            _origin(chance, peak, own) for peak in documents.peaks if chance.random() < 0.9
        ),
        contributor_peaks=contributor_peaks(measures, contributors, own),
        events=own,
    )


def _measures(chance: random.Random, selection: Selection, months: pd.DatetimeIndex) -> Measures:
    count = len(months)
    draws = np.random.default_rng(chance.randrange(2**32))
    scale = chance.choice([0, 1, 5, 100, 900])
    missing = draws.random(count) < chance.choice([0, 0, 0, 0.2, 1])
    growth = np.linspace(1, chance.choice([0.2, 1, 4]), count)
    shares = np.array([chance.choice([0, 0.2, 1, 3]) for _ in TYPES])
    table = np.floor(draws.random((count, len(TYPES))) * shares * scale * growth[:, np.newaxis])
    sizes = np.array([chance.choice([0, 3, 15, 40, 120]) for _ in SECTORS], dtype=np.float64)
    parc = np.tile(sizes, (count, 1))
    fed = np.floor(draws.random(parc.shape) * parc * chance.choice([0, 0.05, 0.4]))
    for grid in (table, parc, fed):
        grid[missing] = np.nan
    everyone, feeding = parc.sum(axis=1), fed.sum(axis=1)
    yearly = np.ceil(feeding + draws.random(count) * (everyone - feeding))
    whole = np.where(everyone > 0, everyone, np.nan)
    few = np.cumsum(~missing) < 9
    by_sector = pd.DataFrame(fed, months, SECTORS)

    def series(values: Array) -> pd.Series[float]:
        return pd.Series(values, months, dtype="float64")

    window = (max(FIRST, shift(selection.last, -11)), selection.last)
    recent, earlier = int(draws.integers(0, 9000)), int(chance.choice([0, 5, 300, 5000]))
    comparable = chance.choice([12, 12, 10, 3])
    ratio = recent / earlier if earlier and comparable >= 9 else None
    places = len(selection.territory.departement_codes)
    received = np.where(missing, 0.0, places)
    if received[-1] and chance.random() < 0.3:
        received[-1] = chance.randint(1, places)
    lacking = draws.random(count) < draws.choice([0, 0, 0.05, 0.2])
    received[:-1] = np.where(lacking, np.ceil(received / 2), received)[:-1]
    return Measures(
        selection=selection,
        months=months,
        documents=pd.DataFrame(table, months, list(TYPES)),
        unallocated=series(np.zeros(count)),
        parc=series(everyone),
        contributors=series(feeding),
        rate=series(feeding / whole),
        contributors_12m=series(np.where(few, np.nan, yearly)),
        parc_12m=series(np.where(few, np.nan, everyone)),
        rate_12m=series(np.where(few, np.nan, yearly / whole)),
        received_12m=series(np.minimum(12, np.cumsum(~missing))),
        received_departements=series(received),
        provisional=pd.Series(data=False, index=months),
        sector_contributors=by_sector,
        sector_documents=by_sector,
        sector_parc=by_sector,
        sectors=_sectors(
            chance, selection, dict(zip(SECTORS, sizes.astype(int).tolist(), strict=True))
        ),
        window=window,
        documents_12m=None,
        growth=Growth(recent, earlier, comparable, ratio),
        cut_off=None,
        sources=(),
    )


def _sectors(
    chance: random.Random, selection: Selection, parc: dict[str, int]
) -> tuple[SectorFigures, ...]:
    kept = {s for s in SECTORS if selection.sector in {None, s} and chance.random() < 0.7}
    fed = {s: chance.randint(0, parc[s]) if s in kept else 0 for s in SECTORS}
    documents = {s: chance.randint(1, 5000) if fed[s] else 0 for s in SECTORS}
    known = chance.random() < 0.9
    return tuple(
        SectorFigures(
            sector=s,
            contributors=fed[s],
            share=fed[s] / sum(fed.values()) if sum(fed.values()) else None,
            documents=documents[s],
            documents_share=documents[s] / sum(documents.values()) if any(fed.values()) else None,
            month_contributors=fed[s] // 2,
            month_parc=parc[s],
            contributors_12m=fed[s] if known else None,
            parc_12m=parc[s] if known else None,
            rate=None,
            rate_12m=fed[s] / parc[s] if known and parc[s] else None,
        )
        for s in SECTORS
    )


def _dynamics(chance: random.Random, series: pd.Series[float]) -> Dynamics:
    """Any word over any series, as long as it has nine months; peaks where one may see some."""
    known = series.dropna()
    if len(known) < 9:
        return Dynamics(Label.TOO_SHORT, months=len(known))
    label = chance.choice([label for label in Label if label != Label.TOO_SHORT])
    months = [stamp.date() for stamp in pd.DatetimeIndex(known.index)]
    tops = sorted(chance.sample(range(len(months) - 1), chance.choice([0, 1, 2, 3, 6])))
    if label == Label.PLATEAU_PEAK and not tops:
        tops = [3]
    peaks = tuple(_peak(chance, months[top], float(known.iloc[top])) for top in tops)
    values = known.to_numpy()
    chosen = [trait for trait in Trait if chance.random() < 0.3]
    modifiers = tuple(
        Modifier(
            trait,
            peaks[0].month if trait == Trait.EARLY_PEAK and peaks else chance.choice(months),
            chance.choice([-0.3, 0.4, None]),
        )
        for trait in chosen
        if trait != Trait.EARLY_PEAK or peaks
    )
    return Dynamics(
        label=label,
        months=len(known),
        peaks=peaks,
        start_level=float(np.median(values[:6])),
        end_level=float(np.median(values[-6:])),
        plateau_from=chance.choice([None, *months]),
        modifiers=modifiers,
    )


def _peak(chance: random.Random, month: dt.date, value: float) -> Peak:
    return Peak(
        month=month,
        value=value,
        ground=value * chance.choice([0.0, 0.1, 0.5]),
        first=shift(month, -chance.randint(0, 1)),
        last=shift(month, chance.randint(0, 1)),
    )


def _origin(chance: random.Random, peak: Peak, events: tuple[Event, ...]) -> PeakOrigin:
    excess = float(chance.choice([0, 12, 800, 5000]))

    def parts(names: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
        weights = [chance.random() * chance.choice([0, 1, 9]) for _ in names]
        total = sum(weights)
        found = [
            Part(code, label, excess * w / total, w / total)
            for (code, label), w in zip(names, weights, strict=True)
            if total and excess
        ]
        return tuple(sorted(found, key=lambda part: -part.excess))

    return PeakOrigin(
        peak=peak,
        excess=excess,
        entities=parts([(f"2198000{n}", f"OG fictif n° {n}") for n in range(4)]),
        types=parts([(code, label) for code, (_, _, label) in TYPES.items()]),
        sectors=parts([("PA", "Personnes âgées"), ("PH", "Personnes handicapées")]),
        events=tuple(event for event in events if chance.random() < 0.5),
    )


def _details(chance: random.Random, measures: Measures) -> Details:
    inside = np.array([month >= measures.window[0] for month in measures.months.date])
    sums = np.nansum(measures.documents.to_numpy()[inside], axis=0).astype(int).tolist()
    total = sum(sums)
    types = tuple(
        TypeVolume(code, TYPES[code][2], volume, volume / total, FIRST, generic=TYPES[code][1])
        for volume, code in sorted(zip(sums, TYPES, strict=True), reverse=True)
        if volume > 0
    )
    generic = sum(kind.documents for kind in types if TYPES[kind.code][1])
    shares = np.array([kind.share for kind in types])
    contributors = sum(figures.contributors for figures in measures.sectors)
    return Details(
        intensity=chance.choice([None, 1.0, 23.5]),
        regularity=chance.choice([None, 0.4, 0.9]),
        regular=chance.randint(0, contributors),
        contributors=contributors,
        typing=Typing(
            documents=total,
            generic=generic / total if total else None,
            diversity=float(np.exp(-(shares * np.log(shares)).sum())) if total else None,
        ),
        types=types,
        others=tuple(kind for kind in types if GROUPS[kind.code] == "autres"),
        concentration=Concentration(
            share=chance.choice([None, 0.3, 0.7, 1.0]),
            largest=(EntityVolume("219800010", "OG fictif n° 1", 5, 0.5),),
            entities=chance.choice([1, 5, 40]),
        ),
        growth=_growth(chance),
    )


def _growth(chance: random.Random) -> GrowthOrigin | None:
    if chance.random() < 0.2:
        return None
    new, active, stopped, carried = (
        chance.randint(*r) for r in ((0, 900), (-900, 2000), (-300, 0), (0, 5))
    )
    count = chance.choice([0, 1, 2, 30]) if stopped else 0
    return GrowthOrigin(
        change=new + active + stopped + carried,
        new=new,
        active=active,
        stopped=stopped,
        carried=carried,
        new_count=chance.choice([1, 30]) if new else 0,
        stopped_count=count,
        by_sector=(),
        by_departement=(),
        by_entity=(),
        by_type=(),
    )
