"""A plausible Bourgogne-Franche-Comté, written straight into the summaries that pages read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

import pandas as pd
from django.db.models import Model

from indicators.bulk import copy_rows
from indicators.models import CoveredMonth, FacilityMonth, MonthlyReach, MonthlyVolume
from reference.models import (
    DocumentType,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
)
from reference.months import shift, span

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 1)
DEPARTEMENTS = ("21", "25", "39", "58", "70", "71", "89", "90")
#: Open ESMS of each sector in each département: AHI stays a small base.
PARC = {"PA": 60, "PH": 40, "DOM": 25, "PDE": 22, "PDS": 8, "AHI": 12, "INCONNU": 0}
TYPES = ("57833-6", "SYNTH", "11488-4", "11506-3", "34842-5", "80788-3", "28653-4", "AUTRES")
FEEDING = ("PA", "PH")
#: Above any key that the database gives by itself.
KEYS = 10_000_000
#: Of each month's documents, how many in 100 are of each type.
MIX = (34, 28, 15, 8, 5, 4, 4, 2)

#: A table and its rows.
Rows = tuple[type[Model], pd.DataFrame]


def lay(
    *,
    first: dt.date = FIRST,
    last: dt.date = LAST,
    missing: Collection[tuple[str, dt.date]] = (),
    unallocated: int = 0,
    departements: Collection[str] = DEPARTEMENTS,
) -> None:
    """Fill the summaries: growing volumes, PA first, the last month provisional.

    `missing`: the cells (département, month) that were not received. `unallocated`: documents of
    the last month that no département can claim.
    """
    known = dict(DocumentType.objects.filter(code__in=TYPES).values_list("code", "pk"))
    types = tuple(known[code] for code in TYPES)
    months = {
        code: tuple(month for month in span(first, last) if (code, month) not in missing)
        for code in departements
    }
    category = FacilityCategory.objects.values_list("pk", flat=True)[0]
    for model, rows in (
        *_register(tuple(departements), category),
        *_summaries(tuple(months.items()), last, types),
    ):
        copy_rows(model, rows, rows.columns.tolist())
    if unallocated:
        MonthlyVolume.objects.create(
            month=last, region_id="27", departement=None, sector="PA",
            document_type_id=known["SYNTH"], carried=True, documents=unallocated,
        )  # fmt: skip


def contributors(rank: int, month: dt.date, sector: str) -> int:
    """How many ESMS of a sector feed in a month: growing, PA four fifths of them."""
    age = (month.year - 2024) * 12 + month.month - 1
    level = 2 + age * (0.9 - 0.07 * rank) + math.sin(age)
    share = {"PA": 0.8, "PH": 0.2}.get(sector, 0)
    return max(0, min(PARC[sector], round(level * share)))


def documents(rank: int, month: dt.date, sector: str) -> int:
    """How many documents the ESMS of a sector feed in a month."""
    return contributors(rank, month, sector) * (180 + 20 * rank)


@lru_cache(maxsize=32)
def _register(departements: tuple[str, ...], category: str) -> tuple[Rows, ...]:
    """Enough facilities to feed, and one organisation for every ten of a sector. Made once."""
    facilities, owners, periods = [], [], []
    for code in departements:
        for sector in FEEDING:
            keys = _keys(code, sector)
            facilities += [
                (key, f"{code}{key - KEYS:07d}", f"ESMS {key}", code, "", "", FIRST) for key in keys
            ]
            owners += [
                (key, f"{code}9{key - KEYS:06d}", f"Association {code} {sector} {number}", "", "")
                for number, key in enumerate(keys[::10])
            ]
            periods += [(key, category, keys[rank // 10 * 10]) for rank, key in enumerate(keys)]
    return (
        _table(
            Facility,
            ("id", "finess", "name", "departement_id", "commune", "sector_override", "seen_on"),
            facilities,
        ),
        _table(LegalEntity, ("id", "finess", "name", "siren", "group"), owners),
        _table(FacilityPeriod, ("facility_id", "category_id", "legal_entity_id"), periods),
    )


@lru_cache(maxsize=32)
def _summaries(
    received: tuple[tuple[str, tuple[dt.date, ...]], ...], last: dt.date, types: tuple[int, ...]
) -> tuple[Rows, ...]:
    """What was received of each département, and what its facilities fed. Made once."""
    covered, reached, fed, volumes = [], [], [], []
    for code, months in received:
        rank = DEPARTEMENTS.index(code)
        for month in months:
            day, file = shift(month, 1) + dt.timedelta(days=14), f"ALIM_DMP_ESMS_{month:%Y%m}.xlsx"
            covered.append((month, code, day, file, month != last))
            reached += [
                (month, code, sector, PARC[sector], *_reach(rank, month, sector, months))
                for sector in PARC
                if PARC[sector]
            ]
            for sector in FEEDING:
                feeding = _keys(code, sector)[: contributors(rank, month, sector)]
                fed += [(month, key, code, sector, 10) for key in feeding]
                total = documents(rank, month, sector)
                volumes += [
                    (month, "27", code, sector, kind, False, total * part // 100)
                    for kind, part in zip(types, MIX, strict=True)
                ]
    return (
        _table(
            CoveredMonth,
            ("month", "departement_id", "received_on", "source_label", "confirmed"),
            covered,
        ),
        _table(
            MonthlyReach,
            ("month", "departement_id", "sector", "parc", "contributors", "contributors_12m",
             "received_12m"),
            reached,
        ),
        _table(
            FacilityMonth, ("month", "facility_id", "departement_id", "sector", "documents"), fed
        ),
        _table(
            MonthlyVolume,
            ("month", "region_id", "departement_id", "sector", "document_type_id", "carried",
             "documents"),
            volumes,
        ),
    )  # fmt: skip


def _table(model: type[Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Rows:
    return model, pd.DataFrame(rows, columns=list(columns))


def _keys(code: str, sector: str) -> list[int]:
    """The keys of the facilities of a département and a sector."""
    start = KEYS + (DEPARTEMENTS.index(code) + 1) * 1000 + (0 if sector == "PA" else 500)
    return list(range(start, start + PARC[sector]))


def _reach(
    rank: int, month: dt.date, sector: str, received: Collection[dt.date]
) -> tuple[int, int, int]:
    """Contributors of the month and of 12 months, and how many of these were received."""
    window = [other for other in received if shift(month, -11) <= other <= month]
    most = max(contributors(rank, other, sector) for other in window)
    return contributors(rank, month, sector), most, len(window)
