"""The page of what was received: months × départements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import may, region_of_request
from dashboard.freshness import answer
from dashboard.kept import once
from dashboard.received import Calendar, load_calendar
from indicators.selection import region_territory
from reference.listings import FILE, FORMAT, listing
from reference.models import Region
from reference.spreadsheets import Cell

MONTHS_PER_PAGE = 24


@require_safe
def freshness(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Which months were received for which départements, when and in which file."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _page(request, place, version))


def _page(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    calendar = once(version, lambda: load_calendar(place), "calendar", place.code)
    if request.GET.get(FORMAT) == FILE:
        return listing(f"mois-recus_R{place.code}_v{version}", _lines(calendar))
    page = Paginator(calendar.months(), MONTHS_PER_PAGE).get_page(request.GET.get("page"))
    brings = may(request, place, Role.ADMINISTRATOR)
    last = calendar.last
    grid = once(
        version,
        lambda: _grid(calendar, page, links=brings),
        "grid",
        place.code,
        page.number,
        brings,
    )
    context = {
        "territory": region_territory(place),
        "place": place,
        "page": page,
        "grid": grid,
        "last": last,
        "late": calendar.summary(last) if last else [],
        "brings_files": brings,
        "data_version": version,
    }
    return render(request, "dashboard/freshness.html", context)


def _grid(calendar: Calendar, months: Iterable[dt.date], *, links: bool) -> SafeString:
    """Some months of the calendar, drawn; with links to their history for those who bring files."""
    rows = calendar.rows(list(months), links=links)
    return render_to_string("dashboard/_received.html", {"calendar": calendar, "rows": rows})


def _lines(calendar: Calendar) -> Iterator[Sequence[Cell]]:
    """A line per month and département: its state, when and in which file it was received."""
    yield "Mois", "Département", "État", "Reçu le", "Fichier"
    for row in calendar.rows(calendar.months(), links=False):
        for place, cell in zip(calendar.departements, row.cells, strict=True):
            received = calendar.cells.get((place.code, row.month))
            yield (
                row.month,
                place.name,
                cell.state,
                cell.received_on,
                received.source if received else None,
            )
