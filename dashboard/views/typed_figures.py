"""The figures that analysts type in, with their source and date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit import record
from accounts.models import Role, User
from accounts.scope import region_or_404, require_role
from dashboard.models import TypedFigure
from reference.listings import Lines, file_asked
from reference.models import Region, raise_data_version


class TypedFigureForm(forms.ModelForm[TypedFigure]):
    """One figure; its value is shown as it is typed."""

    on = forms.DateField(
        label="Date du chiffre",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Saisissez une date, par exemple 31/12/2025."},
    )

    class Meta:
        model = TypedFigure
        fields = ["label", "value", "source", "on"]
        help_texts = {
            "label": "Ce que le chiffre compte, par exemple « ESMS financés par le programme »",
            "value": "Tel qu’il sera affiché, avec son unité\u202f: « 1 794 », « 73 % »",
            "source": "D’où il vient, par exemple « bilan du programme, ARS »",
        }

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]  # whatever a ModelForm takes
        for field in self.fields.values():
            field.widget.attrs["class"] = "fr-input"

    def clean_on(self) -> object:
        """A figure is of the past."""
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir.")
        return on


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typed_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of a région; a POST adds one."""
    place = _writable(request, slug)
    if request.method != "POST":
        return _page(request, place, TypedFigureForm())
    form = TypedFigureForm(request.POST, instance=TypedFigure(region=place))
    return _saved(request, place, form, "chiffre saisi")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typed_figure(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One figure, to change."""
    place = _writable(request, slug)
    figure = get_object_or_404(TypedFigure, region=place, pk=pk)
    if request.method != "POST":
        return _page(request, place, TypedFigureForm(instance=figure))
    form = TypedFigureForm(request.POST, instance=figure)
    return _saved(request, place, form, "chiffre modifié")


@require_POST
def remove_typed_figure(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a figure away; the audit trail keeps it."""
    place = _writable(request, slug)
    with transaction.atomic():
        figure = get_object_or_404(TypedFigure.objects.select_for_update(), region=place, pk=pk)
        _recorded(request, figure, "chiffre retiré")
        figure.delete()
    messages.success(request, f"«\u202f{figure.label}\u202f» est retiré.")
    return redirect("dashboard:typed_figures", slug=place.slug)


def _writable(request: HttpRequest, slug: str) -> Region:
    place = region_or_404(request.user, slug)
    require_role(request.user, place, Role.ANALYST)
    return place


def _saved(request: HttpRequest, place: Region, form: TypedFigureForm, action: str) -> HttpResponse:
    """Keep a figure and say so, or show what is wrong with it."""
    if not form.is_valid():
        return _page(request, place, form, status=400)
    with transaction.atomic():
        figure = form.save(commit=False)
        figure.author = cast("User", request.user)
        figure.save()
        _recorded(request, figure, action)
    messages.success(request, f"«\u202f{figure.label}\u202f» est enregistré.")
    return redirect("dashboard:typed_figures", slug=place.slug)


def _recorded(request: HttpRequest, figure: TypedFigure, action: str) -> None:
    """The trail of a change, and a new version for the pages that show it."""
    record(
        action,
        actor=cast("User", request.user),
        target=figure.label,
        region=figure.region,
        value=figure.value,
        source=figure.source,
        date=figure.on.isoformat(),
    )
    raise_data_version(action)


def _page(
    request: HttpRequest, place: Region, form: TypedFigureForm, *, status: int = 200
) -> HttpResponse:
    found = TypedFigure.objects.filter(region=place)
    file = file_asked(
        request, f"R{place.code}_{timezone.localdate()}", {"chiffres-saisis": lambda: _lines(found)}
    )
    if file is not None:
        return file
    context = {
        "place": place,
        "form": form,
        "changed": form.instance if form.instance.pk else None,
        "typed_figures": found,
    }
    return render(request, "dashboard/region/typed_figures.html", context, status=status)


def _lines(figures: Iterable[TypedFigure]) -> Lines:
    """The figures as a file, each as it was typed."""
    yield "Intitulé", "Valeur", "Source", "Date"
    for each in figures:
        yield each.label, each.value, each.source, each.on
