"""« FINESS à rattacher » : the lines that wait for a register, or for a person's decision."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.scope import regions_with_role
from ingestion import waiting
from ingestion.arbitration import decide, forget, sites_of
from ingestion.forms.arbitration import ArbitrationForm
from ingestion.models import EntityDecision
from ingestion.tasks import rebuild, safely
from ingestion.views.access import administered_region, administrator
from reference.models import LegalEntity, Region
from reference.months import first_day
from reference.spreadsheets import csv_bytes

NUMBERS_PER_PAGE = 50


@never_cache
@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """The FINESS to be attached of one region, and what was decided of its legal entities."""
    user = administrator(request)
    regions = list(regions_with_role(user, Role.ADMINISTRATOR))
    region = (
        administered_region(user, request.GET["region"]) if "region" in request.GET else regions[0]
    )
    national = user.is_superuser
    if request.GET.get("format") == "csv":
        lines = waiting.lines_to_attach(region, national=national)
        name = f"finess-a-rattacher_R{region.code}_{timezone.localdate()}.csv"
        return HttpResponse(
            csv_bytes(lines),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    unknown = Paginator(waiting.unknown_numbers(region, national=national), NUMBERS_PER_PAGE)
    page = unknown.get_page(request.GET.get("page"))
    undecided = waiting.undecided_entities(region, national=national)
    decisions = EntityDecision.objects.filter(region=region).select_related(
        "legal_entity", "facility", "author"
    )
    context: dict[str, Any] = {
        "region": region,
        "regions": regions,
        "page": page,
        "unknown": waiting.describe(page.object_list),
        "undecided": waiting.describe(undecided),
        "decisions": decisions,
    }
    return render(request, "ingestion/quarantine/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arbitrate(request: HttpRequest, slug: str, finess: str) -> HttpResponse:
    """One legal entity: its lines, its facilities, and what becomes of the first."""
    user = administrator(request)
    region = administered_region(user, slug)
    entity = get_object_or_404(LegalEntity, finess=finess)
    decision = EntityDecision.objects.filter(region=region, legal_entity=entity).first()
    lines = waiting.describe(waiting.lines_of(entity, region, national=user.is_superuser))
    if not lines and decision is None:
        raise Http404("Aucune ligne de cet organisme n’attend.")
    month = (lines[0].last if lines else None) or first_day(timezone.localdate())
    sites = sites_of(entity, region, month)
    form = ArbitrationForm(
        request.POST if request.method == "POST" else None,
        sites=sites,
        initial={"choice": decision.choice, "facility": decision.facility_id} if decision else {},
    )
    if form.is_bound and form.is_valid():
        new = decide(
            region, entity, form.cleaned_data["choice"], form.cleaned_data["facility"], user
        )
        _follow(changed=new)
        told = "Arbitrage enregistré\u202f: les mois publiés qui ont ces lignes sont recalculés."
        messages.success(request, told if new else "Cet arbitrage était déjà le vôtre.")
        return _back(region)
    context = {
        "region": region,
        "entity": entity,
        "decision": decision,
        "waiting": lines[0] if lines else None,
        "month": month,
        "sites": sites,
        "form": form,
    }
    status = 400 if form.is_bound else 200
    return render(request, "ingestion/quarantine/entity.html", context, status=status)


@never_cache
@require_POST
def forget_decision(request: HttpRequest, slug: str, finess: str) -> HttpResponse:
    """Let the lines of a legal entity wait again."""
    user = administrator(request)
    region = administered_region(user, slug)
    entity = get_object_or_404(LegalEntity, finess=finess)
    if forget(region, entity, user):
        _follow(changed=True)
        messages.success(request, "Arbitrage retiré\u202f: ces lignes attendent de nouveau.")
    return _back(region)


def _follow(*, changed: bool) -> None:
    """Have the published figures follow a decision at once; the sweep does it otherwise."""
    if changed:
        transaction.on_commit(partial(safely, rebuild))


def _back(region: Region) -> HttpResponse:
    return redirect(f"{reverse('ingestion:quarantine')}?region={region.slug}")
