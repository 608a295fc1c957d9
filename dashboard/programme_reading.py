"""What is read of a programme, alike for its page, its slides and its workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Q
from django.urls import reverse

from dashboard.programmes import ProgrammeReport, programme_report
from dashboard.received import Cells
from indicators.programme_comparison import compare, with_region
from indicators.programme_parc import Coverage
from indicators.selection import Selection, Territory
from reference.models import Event, Programme, Region


def read_programme(
    programme: Programme,
    selection: Selection,
    around: Territory,
    names: Mapping[str, str],
    cells: Cells,
) -> ProgrammeReport | None:
    """Compare the members of a programme with the others; None when no month was received then.

    A département is set beside its région, `around`. `names`: of the départements, by code.
    `cells`: what was received of the région.
    """
    covered = Coverage(frozenset((month, code) for code, month in cells))
    here = selection.territory.departement_codes
    own = Coverage(frozenset(cell for cell in covered.received if cell[1] in here))
    comparison = compare(selection, programme, own)
    if comparison is None:
        return None
    place = Q(departement=None)
    if selection.territory.departement_code is not None:
        place |= Q(departement=selection.territory.departement_code)
        comparison = with_region(
            comparison, programme, replace(selection, territory=around), covered
        )
        names = {**names, around.code: around.name}
    events = Event.objects.filter(place, region=around.region_code)
    return programme_report(comparison, selection, names, cells, list(events))


def cut_off(selection: Selection, cells: Cells) -> dt.date | None:
    """When the newest file of the period was received; `cells`: of its territory or of more."""
    days = [
        cell.received_on
        for (code, month), cell in cells.items()
        if selection.first <= month <= selection.last
        and code in selection.territory.departement_codes
    ]
    return max(days, default=None)


def programme_page(region: Region, territory: str, programme: str) -> str:
    """The address of a programme, by its code, in a territory: "R27" or "D21"."""
    if territory.startswith("D"):
        return reverse("dashboard:departement_programme", args=[territory[1:], programme])
    return reverse("dashboard:programme", args=[region.slug, programme])
