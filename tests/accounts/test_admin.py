"""National administrators keep accounts and read the audit trail; nobody else gets in."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, RegionGrant, Role, User
from reference.models import Region
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


@pytest.fixture
def desk(client: Client, national: User) -> Client:
    client.force_login(national)
    return client


def grants_form(*rows: dict[str, object], initial: int = 0) -> dict[str, object]:
    form: dict[str, object] = {
        "grants-TOTAL_FORMS": len(rows),
        "grants-INITIAL_FORMS": initial,
    }
    for index, row in enumerate(rows):
        form |= {f"grants-{index}-{name}": value for name, value in row.items()}
    return form


def change(desk: Client, user: User, **fields: object) -> None:
    """Send the page of a user as the browser would, with some fields changed."""
    grants = [
        {"id": grant.pk, "user": user.pk, "region": grant.region_id, "role": grant.role}
        for grant in user.grants.all()
    ]
    form = {"email": user.email, "first_name": "", "last_name": "", "is_active": "on"}
    response = desk.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        form | grants_form(*grants, initial=len(grants)) | fields,
    )
    assert response.status_code == 302, response.context["errors"]


def test_a_new_user_is_named_by_an_address_in_lower_case(desk: Client) -> None:
    desk.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "Nouvelle@Exemple.FR",
            "usable_password": "true",
            "password1": "une phrase toute nouvelle",
            "password2": "une phrase toute nouvelle",
            **grants_form(),
        },
    )

    user = User.objects.get(email="nouvelle@exemple.fr")
    assert user.check_password("une phrase toute nouvelle")
    assert not user.is_staff
    assert AuditEntry.objects.filter(action="compte créé", target=user.email).exists()


def test_changed_roles_are_recorded_with_what_they_were(
    desk: Client, national: User, reader: User, region: Region, bretagne: Region
) -> None:
    grant = reader.grants.get()
    new = {"user": reader.pk, "region": bretagne.pk, "role": Role.ANALYST}
    old = {"id": grant.pk, "user": reader.pk, "region": region.pk, "role": Role.REFERENT}

    change(desk, reader, **grants_form(old, new, initial=1))

    entry = AuditEntry.objects.get(action="droits modifiés")
    assert (entry.actor, entry.target) == (national, reader.email)
    assert entry.details == {
        "before": {"27": "lecteur"},
        "after": {"27": "referent", "53": "analyste"},
    }
    assert RegionGrant.objects.filter(user=reader).count() == 2


def test_a_change_that_touches_no_role_records_none(desk: Client, reader: User) -> None:
    change(desk, reader, first_name="Lise")

    assert not AuditEntry.objects.filter(action="droits modifiés").exists()
    assert AuditEntry.objects.filter(action="compte modifié", target=reader.email).exists()


def test_a_national_administrator_gets_in_and_a_former_one_no_more(
    desk: Client, reader: User
) -> None:
    change(desk, reader, is_superuser="on")
    promoted = User.objects.get(pk=reader.pk).is_staff
    change(desk, reader)

    assert promoted
    assert not User.objects.get(pk=reader.pk).is_staff


def test_a_deleted_account_leaves_its_line_in_the_audit_trail(desk: Client, reader: User) -> None:
    desk.post(reverse("admin:accounts_user_delete", args=[reader.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=reader.pk).exists()
    assert AuditEntry.objects.filter(action="compte supprimé", target=reader.email).exists()


def test_the_audit_trail_is_read_and_never_written(desk: Client) -> None:
    entry = AuditEntry.objects.create(action="essai", target="quelque chose")

    shown = desk.get(reverse("admin:accounts_auditentry_changelist")).content.decode()
    added = desk.post(reverse("admin:accounts_auditentry_add"), {"action": "faux"})
    changed = desk.post(
        reverse("admin:accounts_auditentry_change", args=[entry.pk]), {"action": "faux"}
    )
    deleted = desk.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk]))

    assert "quelque chose" in shown
    assert [added.status_code, changed.status_code, deleted.status_code] == [403, 403, 403]
    assert str(entry).endswith("essai quelque chose")


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/"])
def test_a_regional_administrator_does_not_get_in(client: Client, owner: User, path: str) -> None:
    client.force_login(owner)

    response = client.get(path, follow=True)

    assert response.status_code == 403
    assert "Votre profil ne permet pas cette action" in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/admin/accounts/user/", "/admin/accounts/user/"),
        ("https://pirate.exemple.fr/", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_the_administration_has_no_sign_in_of_its_own(
    desk: Client, asked: str, reached: str
) -> None:
    response = desk.get("/admin/login/", {"next": asked})

    assert response["Location"] == reached


def test_a_stranger_reaches_the_administration_through_the_common_door(
    client: Client, national: User
) -> None:
    door = client.get("/admin/", follow=True).redirect_chain[-1][0]

    response = client.post(door, {"username": national.email, "password": PASSWORD}, follow=True)

    assert door.startswith("/connexion/")
    assert response.redirect_chain[-1][0] == "/admin/"


def test_the_administration_has_no_password_page_of_its_own(desk: Client) -> None:
    assert desk.get("/admin/password_change/")["Location"] == "/mot-de-passe/"


def test_the_database_keeps_one_writing_of_each_address(national: User) -> None:
    with pytest.raises(IntegrityError, match="email_in_lower_case"), transaction.atomic():
        User.objects.create(email="National@exemple.fr")

    with pytest.raises(IntegrityError, match="email_in_lower_case"):
        User.objects.filter(pk=national.pk).update(email="National@exemple.fr")


def test_the_first_account_is_kept_in_lower_case_however_it_is_typed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", interactive=False, email="Prenom.NOM@Exemple.FR", verbosity=0)

    user = User.objects.get()
    assert user.email == "prenom.nom@exemple.fr"
    assert user.is_superuser
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", interactive=False, email="prenom.NOM@exemple.fr")
