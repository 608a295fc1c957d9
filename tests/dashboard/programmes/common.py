"""What the tests of the pages of programmes share."""

from __future__ import annotations

import csv
import datetime as dt
import io
from html import unescape
from typing import Any

from reference.models import Facility, FacilityPeriod, LegalEntity
from tests.html import assert_no_inline

REGION = "/regions/bourgogne-franche-comte/"
PAGE = f"{REGION}programmes/"
ONE, ADD = f"{PAGE}pilote/", f"{PAGE}nouveau/"
HERE, THERE = (f"/departements/{code}/programmes/pilote/" for code in ("21", "39"))
LAST = dt.date(2025, 12, 1)
FIRST = dt.date(2025, 1, 1)
NEW = {"name": "ESMS Numérique", "code": "esms-numerique"}


def text(response: Any) -> str:
    assert_no_inline(response.content.decode())
    return unescape(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    content = response.content.decode("utf-8-sig").replace("\u00a0", " ")
    return list(csv.reader(io.StringIO(content), delimiter=";"))


def facility(rank: int, departement: str, category: str, entity: LegalEntity) -> Facility:
    made = Facility.objects.create(
        finess=f"{departement}99{rank:05}",
        name=f"ESMS {rank}",
        departement_id=departement,
        seen_on=LAST,
    )
    FacilityPeriod.objects.create(facility=made, category_id=category, legal_entity=entity)
    return made
