"""The pages of sources: how each counts, and what was said of the columns of its files."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import Role, User
from accounts.scope import regions_with_role
from ingestion import listings, mappings
from ingestion.forms.choices import offered_sources
from ingestion.forms.columns import OF_TYPE, ROLES, ColumnsForm, labels_of, roles_of
from ingestion.forms.source import NAME_TAKEN, SourceForm
from ingestion.models import HeaderMapping, Source
from ingestion.reading.layout import Columns
from ingestion.views.access import administrator
from reference.documents import document_type_choices
from reference.listings import file_asked
from reference.models import raise_data_version


@never_cache
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """The sources offered to the user's régions, and how many mappings each has there."""
    user = administrator(request)
    mine = _mapped_by(user)
    listed = _seen(user).annotate(remembered=Count("mappings", filter=mine, distinct=True))
    file = file_asked(
        request, f"{timezone.localdate()}", {"sources": lambda: listings.sources(listed)}
    )
    return file or render(request, "ingestion/sources/list.html", {"sources": listed})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def source_add(request: HttpRequest) -> HttpResponse:
    """Add a source for one of the user's régions; for all of them, a national administrator."""
    user = administrator(request)
    form = SourceForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid() and (added := _save(form, user, "source ajoutée")):
        messages.success(request, f"La source «\u202f{added.name}\u202f» est ajoutée.")
        return redirect("ingestion:sources")
    status = 400 if form.errors else 200
    return render(request, "ingestion/sources/add.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: its settings, which its administrators may change, and its mappings."""
    user = administrator(request)
    found = get_object_or_404(_seen(user), pk=pk)
    form = _form(request, found, user)
    if form is None and request.method == "POST":
        raise PermissionDenied
    if form is not None and form.is_bound and form.is_valid():
        changed = _save(form, user, "source modifiée")
        if changed:
            messages.success(request, f"La source «\u202f{changed.name}\u202f» est modifiée.")
            return redirect("ingestion:source", pk)
    listed = found.mappings.filter(_of_mapping(user)).select_related("region", "author")
    labels = ROLES | labels_of(document_type_choices())
    context = {
        # The form has already changed its own instance.
        "source": get_object_or_404(_seen(user), pk=pk) if form and form.errors else found,
        "form": form,
        "mappings": [(each, _described(each, labels)) for each in listed],
    }
    status = 400 if form and form.errors else 200
    return render(request, "ingestion/sources/source.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what was said of the columns of one header set."""
    user = administrator(request)
    mapping = _mapping(user, pk)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        headers=[(key, text) for key, text in mapping.headers],
        proposed=roles_of(Columns.from_json(mapping.columns)),
        types=document_type_choices(),
    )
    if form.is_bound and form.is_valid():
        mappings.change(mapping, form.columns, author=user)
        messages.success(request, "Les prochains fichiers seront lus avec ces colonnes.")
        return redirect("ingestion:source", mapping.source_id)
    context = {"mapping": mapping, "form": form}
    status = 400 if form.errors else 200
    return render(request, "ingestion/sources/mapping.html", context, status=status)


@never_cache
@require_POST
def mapping_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what was said of a header set."""
    user = administrator(request)
    mapping = _mapping(user, pk)
    source_id = mapping.source_id
    mappings.forget(mapping, author=user)
    messages.success(request, "Ces colonnes sont oubliées\u202f: elles seront à indiquer.")
    return redirect("ingestion:source", source_id)


def _seen(user: User) -> QuerySet[Source]:
    return offered_sources(regions_with_role(user, Role.ADMINISTRATOR))


def _mapped_by(user: User) -> Q:
    """The mappings of a source that a user administers, seen from the source."""
    if user.is_superuser:
        return Q()
    return Q(mappings__region__in=regions_with_role(user, Role.ADMINISTRATOR))


def _of_mapping(user: User) -> Q:
    """The same, seen from the mapping."""
    if user.is_superuser:
        return Q()
    return Q(region__in=regions_with_role(user, Role.ADMINISTRATOR))


def _mapping(user: User, pk: int) -> HeaderMapping:
    found = HeaderMapping.objects.filter(_of_mapping(user)).select_related("source", "region")
    return get_object_or_404(found, pk=pk)


def _form(request: HttpRequest, found: Source, user: User) -> SourceForm | None:
    """The form of a source, for those who may change it: a national one is not a région's."""
    if found.region_id is None and not user.is_superuser:
        return None
    return SourceForm(request.POST if request.method == "POST" else None, instance=found, user=user)


def _save(form: SourceForm, user: User, action: str) -> Source | None:
    """Save a source; when figures depend on what changed, they are to be computed again.

    None, said in the form, when somebody has just taken its name.
    """
    try:
        with transaction.atomic():
            saved = form.save()
            audit.record(
                action,
                actor=user,
                target=saved.name,
                region=saved.region,
                recomputed=form.recomputes,
                counting=saved.get_counting_display(),
                repeats=saved.get_repeats_display(),
            )
            if form.recomputes:
                raise_data_version(f"réglages de la source {saved.name}", ground=True)
    except IntegrityError:
        form.add_error("name", NAME_TAKEN)
        return None
    return saved


def _described(mapping: HeaderMapping, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a mapping says, for people: (header, what it holds), the ignored ones left out."""
    roles = roles_of(Columns.from_json(mapping.columns))
    shown = [(text, roles[key]) for key, text in mapping.headers if key in roles]
    # A type may have left the nomenclature since.
    return [(text, labels.get(role, ROLES[OF_TYPE])) for text, role in shown]
