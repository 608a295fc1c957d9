"""What the tests of editions share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape

from django.test import Client

from accounts.models import User
from dashboard.drafts import drafts
from indicators.evidence import RegionEvidence
from reference.models import Region, current_data_version

MakeUser = Callable[..., User]
LIST = "/regions/bourgogne-franche-comte/editions/"
COMMITTEE = dt.date(2026, 1, 26)
SENT = {"title": "Comité stratégique", "committee_on": "2026-01-26"}


def plain(text: str) -> str:
    return unescape(text).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return plain(response.content.decode())


def today(region: Region) -> RegionEvidence:
    found = drafts(region, current_data_version())
    assert found is not None
    return found.evidence
