"""Addresses of the monthly files' pages."""

from django.urls import path

from ingestion import views

app_name = "ingestion"

urlpatterns = [
    path("", views.upload, name="upload"),
    path("<int:pk>/", views.extract_detail, name="extract"),
    path("<int:pk>/publier/", views.publish, name="publish"),
]
