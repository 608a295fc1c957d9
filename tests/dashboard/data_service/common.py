"""What the tests of the data service have in common: its addresses, and a program that calls it."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.tokens import make
from dashboard.data_service.declaration import RESOURCES
from tests.dashboard import world

DATA = "/donnees/v1/"
FIRST = world.LAST.replace(year=2025, month=1)
SCHEMA = Path(__file__).parents[3] / "docs" / "indicators.schema.json"
#: Every table in each of its forms.
EVERY = [f"{name}.{form}" for name in RESOURCES for form in ("csv", "json")]


class Caller:
    """A program that carries a key."""

    def __init__(self, user: User, *, basic: bool = False) -> None:
        self.token, key = make(user, "Programme", 30)
        self.header = f"Bearer {key}"
        if basic:
            self.header = "Basic " + base64.b64encode(f"excel:{key}".encode()).decode()

    def get(self, address: str, **headers: str) -> Any:
        return Client().get(DATA + address, headers={"authorization": self.header, **headers})

    def lines(self, address: str) -> list[dict[str, str]]:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        text = answer.content.decode()
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if cell else None
