"""One fictitious person of each role, with passwords drawn at the first load.

They are written to one file that only its owner can read, and are found nowhere else.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TypedDict

from django.db import transaction

from accounts.models import RegionGrant, Role, User
from ingestion.demo.story import REGION

#: A domain that nobody can own (RFC 2606).
DOMAIN = "demo.example"
PASSWORD_BYTES = 12
NATIONAL = "national"
#: Written where a password was, once its owner chose another.
CHANGED = "(mot de passe changé)"
#: Who signs in as what, with the first name that screens show.
PEOPLE = {
    "lecteur": (Role.READER, "Lecteur"),
    "referent": (Role.REFERENT, "Référent"),
    "analyste": (Role.ANALYST, "Analyste"),
    "administrateur": (Role.ADMINISTRATOR, "Administrateur"),
    NATIONAL: (None, "Administrateur national"),
}


class Account(TypedDict):
    """How to sign in as one of them."""

    email: str
    password: str
    role: str


def administrator() -> User:
    """The person in whose name the monthly files are brought."""
    return User.objects.get(email=f"administrateur@{DOMAIN}")


def ensure_accounts(path: Path) -> None:
    """Create who is missing; draw every password again when the file of passwords is lost.

    A password that does not open its account any more leaves the file.
    """
    written = read_accounts(path)
    known = {account["email"] for account in written}
    expected = {f"{name}@{DOMAIN}" for name in PEOPLE}
    held = set(User.objects.filter(email__in=expected).values_list("email", flat=True))
    if expected == known == held:
        true = [_without_old_password(account) for account in written]
        if true != written:
            _write(path, true)
        return
    with transaction.atomic():
        accounts = [_account(name) for name in PEOPLE]
        _write(path, accounts)


def read_accounts(path: Path) -> list[Account]:
    """The accounts of a file of passwords; none when it is missing or unreadable."""
    try:
        accounts: list[Account] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return accounts


def _without_old_password(account: Account) -> Account:
    user = User.objects.get(email=account["email"])
    if user.check_password(account["password"]):
        return account
    return Account(email=account["email"], password=CHANGED, role=account["role"])


def _account(name: str) -> Account:
    role, first_name = PEOPLE[name]
    email, password = f"{name}@{DOMAIN}", secrets.token_urlsafe(PASSWORD_BYTES)
    user = User.objects.filter(email=email).first() or User(email=email)
    user.first_name, user.last_name = first_name, "fictif"
    user.is_staff = user.is_superuser = role is None
    user.set_password(password)
    user.save()
    if role is not None:
        RegionGrant.objects.update_or_create(
            user=user, region_id=REGION, defaults={"role": role.value}
        )
    return Account(email=email, password=password, role=NATIONAL if role is None else role.value)


def _write(path: Path, accounts: list[Account]) -> None:
    """Replace the file at once, never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    draft.replace(path)
