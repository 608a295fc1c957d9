"""Every address of the site; errors are said by templates/404.html and its like."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("dashboard.urls")),
    path("fichiers-mensuels/", include("ingestion.urls")),
    path("admin/", admin.site.urls),
]
