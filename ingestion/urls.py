"""Addresses of the monthly files' pages."""

from django.urls import path

from ingestion.views import extract, files

app_name = "ingestion"

urlpatterns = [
    path("", files.upload, name="upload"),
    path("<int:pk>/", extract.detail, name="extract"),
    path("<int:pk>/publier/", extract.publish, name="publish"),
]
