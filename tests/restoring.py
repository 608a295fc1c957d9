"""A test that commits leaves the database as the migrations left it, whichever test comes next.

Django empties the tables after such a test and restores what migrations loaded before the next
one that asks for it only: any other would find no region, in an order that pytest-xdist chooses.
"""

from __future__ import annotations

from django.db import connections
from django.test import TransactionTestCase


def restore_after_flush(contents: str) -> None:
    """Load serialized contents again each time that Django has emptied the test database."""
    # Inside Playwright's event loop Django opens another connection than the one set up.
    type(connections["default"])._test_serialized_contents = contents  # type: ignore[attr-defined]  # as Django does
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not in the stubs

    def empty_and_restore(case: TransactionTestCase) -> None:
        # Content types come back with the rest, under their numbers: no signal is to remake them.
        case.serialized_rollback = True
        empty(case)
        connections["default"].creation.deserialize_db_from_string(contents)

    TransactionTestCase._fixture_teardown = empty_and_restore  # type: ignore[attr-defined]  # the very purpose


def disconnect_everybody_else() -> None:
    """End the connections that threads and event loops left open, so that the database can go."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
