"""The pages that ask before an act on a file or a month, and do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ingestion.forms.history import PurgeForm
from ingestion.history import acts
from ingestion.history import purge as forgetting
from ingestion.history.acts import RefusedActError
from ingestion.history.cells import after_withdrawal, earlier_versions, month_of, spoken_in
from ingestion.listings import becoming
from ingestion.models import Extract, Layer, Mode, State
from ingestion.tasks import send
from ingestion.views.access import administered, administrator
from ingestion.views.history import administered_month, extract_of, month_context
from reference.listings import file_asked
from reference.months import iso

asked_and_done = require_http_methods(["GET", "HEAD", "POST"])

DELAYED = (
    " Le traitement est momentanément indisponible\u202f: il aura lieu dès son retour, sans que "
    "vous ayez à recommencer."
)


@never_cache
@asked_and_done
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a file: what each cell will become, then the act."""
    extract = extract_of(request, pk)
    if request.method == "POST":
        layer = extract.layers.filter(in_force=True).order_by("-month").first()
        done = _attempt(request, lambda: acts.withdraw(extract, actor=administrator(request)))
        if done and layer is not None and extract.region is not None:
            messages.success(request, "Fichier retiré\u202f: voici d’où vient maintenant le mois.")
            return redirect("ingestion:month", extract.region.slug, iso(layer.month))
        if done:
            messages.success(request, "Fichier retiré.")
        return redirect("ingestion:extract", pk)
    published = extract.state == State.PUBLISHED
    cells = after_withdrawal(extract) if published else []
    file = file_asked(request, f"fichier-{pk}", {"retrait": lambda: becoming(cells)})
    if file is not None:
        return file
    context = {
        "extract": extract,
        "published": published,
        "possible": published or extract.state in acts.UNPUBLISHED,
        "cells": cells,
        "earlier": earlier_versions(extract) if published else [],
    }
    return render(request, "ingestion/history/withdraw.html", context)


@never_cache
@asked_and_done
def withdraw_month(request: HttpRequest, slug: str, month: str) -> HttpResponse:
    """Withdraw all that is published of a région's month, once asked."""
    region, when = administered_month(request, slug, month)
    if request.method == "POST":
        user = administrator(request)
        if _attempt(request, lambda: acts.withdraw_month(region, when, actor=user)):
            messages.success(request, "Mois retiré\u202f: il n’est plus reçu dans aucune page.")
        return redirect("ingestion:month", slug, month)
    history = month_of(region, when)
    elsewhere = Layer.objects.filter(
        extract__in=[version.extract for version in history.current], in_force=True
    ).exclude(region=region, month=when)
    context = month_context(region, when) | {
        "history": history,
        "staying": set(elsewhere.values_list("extract", flat=True)),
    }
    return render(request, "ingestion/history/withdraw_month.html", context)


@never_cache
@asked_and_done
def republish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a file again, after all others, once asked."""
    extract = extract_of(request, pk)
    if request.method == "POST":
        user = administrator(request)
        if _attempt(request, lambda: acts.republish(extract, actor=user)):
            told = "Publication demandée." + ("" if send(extract) else DELAYED)
            messages.success(request, told)
        return redirect("ingestion:extract", pk)
    context = {
        "extract": extract,
        "possible": acts.can_be_republished(extract),
        "months": spoken_in(extract),
        "replaces": extract.mode == Mode.REPLACE,
    }
    return render(request, "ingestion/history/republish.html", context)


@never_cache
@asked_and_done
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the bytes of a file again as a new one, once asked."""
    extract = extract_of(request, pk)
    if request.method == "POST":
        made: list[Extract] = []
        user = administrator(request)
        if _attempt(request, lambda: made.append(acts.reread(extract, actor=user))):
            told = "Nouvelle lecture demandée." + ("" if send(made[0]) else DELAYED)
            messages.success(request, told)
            return redirect("ingestion:extract", made[0].pk)
        return redirect("ingestion:extract", pk)
    return render(request, "ingestion/history/reread.html", {"extract": extract})


@never_cache
@asked_and_done
def purge(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete what a file holds, once a reason is given."""
    extract = extract_of(request, pk)
    form = PurgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason, user = form.cleaned_data["reason"], administrator(request)
        if _attempt(request, lambda: forgetting.purge(extract, actor=user, reason=reason)):
            messages.success(request, "Fichier purgé\u202f: seule sa ligne d’historique demeure.")
        return redirect("ingestion:extract", pk)
    context: dict[str, Any] = {
        "extract": extract,
        "form": form,
        "in_force": forgetting.in_force(extract),
        "purged": extract.state == State.PURGED,
        "same": _told_of(request, forgetting.same_bytes(extract)),
    }
    status = 400 if form.errors else 200
    return render(request, "ingestion/history/purge.html", context, status=status)


def _told_of(request: HttpRequest, extracts: list[Extract]) -> list[Extract]:
    """Those of some files that the user may know of: another région may have the same one."""
    seen = administered(administrator(request)).filter(pk__in=[each.pk for each in extracts])
    return list(seen.order_by("pk"))


def _attempt(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do an act; when things no longer allow it, say why and return False."""
    try:
        act()
    except RefusedActError as refusal:
        messages.error(request, str(refusal))
        return False
    return True
