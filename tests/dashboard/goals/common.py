"""What the tests of events and targets have in common: addresses, what a page and the trail say."""

from __future__ import annotations

import datetime as dt
from html import unescape
from typing import Any

from accounts.models import AuditEntry
from tests.html import assert_no_inline

PAGE = "/regions/bourgogne-franche-comte/reperes/"
ADD_EVENT, ADD_TARGET = f"{PAGE}evenements/ajouter/", f"{PAGE}cibles/ajouter/"
IMPORT = f"{PAGE}importer/"
DECEMBER = dt.date(2025, 12, 1)


def text(response: Any) -> str:
    assert_no_inline(response.content.decode())
    return unescape(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("pk").last()  # type: ignore[return-value]  # there is one
