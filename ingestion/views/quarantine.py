"""« FINESS à rattacher » : the lines that wait for a register, or for a person's decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.scope import roles_of
from ingestion import waiting
from ingestion.arbitration import Site, decide, forget, sites_of
from ingestion.forms.arbitration import ArbitrationForm
from ingestion.models import EntityDecision
from ingestion.tasks import rebuild, safely
from ingestion.views.access import administered_region, administrator
from reference.listings import Lines, file_asked, stream_asked
from reference.models import LegalEntity, Region
from reference.months import first_day, in_french, iso


@never_cache
@require_safe
def quarantine(request: HttpRequest) -> HttpResponseBase:
    """The FINESS to be attached of one region, and what was decided of its legal entities."""
    user = administrator(request)
    regions = [each for each, role in roles_of(request).items() if role == Role.ADMINISTRATOR]
    asked = request.GET.get("region")
    region = regions[0] if asked is None else administered_region(request, asked)
    national = user.is_superuser
    file = stream_asked(
        request,
        f"R{region.code}_{timezone.localdate()}",
        {
            "finess-a-rattacher": lambda: waiting.lines_to_attach(region, national=national),
            "decisions": lambda: _decided(region),
        },
    )
    if file is not None:
        return file
    pile = waiting.Pile(region, national=national)
    page = pile.page_of_unknown(request.GET.get("page"))
    context: dict[str, Any] = {
        "region": region,
        "regions": regions,
        "page": page,
        "unknown": pile.describe(page.object_list),
        "undecided": pile.describe(pile.undecided(), named=True),
        "decisions": _decisions(region),
    }
    return render(request, "ingestion/quarantine/list.html", context)


def _decisions(region: Region) -> QuerySet[EntityDecision]:
    found = EntityDecision.objects.filter(region=region)
    return found.select_related("legal_entity", "facility", "author")


def _decided(region: Region) -> Lines:
    """The decisions of a région as a file."""
    yield "FINESS EJ", "Organisme", "Décision", "FINESS ET", "Par", "Le"
    for each in _decisions(region):
        yield (
            each.legal_entity.finess,
            each.legal_entity.name,
            each.get_choice_display(),
            each.facility.finess if each.facility else None,
            str(each.author or ""),
            timezone.localtime(each.decided_at).date(),
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arbitrate(request: HttpRequest, slug: str, finess: str) -> HttpResponse:
    """One legal entity: its lines, its facilities, and what becomes of the first."""
    user = administrator(request)
    region = administered_region(request, slug)
    entity = get_object_or_404(LegalEntity, finess=finess)
    decided = EntityDecision.objects.filter(region=region, legal_entity=entity)
    decision = decided.select_related("author").first()
    pile = waiting.Pile(region, national=user.is_superuser)
    lines = pile.describe(pile.of(entity), placed=False)
    if not lines and decision is None:
        raise Http404("Aucune ligne de cet organisme n’attend.")
    month = (lines[0].last if lines else None) or first_day(timezone.localdate())
    sites = sites_of(entity, region, month)
    file = file_asked(
        request, f"{finess}_{iso(month)}", {"etablissements": lambda: _sites(sites, month)}
    )
    if file is not None:
        return file
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


def _sites(sites: Iterable[Site], month: dt.date) -> Lines:
    """The facilities of a legal entity as a file, as they stand in a month."""
    yield (
        "FINESS ET", "Nom", "Code du département", "Département", f"Ouvert en {in_french(month)}",
        "Dans le périmètre",
    )  # fmt: skip
    for site in sites:
        place = site.facility.departement
        yield (
            site.facility.finess,
            site.facility.name,
            place.code,
            place.name,
            "oui" if site.open else "non",
            "oui" if site.in_perimeter else "non",
        )


@never_cache
@require_POST
def forget_decision(request: HttpRequest, slug: str, finess: str) -> HttpResponse:
    """Let the lines of a legal entity wait again."""
    user = administrator(request)
    region = administered_region(request, slug)
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
