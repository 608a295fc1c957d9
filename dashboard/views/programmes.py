"""The pages of programmes: those of a région, one of them at length, and a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.scope import region_of_request, require_role, roles_of
from dashboard.charts.contributors import is_small
from dashboard.forms import ask
from dashboard.freshness import answer
from dashboard.kept import once
from dashboard.programme_form import ProgrammeForm, create
from dashboard.programmes import reach_cell, reach_words
from dashboard.received import read_cells, received_span
from indicators.programmes import programme_gap
from indicators.selection import region_territory
from reference.french import NOT_AVAILABLE
from reference.listings import Lines, file_asked
from reference.models import Programme, Region


@require_safe
def programmes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every programme, with what it brings to the région."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _list(request, place, version))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def programme_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Create a programme, whose members are then brought as a file."""
    place = region_of_request(request, slug)
    require_role(request.user, place, Role.ADMINISTRATOR)
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = create(form, place, actor=cast("User", request.user))
        if made:
            messages.success(
                request,
                f"Le programme «\u202f{made.name}\u202f» est créé. Apportez maintenant la liste "
                "de ses membres.",
            )
            return redirect("ingestion:upload")
    context = {"place": place, "form": form}
    status = 400 if form.errors else 200
    return render(request, "dashboard/programmes/add.html", context, status=status)


def _list(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    territory = region_territory(place)
    received = received_span(read_cells(territory.departement_codes))
    gaps = {}
    if received is not None:
        selection = ask({}, territory, received).selection
        found = once(version, lambda: programme_gap(selection), "programmes", selection)
        gaps = {gap.code: gap for gap in found}
    rows = [
        {
            "programme": each,
            "gap": gaps.get(each.code),
            "members": reach_words(gaps[each.code].of_members) if each.code in gaps else "",
            "others": reach_words(gaps[each.code].of_others) if each.code in gaps else "",
        }
        for each in Programme.objects.order_by("name")
    ]
    file = file_asked(request, f"R{place.code}_v{version}", {"programmes": lambda: _lines(rows)})
    if file is not None:
        return file
    context = {
        "place": place,
        "territory": territory,
        "rows": rows,
        "data_version": version,
        "administers": roles_of(request).get(place) == Role.ADMINISTRATOR,
    }
    return render(request, "dashboard/programmes/list.html", context)


def _lines(rows: Iterable[Mapping[str, Any]]) -> Lines:
    """The list of programmes as a file; rates in percent, counts on a small base."""
    yield (
        "Programme", "Code", "Membres dans le périmètre", "Part du périmètre (%)",
        "Membres ayant alimenté sur 12 mois (%)", "Autres ayant alimenté (%)",
        "Membres sans dépôt",
    )  # fmt: skip
    for row in rows:
        known, gap = row["programme"], row["gap"]
        if gap is None:
            yield known.name, known.code, 0, *[None] * 4
            continue
        said = is_small(gap.parc) or gap.coverage is None
        yield (
            known.name,
            known.code,
            gap.members,
            f"{gap.members} sur {gap.parc}" if said else round(gap.coverage * 100, 2),
            reach_cell(gap.of_members),
            reach_cell(gap.of_others),
            NOT_AVAILABLE if gap.silent_members is None else gap.silent_members,
        )
