"""Sign-in, sign-out, passwords, and the pages that anyone may read."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm as DjangoSetPasswordForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView

from accounts import audit, forms, tasks, tokens
from accounts.models import User
from reference import french

SIGNED_IN_COOKIE = "mes_connexion"
"""Outlives the session, so that its end can be told from a first visit; sign-out removes it."""

SIGNED_IN_COOKIE_AGE = 30 * 24 * 3600
"""Seconds."""


class SignIn(auth_views.LoginView):
    """E-mail address and password; says when the last session ended by itself."""

    form_class = forms.SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and remember that a session was opened here."""
        response = super().form_valid(form)
        response.set_cookie(
            SIGNED_IN_COOKIE,
            "1",
            max_age=SIGNED_IN_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # Django puts its own "site" there, over the one that base.html shows.
        del context["site"]
        context["session_expired"] = self.request.COOKIES.get(SIGNED_IN_COOKIE) == "1"
        return context


@method_decorator(login_not_required, name="dispatch")
class SignOut(auth_views.LogoutView):
    """Ends the session; harmless when it has already ended."""

    next_page = settings.LOGIN_URL

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out and forget that a session was opened here."""
        response = super().post(request, *args, **kwargs)
        messages.success(request, "Vous êtes déconnecté.")
        response.delete_cookie(SIGNED_IN_COOKIE, samesite="Lax")
        return response


class PasswordChange(auth_views.PasswordChangeView):
    """A new password; the other sessions of the user end."""

    form_class = forms.PasswordChangeForm
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy(settings.LOGIN_REDIRECT_URL)

    def form_valid(self, form: DjangoPasswordChangeForm) -> HttpResponse:
        """Remember who changed it."""
        response = super().form_valid(form)
        audit.record("mot de passe changé", actor=form.user, target=form.user.email)
        messages.success(self.request, "Votre mot de passe est changé.")
        return response


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(FormView[forms.PasswordResetForm]):
    """Has a link sent to whoever has an account; answers everyone the same, as quickly."""

    form_class = forms.PasswordResetForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("accounts:password_reset_done")

    def form_valid(self, form: forms.PasswordResetForm) -> HttpResponse:
        """Leave the search of the account and the message to a worker."""
        tasks.queue_reset_link(
            form.cleaned_data["email"], self.request.get_host(), secure=self.request.is_secure()
        )
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetDone(auth_views.PasswordResetDoneView):
    """What to do now that the link was asked for."""

    template_name = "accounts/password_reset_done.html"


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    """The page of the link: a new password, once, which ends the keys of the data service.

    Who asks for the link may have lost the account to somebody, who may have made keys.
    """

    form_class = forms.SetPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:login")

    def form_valid(self, form: DjangoSetPasswordForm[User]) -> HttpResponse:
        """Remember that the link was used, end keys, and lift the lock of failed attempts."""
        with transaction.atomic():
            response = super().form_valid(form)
            audit.record("mot de passe réinitialisé", actor=form.user, target=form.user.email)
            revoked = tokens.revoke_all(form.user)
        AxesProxyHandler.reset_attempts(username=form.user.email)
        messages.success(self.request, _changed(revoked))
        return response


def _changed(revoked: int) -> str:
    """What is told of a new password, and of the keys that it ended."""
    said = "Votre mot de passe est changé. Connectez-vous avec le nouveau."
    if not revoked:
        return said
    keys = french.count(revoked, "clé d’accès a été révoquée", "clés d’accès ont été révoquées")
    return f"{said} Par précaution, {keys}\u202f: créez-en de nouvelles si vous en avez besoin."


@method_decorator(login_not_required, name="dispatch")
class Accessibility(TemplateView):
    """The accessibility statement, which the law wants readable by all."""

    template_name = "accounts/accessibility.html"


@method_decorator(login_not_required, name="dispatch")
class PersonalData(TemplateView):
    """What is kept about users, and the cookies."""

    template_name = "accounts/personal_data.html"
    extra_context = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "signed_in_cookie": SIGNED_IN_COOKIE,
    }


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page of those who failed too often (429), named by `AXES_LOCKOUT_CALLABLE`."""
    cool_off = get_cool_off(request)
    response = render(
        request,
        "accounts/locked_out.html",
        {
            "failure_limit": get_failure_limit(request, credentials),
            "minutes": round(cool_off.total_seconds() / 60) if cool_off else None,
        },
        status=429,
    )
    if cool_off:
        response["Retry-After"] = str(int(cool_off.total_seconds()))
    return response
