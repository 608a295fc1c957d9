"""Addresses of sign-in, passwords and the pages that anyone may read."""

from django.urls import path

from accounts import journal_views, token_views, views

app_name = "accounts"

urlpatterns = [
    path("connexion/", views.SignIn.as_view(), name="login"),
    path("deconnexion/", views.SignOut.as_view(), name="logout"),
    path("mot-de-passe/", views.PasswordChange.as_view(), name="password_change"),
    path("mot-de-passe-oublie/", views.PasswordReset.as_view(), name="password_reset"),
    path(
        "mot-de-passe-oublie/envoye/",
        views.PasswordResetDone.as_view(),
        name="password_reset_done",
    ),
    path(
        "mot-de-passe-oublie/<uidb64>/<token>/",
        views.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("compte/cles/", token_views.keys, name="keys"),
    path("compte/cles/<int:pk>/revoquer/", token_views.revoke_key, name="key_revoke"),
    path("journal/", journal_views.journal, name="journal"),
    path("journal/journal.csv", journal_views.journal_csv, name="journal_csv"),
    path("accessibilite/", views.Accessibility.as_view(), name="accessibility"),
    path("donnees-personnelles/", views.PersonalData.as_view(), name="personal_data"),
]
