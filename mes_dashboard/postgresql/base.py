"""Django's own PostgreSQL backend, whose server is started by the first connection."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from mes_dashboard.services import local_servers


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the local server; a new connection finds it again after it was killed."""

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "host": str(local_servers().postgresql())}
