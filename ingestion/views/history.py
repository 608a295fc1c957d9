"""The history of files, where a month comes from, and the difference between two versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import regions_with_role
from ingestion import listings
from ingestion.forms.history import PUBLISHED, DifferenceForm, HistoryForm
from ingestion.history.cells import UNALLOCATED, month_of
from ingestion.history.difference import CHANGED, GONE, NEW, Difference, difference
from ingestion.history.versions import published_in, said_by, versions
from ingestion.models import Extract
from ingestion.views.access import administered, administered_region, administrator
from reference.listings import Lines, file_asked, stream_asked
from reference.models import Departement, DocumentType, Facility, LegalEntity, Region
from reference.months import in_french, iso, parse_month, shift
from reference.numbers import grouped

FILES_PER_PAGE = 25
CARRIERS_PER_PAGE = 50
#: What a carrier can be in a difference: in words, one and several.
CHANGES = {
    NEW: ("nouveau", "nouveaux"),
    GONE: ("disparu", "disparus"),
    CHANGED: ("changé", "changés"),
}


@never_cache  # so are the others: these pages hold names
@require_safe
def history(request: HttpRequest) -> HttpResponseBase:
    """Every file of the user's régions, the latest first, filtered."""
    user = administrator(request)
    regions = list(regions_with_role(user, Role.ADMINISTRATOR))
    form = HistoryForm(request.GET or None, regions=regions)
    valid = form.is_valid()
    files = listings.in_lists(administered(user)).order_by("-received_at", "-pk")
    chosen = form.chosen(files)
    tables = {"fichiers": lambda: listings.files(chosen)}
    file = stream_asked(request, f"{timezone.localdate()}", tables)
    if file is not None:
        return file
    page = Paginator(chosen, FILES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "regions": regions,
        "asked_month": form.cleaned_data.get("month") if valid else None,
        "month_regions": _asked_regions(form, regions) if valid else [],
    }
    return render(request, "ingestion/history/list.html", context)


def _asked_regions(form: HistoryForm, regions: list[Region]) -> list[Region]:
    """The régions whose month can be opened: the one asked for, else all when they are few."""
    asked = form.cleaned_data.get("region")
    chosen = [region for region in regions if not asked or region.code == asked]
    return chosen if len(chosen) <= 3 else []


@never_cache
@require_safe
def month(request: HttpRequest, slug: str, month: str) -> HttpResponse:
    """Where each cell of a région's month comes from, and the versions no longer in force."""
    region, when = administered_month(request, slug, month)
    held = month_of(region, when)
    file = file_asked(
        request,
        f"R{region.code}_{iso(when)}",
        {
            "departements": lambda: listings.cells(held),
            "en-vigueur": lambda: listings.versions(held.current),
            "anterieurs": lambda: listings.versions(held.earlier),
        },
    )
    if file is not None:
        return file
    context = month_context(region, when) | {
        "history": held,
        "reachable": _reachable(request),
        "previous": shift(when, -1),
        "following": shift(when, 1),
    }
    return render(request, "ingestion/history/month.html", context)


@never_cache
@require_safe
def compare(request: HttpRequest, slug: str, month: str) -> HttpResponse:
    """Two versions of a région's month side by side: `?before=12&after=publie`."""
    region, when = administered_month(request, slug, month)
    asked = request.GET if {"before", "after"} & set(request.GET) else None
    form = DifferenceForm(asked, versions=versions(region, when))
    context = month_context(region, when) | {"form": form}
    if form.is_valid():
        try:
            found = difference(*(_held(form, name, region, when) for name in ("before", "after")))
        except FileNotFoundError:
            form.add_error(
                None, "Les enregistrements de ce fichier ne sont plus dans l’espace de stockage."
            )
        else:
            compared = Compared(found)
            file = file_asked(request, f"R{region.code}_{iso(when)}", _tables(compared))
            if file is not None:
                return file
            context |= _shown(compared, request.GET.get("page"))
    status = 400 if form.errors else 200
    return render(request, "ingestion/history/difference.html", context, status=status)


def administered_month(request: HttpRequest, slug: str, month: str) -> tuple[Region, dt.date]:
    """The région and month of an address, for those who administer that région.

    Raises:
        Http404: there is no such region for the user, or no such month. PermissionDenied.
    """
    region = administered_region(request, slug)
    try:
        return region, parse_month(month)
    except ValueError:
        raise Http404("Aucun mois à cette adresse.") from None


def month_context(region: Region, month: dt.date) -> dict[str, Any]:
    """What the pages of a région's month share."""
    return {"region": region, "month": month, "iso": iso(month), "month_name": in_french(month)}


def _reachable(request: HttpRequest) -> set[int | None]:
    """The régions of the files that the user can open; None for those of the whole country."""
    user = administrator(request)
    codes: set[Any] = set(
        regions_with_role(user, Role.ADMINISTRATOR).values_list("code", flat=True)
    )
    return codes | {None} if user.is_superuser else codes


def _held(form: DifferenceForm, name: str, region: Region, month: dt.date) -> Any:
    key = form.cleaned_data[name]
    if key == PUBLISHED:
        return published_in(region, month)
    return said_by(form.versions[key], region, month)


class Compared:
    """A difference in words; each part is read when it is asked for."""

    def __init__(self, found: Difference) -> None:
        self.found = found
        self._places: dict[str, str] = dict(Departement.objects.values_list("code", "name"))

    def departements(self) -> list[dict[str, Any]]:
        """Both sides by département."""
        rows = self.found.departements.to_dict("records")
        return [_sides(row, self._place(row)) for row in rows]

    def types(self) -> list[dict[str, Any]]:
        """Both sides by type of document. One query."""
        kinds = DocumentType.objects.in_bulk(list(self.found.types["document_type_id"]))
        rows = self.found.types.to_dict("records")
        return [_sides(row, kinds[row["document_type_id"]].label) for row in rows]

    def carriers(self, rows: Iterable[dict[Any, Any]]) -> list[dict[str, Any]]:
        """Some of the carriers that differ, named. Two queries."""
        kept = list(rows)
        sites = Facility.objects.in_bulk([row["facility_id"] for row in kept])
        owners = LegalEntity.objects.in_bulk([row["legal_entity_id"] for row in kept])
        return [
            _sides(row, "")
            | {
                "carrier": sites.get(row["facility_id"]) or owners[row["legal_entity_id"]],
                "is_entity": not row["facility_id"],
                "place": self._place(row),
                "change": CHANGES[row["change"]][0],
            }
            for row in kept
        ]

    def _place(self, row: dict[Any, Any]) -> str:
        return self._places.get(row["departement"], UNALLOCATED)


def _tables(compared: Compared) -> dict[str, Callable[[], Lines]]:
    every = compared.found.carriers.to_dict("records")
    return {
        "par-departement": lambda: listings.sides("Département", compared.departements()),
        "par-type": lambda: listings.sides("Type de document", compared.types()),
        "etablissements": lambda: listings.carriers(compared.carriers(every)),
    }


def _shown(compared: Compared, page: str | None) -> dict[str, Any]:
    """A difference as the page shows it. Four queries, whatever its size."""
    found = compared.found
    carriers = Paginator(found.carriers.to_dict("records"), CARRIERS_PER_PAGE).get_page(page)
    return {
        "difference": found,
        "departements": compared.departements(),
        "types": compared.types(),
        "total": _sides({"before": found.before, "after": found.after}, "")
        | {"documents": _counted(found.before, "document", "documents")},
        "page": carriers,
        "carriers": compared.carriers(carriers),
        "counts": [
            _counted(int((found.carriers["change"] == change).sum()), *words)
            for change, words in CHANGES.items()
        ],
    }


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{grouped(count)} {plural if count > 1 else singular}"


def _sides(row: dict[Any, Any], label: str) -> dict[str, Any]:
    gap = row["after"] - row["before"]
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return row | {"label": label, "gap": f"{sign}{grouped(abs(gap))}"}


def extract_of(request: HttpRequest, pk: int) -> Extract:
    """The file of an address, for those who administer its région, else Http404."""
    user = administrator(request)
    return get_object_or_404(administered(user).select_related("author", "region"), pk=pk)
