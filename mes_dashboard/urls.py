"""Every address of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLResolver

urlpatterns: list[URLResolver] = [path("admin/", admin.site.urls)]
for prefix, module in (
    ("", "accounts.urls"),
    ("fichiers-mensuels/", "ingestion.urls"),
    ("", "dashboard.urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
