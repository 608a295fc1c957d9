"""Users, their roles and the audit trail.

National administrators (superusers) alone get there: no page grants Django's permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from dsfr.models import DsfrConfig

from accounts import audit
from accounts.models import AuditEntry, RegionGrant, User

if TYPE_CHECKING:
    # Generic in the type stubs only: at run time, none of them takes a parameter.
    UserForm = forms.ModelForm[User]
    BaseCreationForm = auth_forms.AdminUserCreationForm[User]
    BaseChangeForm = auth_forms.UserChangeForm[User]
    BaseGrantInline = admin.TabularInline[RegionGrant, User]
    BaseUserAdmin = DjangoUserAdmin[User]
    BaseAuditAdmin = admin.ModelAdmin[AuditEntry]
else:
    UserForm = forms.ModelForm
    BaseCreationForm = auth_forms.AdminUserCreationForm
    BaseChangeForm = auth_forms.UserChangeForm
    BaseGrantInline = admin.TabularInline
    BaseUserAdmin = DjangoUserAdmin
    BaseAuditAdmin = admin.ModelAdmin

admin.site.unregister(DsfrConfig)  # our header and footer do not read it
admin.site.unregister(Group)  # rights follow roles, not Django's groups
admin.site.site_header = "Administration – Mon espace santé en ESMS"
admin.site.site_title = "Administration"
admin.site.index_title = "Données et comptes"


def _sign_in(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The administration has no sign-in page of its own: one door, one lock."""
    target = request.GET.get("next", "")
    if not request.user.is_staff:
        raise PermissionDenied
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()})
    return redirect(target if safe else "admin:index")


def _password_change(*_: Any, **__: Any) -> HttpResponse:
    """The page that records the change."""
    return redirect("accounts:password_change")


admin.site.login = _sign_in  # type: ignore[method-assign]  # a function, no method
admin.site.password_change = _password_change  # type: ignore[method-assign,assignment]  # same


class LowerCaseAddress(UserForm):
    """Addresses are kept in lower case, so that one person has one account."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserCreationForm(LowerCaseAddress, BaseCreationForm):
    """A new user, named by an e-mail address."""

    class Meta:
        model = User
        fields = ("email",)


class UserChangeForm(LowerCaseAddress, BaseChangeForm):
    """A known user."""

    class Meta:
        model = User
        fields = "__all__"
        labels = {"is_superuser": "Administrateur national"}
        help_texts = {
            "is_superuser": "Toutes les régions, tous les droits, et cette administration."
        }


class GrantInline(BaseGrantInline):
    """The role of a user in each région."""

    model = RegionGrant
    extra = 1


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    """Users with their roles; every change enters the audit trail."""

    form = UserChangeForm
    add_form = UserCreationForm
    inlines = (GrantInline,)
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "grants__role", "grants__region")
    search_fields = ("email", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Personne", {"fields": ("first_name", "last_name")}),
        ("Accès", {"fields": ("is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "usable_password")}),
        ("Mot de passe", {"fields": ("password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Whoever is a national administrator gets in here, and nobody else."""
        obj.is_staff = obj.is_superuser
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Record what became of each role."""
        user: User = form.instance
        before = _roles(user)
        super().save_related(request, form, formsets, change)
        after = _roles(user)
        if before != after:
            audit.record(
                "droits modifiés",
                actor=_national(request),
                target=user.email,
                before=before,
                after=after,
            )

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        audit.record("compte créé", actor=_national(request), target=obj.email)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        audit.record("compte modifié", actor=_national(request), target=obj.email, what=message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for user in queryset:
            audit.record("compte supprimé", actor=_national(request), target=user.email)
        return super().log_deletions(request, queryset)


@admin.register(AuditEntry)
class AuditEntryAdmin(BaseAuditAdmin):
    """The audit trail, which nobody edits or deletes."""

    list_display = ("at", "actor", "action", "target", "region")
    list_filter = ("action", "region")
    list_select_related = ("actor", "region")
    search_fields = ("target", "actor__email")
    date_hierarchy = "at"

    def has_add_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any, **__: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any, **__: Any) -> bool:
        return False


def _roles(user: User) -> dict[str, str]:
    """The role of a user by code of région."""
    return dict(RegionGrant.objects.filter(user=user).values_list("region_id", "role"))


def _national(request: HttpRequest) -> User:
    """The administrator who acts; Django lets no other kind of user reach these pages."""
    return cast("User", request.user)
