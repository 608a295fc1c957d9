"""The addresses of the pages that people read."""

from django.urls import path

from dashboard.views import (
    deck_templates,
    downloads,
    editions,
    exports,
    facilities,
    freshness,
    goals,
    method,
    pages,
    perimeter,
    programmes,
    region,
    selections,
    subscriptions,
    texts,
    typed_figures,
)

app_name = "dashboard"

urlpatterns = [
    path("", pages.home, name="home"),
    path("methode/", method.method, name="method"),
    path("abonnements/", subscriptions.subscriptions, name="subscriptions"),
    path("abonnements/arreter/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<uuid:key>/", exports.export, name="export"),
    path("exports/<uuid:key>/fichier/", exports.export_file, name="export_file"),
    path("regions/<slug:slug>/", region.region, name="region"),
    path("regions/<slug:slug>/exports/", exports.region_export, name="region_export"),
    path(
        "regions/<slug:slug>/departements.csv",
        region.region_table,
        name="region_table",
    ),
    path("regions/<slug:slug>/perimetre/", perimeter.perimeter, name="perimeter"),
    path("regions/<slug:slug>/fraicheur/", freshness.freshness, name="freshness"),
    path(
        "regions/<slug:slug>/<slug:chart>.csv",
        region.region_chart,
        name="region_chart",
    ),
    path("regions/<slug:slug>/chiffres/", typed_figures.typed_figures, name="typed_figures"),
    path(
        "regions/<slug:slug>/chiffres/<int:pk>/",
        typed_figures.typed_figure,
        name="typed_figure",
    ),
    path(
        "regions/<slug:slug>/chiffres/<int:pk>/retirer/",
        typed_figures.remove_typed_figure,
        name="typed_figure_remove",
    ),
    path("regions/<slug:slug>/textes/", texts.texts, name="texts"),
    path("regions/<slug:slug>/textes/synthese/", texts.region_text, name="region_text"),
    path("regions/<slug:slug>/editions/", editions.editions, name="editions"),
    path("regions/<slug:slug>/editions/<int:pk>/", editions.edition, name="edition"),
    path(
        "regions/<slug:slug>/editions/<int:pk>/diapositives/",
        editions.edition_export,
        name="edition_export",
    ),
    path(
        "departements/<str:code>/textes/<slug:subject>/",
        texts.departement_text,
        name="departement_text",
    ),
    path("regions/<slug:slug>/reperes/", goals.goals, name="goals"),
    path("regions/<slug:slug>/reperes/importer/", goals.goals_import, name="goals_import"),
    path("regions/<slug:slug>/reperes/<slug:name>.csv", goals.goals_file, name="goals_file"),
    path("regions/<slug:slug>/reperes/<slug:kind>/ajouter/", goals.goal_add, name="goal_add"),
    path("regions/<slug:slug>/reperes/<slug:kind>/<int:pk>/", goals.goal, name="goal"),
    path(
        "regions/<slug:slug>/reperes/<slug:kind>/<int:pk>/supprimer/",
        goals.goal_delete,
        name="goal_delete",
    ),
    path("regions/<slug:slug>/esms/", facilities.region_facilities, name="region_facilities"),
    path("regions/<slug:slug>/programmes/", programmes.programmes, name="programmes"),
    path("regions/<slug:slug>/programmes/nouveau/", programmes.programme_add, name="programme_add"),
    path("regions/<slug:slug>/programmes/<slug:code>/", programmes.programme, name="programme"),
    path(
        "regions/<slug:slug>/programmes/<slug:code>/<slug:name>.csv",
        programmes.programme_file,
        name="programme_file",
    ),
    path("regions/<slug:slug>/diapositives/", selections.slides, name="slides"),
    path("regions/<slug:slug>/diapositives/ajouter/", selections.slide_add, name="slide_add"),
    path("diapositives/<uuid:key>/", selections.shared_slides, name="shared_slides"),
    path("regions/<slug:slug>/modeles/", deck_templates.deck_templates, name="deck_templates"),
    path(
        "regions/<slug:slug>/modeles/modele.pptx",
        deck_templates.deck_template_model,
        name="deck_template_model",
    ),
    path(
        "regions/<slug:slug>/modeles/<int:pk>.pptx",
        deck_templates.deck_template_file,
        name="deck_template_file",
    ),
    path(
        "regions/<slug:slug>/modeles/<int:pk>/retirer/",
        deck_templates.deck_template_remove,
        name="deck_template_remove",
    ),
    path("departements/<str:code>/", pages.departement, name="departement"),
    path("departements/<str:code>/exports/", exports.departement_export, name="departement_export"),
    path(
        "departements/<str:code>/esms/",
        facilities.departement_facilities,
        name="departement_facilities",
    ),
    path(
        "departements/<str:code>/<slug:chart>.csv",
        downloads.departement_chart,
        name="departement_chart",
    ),
]
