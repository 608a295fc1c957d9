"""PostgreSQL and Valkey on this machine, for an instance that was given no other.

Started at the first connection, shared by every process of the instance, stopped when the last
of them ends, however it ends. See `local.py` for how, `docs/decisions.md` for why.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from mes_dashboard.services.local import LocalServers, ServiceError

__all__ = ["LocalServers", "ServiceError", "broker_url", "local_servers"]


@cache
def local_servers() -> LocalServers:
    """The local servers of this instance; nothing is started by asking for them."""
    return LocalServers(Path(settings.MES_DATA_DIR), throwaway=settings.MES_THROWAWAY_SERVICES)


def broker_url() -> str:
    """Where the broker listens; the local Valkey runs when this returns its address."""
    if settings.REDIS_URL:
        return str(settings.REDIS_URL)
    return f"redis+socket://{local_servers().valkey()}"
