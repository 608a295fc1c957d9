"""The pages of accounts around an empty page, whatever the other packages show."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from accounts.context import FILE_PAGES

EMPTY_PAGE = '{% extends "base.html" %}{% block content %}<h1>Page vide</h1>{% endblock %}'


def empty_page(request: HttpRequest, **_: str) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(EMPTY_PAGE).render({}, request))


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def hide(request: HttpRequest) -> HttpResponse:
    raise Http404


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


dashboard = [
    path("", empty_page, name="home"),
    path("methode/", empty_page, name="method"),
    path("abonnements/", empty_page, name="subscriptions"),
    path("donnees/", empty_page, name="data_help"),
    path("exports/", empty_page, name="exports"),
    path("regions/<slug:slug>/", empty_page, name="region"),
]
names = [name.removeprefix("ingestion:") for _, name in FILE_PAGES if name.startswith("ingestion:")]
ingestion = [path("" if name == "upload" else f"{name}/", empty_page, name=name) for name in names]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include((dashboard, "dashboard"))),
    path("fichiers-mensuels/", include((ingestion, "ingestion"))),
    path("refuse/", refuse),
    path("hide/", hide),
    path("fail/", fail),
]
