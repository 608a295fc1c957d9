"""A programme in two départements, and who looks at it."""

from __future__ import annotations

import pytest

from indicators.models import CoveredMonth, FacilityMonth
from reference.models import LegalEntity, Programme, ProgrammeMembership, Region
from reference.months import shift, span
from tests.dashboard.programmes.common import FIRST, LAST, facility


@pytest.fixture
def world(region: Region) -> Programme:
    """Côte-d'Or: 25 EHPAD and 5 IME; 24 are members, of whom 12 feed; of the 6 others, one does.

    Jura: 3 EHPAD, members, of whom none feeds. A year is received in both.
    """
    entity = LegalEntity.objects.create(finess="210000001")
    here = [facility(rank, "21", "500" if rank < 25 else "183", entity) for rank in range(30)]
    there = [facility(rank, "39", "500", entity) for rank in range(30, 33)]
    CoveredMonth.objects.bulk_create(
        CoveredMonth(
            month=month,
            departement_id=code,
            received_on=shift(month, 1),
            source_label="a.csv",
        )
        for month in span(FIRST, LAST)
        for code in ("21", "39")
    )
    feeding = [(each, month) for each in here[:12] for month in (LAST, shift(LAST, -1))]
    feeding += [(here[29], shift(LAST, -5))]
    FacilityMonth.objects.bulk_create(
        FacilityMonth(month=month, facility=each, departement_id="21", sector="PA", documents=3)
        for each, month in feeding
    )
    programme = Programme.objects.create(code="pilote", name="Pilote d'essai")
    dates = {0: (LAST, LAST), 1: (FIRST, LAST), 2: (FIRST, None), 3: (shift(LAST, 6), None)}
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(
            programme=programme,
            facility=each,
            vintage="2022" if rank % 2 else "2023",
            holder="OG d’essai",
            target_on=dates.get(rank, (None, None))[0],
            reached_on=dates.get(rank, (None, None))[1],
        )
        for rank, each in enumerate((*here[:24], *there))
    )
    return programme
