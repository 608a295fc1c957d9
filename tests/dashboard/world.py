"""A plausible Bourgogne-Franche-Comté, written straight into the summaries that pages read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection

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
    types = dict(DocumentType.objects.filter(code__in=TYPES).values_list("code", "pk"))
    months = {
        code: [month for month in span(first, last) if (code, month) not in missing]
        for code in departements
    }
    cells = [(code, month) for code, received in months.items() for month in received]
    rank = {code: DEPARTEMENTS.index(code) for code in departements}
    fed = _facilities(rank)
    CoveredMonth.objects.bulk_create(
        CoveredMonth(
            month=month,
            departement_id=code,
            received_on=shift(month, 1) + dt.timedelta(days=14),
            source_label=f"ALIM_DMP_ESMS_{month:%Y%m}.xlsx",
            confirmed=month != last,
        )
        for code, month in cells
    )
    MonthlyReach.objects.bulk_create(
        _reach(code, rank[code], month, sector, months[code])
        for code, month in cells
        for sector in PARC
        if PARC[sector]
    )
    FacilityMonth.objects.bulk_create(
        FacilityMonth(
            month=month, facility_id=key, departement_id=code, sector=sector, documents=10
        )
        for code, month in cells
        for sector in FEEDING
        for key in fed[code, sector][: contributors(rank[code], month, sector)]
    )
    MonthlyVolume.objects.bulk_create(
        MonthlyVolume(
            month=month,
            region_id="27",
            departement_id=code,
            sector=sector,
            document_type_id=types[kind],
            documents=documents(rank[code], month, sector) * part // 100,
        )
        for code, month in cells
        for sector in FEEDING
        for kind, part in zip(TYPES, MIX, strict=True)
    )
    if unallocated:
        MonthlyVolume.objects.create(
            month=last, region_id="27", departement=None, sector="PA",
            document_type_id=types["SYNTH"], carried=True, documents=unallocated,
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


def _facilities(ranks: dict[str, int]) -> dict[tuple[str, str], list[int]]:
    """Enough facilities to feed, by département and sector."""
    fed = {
        (code, sector): [
            KEYS + (rank + 1) * 1000 + offset + number for number in range(PARC[sector])
        ]
        for code, rank in ranks.items()
        for sector, offset in (("PA", 0), ("PH", 500))
    }
    Facility.objects.bulk_create(
        Facility(
            pk=key, finess=f"{code}{key - KEYS:07d}", name=f"ESMS {key}", departement_id=code,
            seen_on=FIRST,
        )
        for (code, _), keys in fed.items()
        for key in keys
    )  # fmt: skip
    _owned(fed)
    return fed


def _owned(fed: dict[tuple[str, str], list[int]]) -> None:
    """One organisation for every ten facilities of a sector."""
    category = FacilityCategory.objects.first()
    for (code, sector), keys in fed.items():
        for start in range(0, len(keys), 10):
            owner = LegalEntity.objects.create(
                finess=f"{code}9{keys[start] - KEYS:06d}",
                name=f"Association {code} {sector} {start // 10}",
            )
            FacilityPeriod.objects.bulk_create(
                FacilityPeriod(facility_id=key, category=category, legal_entity=owner)
                for key in keys[start : start + 10]
            )


def _reach(
    code: str, rank: int, month: dt.date, sector: str, received: list[dt.date]
) -> MonthlyReach:
    window = [other for other in received if shift(month, -11) <= other <= month]
    return MonthlyReach(
        month=month,
        departement_id=code,
        sector=sector,
        parc=PARC[sector],
        contributors=contributors(rank, month, sector),
        contributors_12m=max(contributors(rank, other, sector) for other in window),
        received_12m=len(window),
    )
