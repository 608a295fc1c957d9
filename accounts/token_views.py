"""The page where people make, see and revoke their keys of the data service."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens
from accounts.forms import DsfrFields
from accounts.models import AccessToken, User
from accounts.refusals import refused_or_404

TOO_MANY = f"Vous avez déjà {tokens.MOST_KEYS} clés valables\u202f: révoquez-en une d’abord."


class KeyForm(DsfrFields):
    """What a key is for, and how long it opens."""

    name = forms.CharField(
        label="Nom",
        max_length=60,
        help_text="Ce qui s’en servira, par exemple «\u202fRapport Power BI du comité\u202f»",
        error_messages={
            "required": "Donnez un nom à cette clé.",
            "max_length": "Ce nom dépasse 60 caractères.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        label="Durée de validité",
        coerce=int,
        choices=[(days, f"{days} jours") for days in tokens.DURATIONS[:-1]] + [(365, "1 an")],
        initial=tokens.DURATIONS[1],
        error_messages={
            "required": "Choisissez une durée.",
            "invalid_choice": "Cette durée n’est pas proposée.",
        },
    )

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)
        self.fields["days"].widget.attrs["class"] = "fr-select"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("key")
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of the user; a POST makes one and shows it, this once.

    It is shown in the answer to the POST, so that it is written nowhere; sending the form again
    makes no second key, for the name is taken.
    """
    user = cast("User", request.user)  # LoginRequiredMiddleware let no one else in
    if request.method != "POST":
        return _page(request, user, KeyForm())
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            _, key = tokens.make(user, form.cleaned_data["name"], form.cleaned_data["days"])
        except tokens.NameTakenError:
            form.add_error("name", "Une clé valable porte déjà ce nom.")
        except tokens.TooManyKeysError:
            form.add_error(None, TOO_MANY)
        else:
            return _page(request, user, KeyForm(), key=key)
    return _page(request, user, form, status=400)


@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """End one key of the user; somebody else's does not exist."""
    token = AccessToken.objects.select_related("user").filter(pk=pk).first()
    if token is None:
        raise Http404("Aucune clé à cette adresse.")
    if token.user != request.user:
        refused_or_404(request, "clé d’accès", token.hint)
    if tokens.revoke(token):
        messages.success(request, f"La clé «\u202f{token.name}\u202f» n’ouvre plus rien.")
    return redirect("accounts:keys")


def _page(
    request: HttpRequest, user: User, form: KeyForm, *, key: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "key": key,
        "keys": AccessToken.objects.filter(user=user),
        "now": timezone.now(),
    }
    return render(request, "accounts/keys.html", context, status=status)
