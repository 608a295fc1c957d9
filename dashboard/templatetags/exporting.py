"""The block of a page that asks for its slides or its workbook."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from accounts.scope import roles_of
from dashboard.exporting.asking import may_ask
from dashboard.models import ExportKind
from indicators.selection import Territory
from reference.models import Region

register = template.Library()


@register.inclusion_tag("dashboard/exports/_block.html", takes_context=True)
def export_block(context: dict[str, Any], place: Region, territory: Territory) -> dict[str, Any]:
    """Buttons for the slides and the workbook of a territory over what its page shows.

    `place`: its région. Rendered for each request: it holds the token of its form.
    """
    request: HttpRequest = context["request"]
    kept = context.get("kept")
    address = (
        reverse("dashboard:region_export", args=[place.slug])
        if territory.is_region
        else reverse("dashboard:departement_export", args=[territory.departement_code])
    )
    return {
        "address": address,
        "query": kept.permalink.lstrip("?") if kept and request.GET else "",
        "kinds": ExportKind,
        "names": may_ask(roles_of(request).get(place), working=True),
        "csrf_token": context["csrf_token"],
    }
