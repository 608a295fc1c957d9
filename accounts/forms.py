"""The forms of sign-in and passwords, as the State's design system draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django import forms
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError

from accounts.models import User

if TYPE_CHECKING:
    # Generic in the type stubs only: at run time, it takes no parameter.
    BaseSetPasswordForm = auth_forms.SetPasswordForm[User]
else:
    BaseSetPasswordForm = auth_forms.SetPasswordForm

EMAIL_ERRORS = {
    "required": "Saisissez votre adresse électronique.",
    "invalid": "Saisissez une adresse électronique, par exemple prenom.nom@ars.sante.fr.",
}


class DsfrFields(forms.Form):
    """A form whose fields `partials/field.html` can draw: their input classes, no autofocus.

    Nothing takes the focus by itself, so that the skip links come first on the keyboard.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            secret = isinstance(field.widget, forms.PasswordInput)
            field.widget.attrs["class"] = "fr-input fr-password__input" if secret else "fr-input"
            field.widget.attrs.pop("autofocus", None)


class SignInForm(DsfrFields, auth_forms.AuthenticationForm):
    """E-mail address and password, with what remains before the lock on a failure."""

    username = forms.EmailField(
        label="Adresse électronique",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages=EMAIL_ERRORS,
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Saisissez votre mot de passe."},
    )

    def clean_username(self) -> str:
        """Addresses are kept in lower case; failures are counted under the same writing."""
        return str(self.cleaned_data["username"]).lower()

    def get_invalid_login_error(self) -> ValidationError:
        """Say the same of an unknown address, a wrong password and a closed account."""
        credentials = {"username": self.cleaned_data.get("username")}
        failures = AxesProxyHandler.get_failures(self.request, credentials)
        left = get_failure_limit(self.request, credentials) - failures
        message = "L’adresse électronique ou le mot de passe est incorrect."
        if left == 1:
            message += " Il vous reste un essai avant le blocage temporaire de la connexion."
        elif left > 1:
            message += f" Il vous reste {left} essais avant le blocage temporaire de la connexion."
        return ValidationError(message, code="invalid_login")


class PasswordResetForm(DsfrFields, auth_forms.PasswordResetForm):
    """The address to which a link is sent, if an account has it."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Celle avec laquelle vous vous connectez.",
        error_messages=EMAIL_ERRORS,
    )


class NewPasswordFields(DsfrFields):
    """Words of the two fields of a new password."""

    LABELS: ClassVar[dict[str, str]] = {
        "new_password1": "Nouveau mot de passe",
        "new_password2": "Confirmation du nouveau mot de passe",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.LABELS.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = "Saisissez le nouveau mot de passe."
        self.fields["new_password2"].help_text = ""


class SetPasswordForm(NewPasswordFields, BaseSetPasswordForm):
    """A new password, by someone who followed the link of the e-mail."""


class PasswordChangeForm(NewPasswordFields, auth_forms.PasswordChangeForm):
    """A new password, by someone who knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Mot de passe actuel"
        self.fields["old_password"].error_messages["required"] = (
            "Saisissez votre mot de passe actuel."
        )
