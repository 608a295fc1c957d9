"""A test that commits leaves the database as the migrations left it, whichever test comes next.

Django empties the tables after such a test and restores what migrations loaded before the next
one that asks for it only: any other would find no region, in an order that pytest-xdist chooses.
It also costs seconds: tables are made anew, rows one by one. Here the database removes rows and
copies those of the migrations back from tables beside, in a fraction of a second.
"""

from __future__ import annotations

from django.core.cache import caches
from django.db import connection, connections, transaction
from django.test import TransactionTestCase

COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name = ANY(%s)
GROUP BY table_name ORDER BY table_name
"""


def restore_after_commits() -> None:
    """Keep the present rows, and put them back after each test that may have committed others."""
    statements = _keep()

    def restore(_case: TransactionTestCase) -> None:
        caches["readings"].clear()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statements)

    TransactionTestCase._fixture_teardown = restore  # type: ignore[attr-defined]  # not in the stubs


def _keep() -> str:
    """Copy every table that has rows into a schema of its own; returns what restores them all.

    A request that is not over yet is waited for. Neither keys nor triggers are minded: rows that
    are never removed are, and all tables are whole at the end.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    named = ", ".join(f'"{table}"' for table in tables)
    statements = [f"LOCK TABLE {named} IN EXCLUSIVE MODE"]
    statements += ["SET LOCAL session_replication_role = replica"]
    statements += [f'DELETE FROM "{table}"' for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept")
        cursor.execute(COLUMNS, [tables])
        for table, columns in cursor.fetchall():
            cursor.execute(f'CREATE TABLE kept."{table}" AS SELECT {columns} FROM "{table}"')
            cursor.execute(f'SELECT EXISTS (SELECT FROM kept."{table}")')
            if cursor.fetchone() == (True,):
                statements.append(
                    f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM kept."{table}"'
                )
    return ";\n".join(statements)


def disconnect_everybody_else() -> None:
    """End the connections that threads and event loops left open, so that the database can go."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
