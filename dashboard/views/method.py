"""The method page: every indicator from its declaration, the perimeter, the sources, the limits."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.scope import visible_regions
from dashboard.charts.chart import SMALL_BASE
from dashboard.freshness import answer
from indicators.catalogue import INDICATORS, Family, Indicator
from indicators.dynamics import Label
from indicators.models import CoveredMonth
from indicators.selection import CHART_SECTORS
from indicators.series import LEAST_RECEIVED
from reference.french import typographic
from reference.listings import Lines, file_asked
from reference.models import FacilityCategory, RegisterImport, Sector

#: What each word on a series means, in the order in which the page says them.
SHAPES = (
    (Label.PROGRESSIVE, "monte de façon soutenue, même si un pic s’y ajoute"),
    (Label.RISE_PLATEAU, "monte, puis se stabilise durablement"),
    (Label.PLATEAU, "reste à son niveau"),
    (Label.PLATEAU_PEAK, "reste à son niveau, en dehors d’un ou de deux pics courts"),
    (Label.IRREGULAR, "évolue par à-coups, sans trajectoire"),
    (Label.DECLINING, "baisse de façon soutenue"),
    (Label.TOO_SHORT, f"compte moins de {LEAST_RECEIVED} mois reçus"),
)


@dataclass(frozen=True)
class Chapter:
    """One chapter of the page: a family and its indicators."""

    title: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class SectorPerimeter:
    """How many FINESS categories a sector has, and how many of them rates count."""

    label: str
    inside: int
    outside: int


@require_safe
def method(request: HttpRequest) -> HttpResponseBase:
    """What every figure counts, over what, from which sources, and what it cannot say."""
    return answer(request, lambda version: _method(request, version))


def _method(request: HttpRequest, version: int) -> HttpResponse:
    regions = visible_regions(request.user)
    received = CoveredMonth.objects.filter(departement__region__in=regions).aggregate(
        month=Max("month"), on=Max("received_on")
    )
    file = file_asked(
        request, f"v{version}", {"indicateurs": _indicators, "perimetre-national": _perimeter}
    )
    if file is not None:
        return file
    return render(
        request,
        "dashboard/method.html",
        {
            "data_version": version,
            "chapters": chapters(),
            "shapes": [(shape.in_french, meaning) for shape, meaning in SHAPES],
            "perimeter": perimeter(),
            "regions": regions,
            "registers": RegisterImport.objects.order_by("-imported_at", "-pk")[:3],
            "received": received,
            "least": LEAST_RECEIVED,
            "small": SMALL_BASE,
        },
    )


def _indicators() -> Lines:
    """The indicators as a file, a line each."""
    yield (
        "Code", "Famille", "Indicateur", "Numérateur ou ce qui est compté", "Dénominateur",
        "Unité", "Lecture", "Pourquoi", "Limite",
    )  # fmt: skip
    for one in INDICATORS:
        yield (
            one.code, one.family.value, one.title, one.numerator, one.denominator,
            one.unit.strip(), one.direction.value, one.why, one.caveat,
        )  # fmt: skip


def _perimeter() -> Lines:
    """The national perimeter by sector as a file."""
    yield "Secteur", "Dans le périmètre", "Hors du périmètre"
    for sector in perimeter():
        yield sector.label, sector.inside, sector.outside


def chapters() -> tuple[Chapter, ...]:
    """The indicators by family, each exactly once."""
    return tuple(
        Chapter(family.value, tuple(one for one in INDICATORS if one.family is family))
        for family in Family
    )


def perimeter() -> tuple[SectorPerimeter, ...]:
    """The national perimeter by sector; a région may depart from it. One query."""
    inside = Q(in_perimeter=True)
    counts = {
        row["sector"]: row
        for row in FacilityCategory.objects.values("sector")
        .order_by("sector")
        .annotate(inside=Count("pk", filter=inside), outside=Count("pk", filter=~inside))
    }
    nothing = {"inside": 0, "outside": 0}
    return tuple(
        SectorPerimeter(
            typographic(sector.label),
            counts.get(sector, nothing)["inside"],
            counts.get(sector, nothing)["outside"],
        )
        for sector in (*CHART_SECTORS, Sector.OTHER)
    )
