"""The audit trail is added to and read, by the application and by the database alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts import audit
from accounts.models import AppendOnlyError, AuditEntry, User
from reference.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(owner: User, region: Region) -> AuditEntry:
    audit.record("fichier reçu", actor=owner, target="a.csv", region=region, extract=3)
    return AuditEntry.objects.get()


def sql(statement: str) -> None:
    """Run a statement as somebody who reached the database would; it is over when this returns."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "write",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.update(action="rien"),
        lambda entry: AuditEntry.objects.all().delete(),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["action"]),
    ],
)
def test_the_application_changes_and_removes_no_entry(
    entry: AuditEntry, write: Callable[[AuditEntry], object]
) -> None:
    with pytest.raises(AppendOnlyError):
        write(entry)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_auditentry",
        "UPDATE accounts_auditentry SET action = 'rien'",
        "UPDATE accounts_auditentry SET at = now() - interval '1 day'",
        "UPDATE accounts_auditentry SET details = '{}'",
        "UPDATE accounts_auditentry SET actor_id = NULL, target = ''",
        "UPDATE accounts_auditentry SET actor_id = actor_id + 1",
        "UPDATE accounts_auditentry SET region_id = '53'",
        # Forgetting somebody who is still there would hide who did it.
        "UPDATE accounts_auditentry SET actor_id = NULL",
        "UPDATE accounts_auditentry SET region_id = NULL",
    ],
)
def test_the_database_refuses_it_too(entry: AuditEntry, statement: str) -> None:
    with pytest.raises(IntegrityError, match="the audit trail"):
        sql(statement)

    kept = AuditEntry.objects.get()
    assert (kept.action, kept.actor_id, kept.region_id, kept.details) == (
        "fichier reçu",
        entry.actor_id,
        "27",
        {"extract": 3},
    )


def test_a_deleted_user_leaves_their_entries_without_a_name(entry: AuditEntry, owner: User) -> None:
    owner.delete()
    sql("SELECT 1")

    kept = AuditEntry.objects.get()
    assert (kept.actor, kept.target) == (None, "a.csv")


def test_a_deleted_region_leaves_its_entries_without_a_region(owner: User) -> None:
    gone = Region.objects.create(code="99", name="Nulle part", slug="nulle-part", linking_type=0)
    audit.record("essai", actor=owner, region=gone)
    gone.delete()
    sql("SELECT 1")

    assert AuditEntry.objects.get().region is None


def test_an_entry_goes_with_the_act_that_it_tells(owner: User) -> None:
    with transaction.atomic():
        audit.record("essai", actor=owner)
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_undone_and_done_again(owner: User) -> None:
    audit.record("essai", actor=owner)
    call_command("migrate", "accounts", "0002", verbosity=0)
    sql("UPDATE accounts_auditentry SET action = 'autre'")
    call_command("migrate", verbosity=0)  # what rests on it was undone with it

    with pytest.raises(IntegrityError):
        sql("DELETE FROM accounts_auditentry")
