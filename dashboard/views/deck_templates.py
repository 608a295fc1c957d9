"""The templates of a région's slides: given and removed by its administrators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.refusals import refused_or_404
from accounts.scope import region_of_request, require_role
from dashboard.deck_templates import (
    AlreadyThereError,
    add_template,
    remove_template,
    size_of,
)
from dashboard.exporting.page import weight
from dashboard.exports.deck.package import MEBIBYTE, PACKED
from dashboard.exports.deck.template import check_template, model
from dashboard.models import DeckTemplate
from dashboard.selections_page import clean
from reference.listings import Lines, file_asked
from reference.models import Region

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
CUT_SHORT = "Ce fichier est arrivé incomplet\u202f: envoyez-le de nouveau."
SAME_NAME = "Un modèle de la région porte déjà ce nom."


class TemplateForm(forms.Form):
    """A template to keep."""

    name = forms.CharField(
        label="Nom",
        max_length=80,
        help_text="Celui que les utilisateurs de la région choisissent.",
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={
            "required": "Donnez un nom au modèle.",
            "max_length": "80 caractères au plus.",
        },
    )
    file = forms.FileField(
        label="Présentation",
        help_text=f"Format .pptx, sans macro, {PACKED // MEBIBYTE}\u202fMo au plus.",
        allow_empty_file=True,  # said by the checks, in the same words as the rest
        widget=forms.FileInput(attrs={"class": "fr-upload", "accept": ".pptx"}),
        error_messages={"required": "Choisissez un fichier."},
    )

    def clean_name(self) -> str:
        """On one line."""
        return clean(self.cleaned_data["name"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deck_templates(request: HttpRequest, slug: str) -> HttpResponse:
    """The templates of a région; a POST gives one."""
    place = _administered(request, slug)
    form = TemplateForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: tuple[str, ...] = ()
    if form.is_bound and form.is_valid():
        problems = _given(request, place, form)
        if not problems and not form.errors:
            return redirect("dashboard:deck_templates", slug=place.slug)
    found = [(each, size_of(each)) for each in place.deck_templates.select_related("author")]
    file = file_asked(
        request, f"R{place.code}_{timezone.localdate()}", {"modeles": lambda: _lines(found)}
    )
    if file is not None:
        return file
    context: dict[str, Any] = {
        "place": place,
        "templates": [(each, weight(size)) for each, size in found],
        "form": form,
        "problems": problems,
    }
    status = 400 if problems or form.errors else 200
    return render(request, "dashboard/selections/templates.html", context, status=status)


def _lines(templates: Iterable[tuple[DeckTemplate, int | None]]) -> Lines:
    """The list of templates as a file."""
    yield "Nom", "Déposé le", "Par", "Taille (octets)"
    for each, size in templates:
        yield each.name, timezone.localtime(each.at).date(), str(each.author or ""), size


@require_safe
def deck_template_model(request: HttpRequest, slug: str) -> HttpResponse:
    """Our own template, to start from."""
    place = _administered(request, slug)
    disposition = {"Content-Disposition": f'attachment; filename="modele_{place.slug}.pptx"'}
    return HttpResponse(model(), content_type=PPTX, headers=disposition)


@require_safe
def deck_template_file(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A template of the région, as it was given."""
    template = _found(request, _administered(request, slug), pk)
    try:
        content = template.file.open("rb")
    except OSError:
        raise Http404("Ce fichier n’est plus là.") from None
    name = f"modele_{template.region.slug}_{template.pk}.pptx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=PPTX)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deck_template_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask, then remove a template."""
    place = _administered(request, slug)
    template = _found(request, place, pk)
    if request.method == "POST":
        remove_template(template, actor=cast("User", request.user))
        messages.success(request, f"Modèle retiré\u202f: {template.name}.")
        return redirect("dashboard:deck_templates", slug=place.slug)
    context = {"place": place, "template": template}
    return render(request, "dashboard/selections/template_remove.html", context)


def _administered(request: HttpRequest, slug: str) -> Region:
    place = region_of_request(request, slug)
    require_role(request.user, place, Role.ADMINISTRATOR)
    return place


def _found(request: HttpRequest, place: Region, pk: int) -> DeckTemplate:
    """A template of the région; that of another one does not exist, and asking is remembered."""
    template = get_object_or_404(DeckTemplate.objects.select_related("region"), pk=pk)
    if template.region != place:
        refused_or_404(request, "modèle de diapositives", template.name, template.region)
    return template


def _given(request: HttpRequest, place: Region, form: TemplateForm) -> tuple[str, ...]:
    """Keep what was given, or say what is wrong with it."""
    file = form.cleaned_data["file"]
    content = file.read(PACKED + 1)
    if len(content) < min(file.size, PACKED + 1):
        return (CUT_SHORT,)
    problems = check_template(content)
    if problems:
        return problems
    try:
        template = add_template(
            place, form.cleaned_data["name"], content, actor=cast("User", request.user)
        )
    except AlreadyThereError:
        form.add_error("name", SAME_NAME)
        return ()
    messages.success(request, f"Modèle ajouté\u202f: {template.name}.")
    return ()
