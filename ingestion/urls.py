"""Addresses of the monthly files' pages."""

from django.urls import path

from ingestion.views import (
    acts,
    correction,
    extract,
    files,
    ground,
    history,
    mapping,
    models,
    quarantine,
    settings,
    sources,
)

app_name = "ingestion"

urlpatterns = [
    path("", files.upload, name="upload"),
    path("<int:pk>/", extract.detail, name="extract"),
    path("<int:pk>/publier/", extract.publish, name="publish"),
    path("<int:pk>/apercu/", extract.refresh_preview, name="refresh_preview"),
    path("<int:pk>/mode/", extract.mode, name="mode"),
    path("<int:pk>/zeros/", extract.confirm, name="confirm"),
    path("<int:pk>/a-corriger/", correction.download, name="correction"),
    path("reglages/", settings.edit, name="settings"),
    path("<int:pk>/colonnes/", mapping.mapping, name="mapping"),
    path("modeles/<str:name>", models.model, name="models"),
    path("sources/", sources.sources, name="sources"),
    path("sources/ajouter/", sources.source_add, name="source_add"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/colonnes/<int:pk>/", sources.mapping_edit, name="mapping_edit"),
    path("sources/colonnes/<int:pk>/oublier/", sources.mapping_forget, name="mapping_forget"),
    path("<int:pk>/essai/", ground.foretell, name="foretell"),
    path("a-rattacher/", quarantine.quarantine, name="quarantine"),
    path("a-rattacher/<slug:slug>/<str:finess>/", quarantine.arbitrate, name="arbitrate"),
    path(
        "a-rattacher/<slug:slug>/<str:finess>/retirer/",
        quarantine.forget_decision,
        name="forget_decision",
    ),
    path("historique/", history.history, name="history"),
    path("historique/<slug:slug>/<str:month>/", history.month, name="month"),
    path("historique/<slug:slug>/<str:month>/difference/", history.compare, name="difference"),
    path("historique/<slug:slug>/<str:month>/retirer/", acts.withdraw_month, name="withdraw_month"),
    path("<int:pk>/retirer/", acts.withdraw, name="withdraw"),
    path("<int:pk>/republier/", acts.republish, name="republish"),
    path("<int:pk>/relire/", acts.reread, name="reread"),
    path("<int:pk>/purger/", acts.purge, name="purge"),
]
