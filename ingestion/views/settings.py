"""How the régions of an administrator want their files treated."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.models import Role, User
from accounts.scope import regions_with_role
from ingestion.forms.settings import RegionSettingsForm
from ingestion.models import RegionSettings
from ingestion.views.access import administrator
from reference.models import Region


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The settings of one région: `?region=27`, else the first that the user administers."""
    user = administrator(request)
    regions = list(regions_with_role(user, Role.ADMINISTRATOR))
    region = _chosen(regions, request.GET.get("region", ""))
    found = RegionSettings.objects.filter(region=region).first() or RegionSettings(region=region)
    form = RegionSettingsForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _save(form, user, region)
        messages.success(request, f"Réglages enregistrés pour la région {region.name}.")
        return redirect(f"{reverse('ingestion:settings')}?region={region.code}")
    context = {"form": form, "region": region, "regions": regions if len(regions) > 1 else []}
    return render(request, "ingestion/settings.html", context, status=400 if form.errors else 200)


def _chosen(regions: list[Region], code: str) -> Region:
    """Raises Http404: the user does not administer such a région."""
    chosen = [region for region in regions if not code or region.code == code]
    if not chosen:
        raise Http404("Aucune région à cette adresse.")
    return chosen[0]


def _save(form: RegionSettingsForm, user: User, region: Region) -> None:
    with transaction.atomic():
        form.save()
        if form.changed_data:
            audit.record(
                "réglages des fichiers changés",
                actor=user,
                target=region.name,
                region=region,
                **{name: form.cleaned_data[name] for name in form.changed_data},
            )
