"""The addresses of the pages that people read."""

from django.urls import path

from dashboard.views import downloads, freshness, method, pages, perimeter

app_name = "dashboard"

urlpatterns = [
    path("", pages.home, name="home"),
    path("methode/", method.method, name="method"),
    path("regions/<slug:slug>/", pages.region, name="region"),
    path(
        "regions/<slug:slug>/departements.csv",
        downloads.region_table,
        name="region_table",
    ),
    path("regions/<slug:slug>/perimetre/", perimeter.perimeter, name="perimeter"),
    path("regions/<slug:slug>/fraicheur/", freshness.freshness, name="freshness"),
    path("departements/<str:code>/", pages.departement, name="departement"),
    path(
        "departements/<str:code>/<slug:chart>.csv",
        downloads.departement_chart,
        name="departement_chart",
    ),
]
