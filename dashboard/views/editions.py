"""The editions of a région: those that were frozen, one of them, and freezing another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role, User
from accounts.scope import may, region_of_request, require_role
from dashboard.committees import head_of
from dashboard.drafts import drafts
from dashboard.edition_body import body, make_ready
from dashboard.editions import NothingReceivedError, freeze
from dashboard.editions_page import EditionForm, figures, frozen, frozen_chart
from dashboard.exporting.asking import site_of
from dashboard.exporting.editions import EditionDeck, ask_deck, shown_deck
from dashboard.exports.csv_file import Imprint, table_lines
from dashboard.freshness import answer
from dashboard.models import Edition
from dashboard.since import Since, compare, kept_since, since_table
from dashboard.views.downloads import attachment
from reference.listings import FILE, FORMAT, TABLE, Lines, file_asked
from reference.models import Region

TODAY = "aujourdhui"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest, slug: str) -> HttpResponse:
    """What was frozen of a région, the latest first; analysts freeze what the pages show now."""
    place = region_of_request(request, slug)
    if request.method != "POST":
        return _list(request, place, EditionForm())
    require_role(request.user, place, Role.ANALYST)
    form = EditionForm(request.POST)
    if not form.is_valid():
        return _list(request, place, form, status=400)
    try:
        edition, new = freeze(
            place,
            form.cleaned_data["title"],
            form.cleaned_data["committee_on"],
            actor=cast("User", request.user),
        )
    except NothingReceivedError:
        form.add_error(None, "Aucun mois n’est encore reçu\u202f: il n’y a rien à figer.")
        return _list(request, place, form, status=400)
    if new:
        ask_deck(edition, actor=cast("User", request.user), link=site_of(request))
        make_ready(edition)
        messages.success(request, "L’édition est figée\u202f: elle ne changera plus.")
    else:
        messages.info(request, "Cette édition était déjà figée, sur les mêmes données.")
    return redirect("dashboard:edition", slug=place.slug, pk=edition.pk)


@require_safe
def edition(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One edition, as it was frozen; `?aujourdhui=1` adds what changed since, `?format=csv`."""
    place = region_of_request(request, slug)
    editions = Edition.objects.select_related("author").defer("content")
    found = get_object_or_404(editions, pk=pk, region=place)
    deck = shown_deck(found)
    return answer(
        request, lambda version: _edition(request, place, found, deck, version), also=deck
    )


@never_cache
@require_POST
def edition_export(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask for the slides of an edition that has none yet."""
    place = region_of_request(request, slug)
    found = get_object_or_404(Edition, pk=pk, region=place)
    deck = ask_deck(found, actor=cast("User", request.user), link=site_of(request))
    return redirect("dashboard:export", deck.pk)


def _list(
    request: HttpRequest, place: Region, form: EditionForm, status: int = 200
) -> HttpResponse:
    found = Edition.objects.filter(region=place).select_related("author").defer("content")
    day = timezone.localdate()
    file = file_asked(request, f"R{place.code}_{day}", {"editions": lambda: frozen(found)})
    if file is not None:
        return file
    context = {
        "place": place,
        "form": form,
        "writes": may(request, place, Role.ANALYST),
        "editions": found,
    }
    return render(request, "dashboard/editions/list.html", context, status=status)


def _edition(
    request: HttpRequest, place: Region, found: Edition, deck: EditionDeck, version: int
) -> HttpResponse:
    name = f"R{place.code}_{found.committee_on}_v{found.data_version}"
    tables: dict[str, Callable[[], Lines]] = {
        "edition": lambda: figures(found),
        "precedent": lambda: _before(found),
    }
    today = drafts(place, version) if request.GET.get(TODAY) == "1" else None
    since: Since | None = None
    if today is not None:
        since = compare(head_of(found), found.content["summary"], today.evidence)
        name = f"{name}-{version}"
        tables["comparaison"] = partial(table_lines, since_table(since))
    file = _chart_file(request, found) or file_asked(request, name, tables)
    if file is not None:
        return file
    context: dict[str, Any] = {
        "place": place,
        "edition": found,
        "deck": deck,
        "body": body(found),
        "since": since,
        "data_version": version,
    }
    return render(request, "dashboard/editions/edition.html", context)


def _before(found: Edition) -> Lines:
    """What had changed since the committee before, read only when it is asked for."""
    before = kept_since(found.content)
    if before is None:
        raise Http404
    return table_lines(since_table(before))


def _chart_file(request: HttpRequest, found: Edition) -> HttpResponse | None:
    """The file of one of the charts; None when something else is asked for."""
    name = request.GET.get(TABLE, "")
    if request.GET.get(FORMAT) != FILE or "-" not in name:
        return None
    drawn = frozen_chart(found, name)
    if drawn is None:
        return None
    imprint = Imprint(
        selection=drawn.selection,
        data_version=found.data_version,
        source=drawn.chart.source,
        cut_off=drawn.chart.cut_off,
        link=request.build_absolute_uri(request.path),
        notes=drawn.chart.remarks,
    )
    return attachment(f"edition-{found.pk}_{name}", drawn.chart.message, drawn.chart.table, imprint)
