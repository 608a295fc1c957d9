"""What pages cost on the whole country's data, against the same pages on a région's.

Facilities feed as they do: a quarter of them, five types, three years.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.result import Result, seconds
from benchmarks.world import register
from indicators.facts import CellFacts, Coverage, replace_cells
from reference.models import Departement, DocumentType, Facility, lock_data_version
from reference.months import span

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2025, 12, 1)
REGION, PER_DEPARTEMENT, FEEDING, TYPES = "27", 478, 4, 5  # one facility in FEEDING feeds
PAGES = (
    "/regions/bourgogne-franche-comte/",
    "/departements/21/",
    "/departements/21/?secteur=PA",
    "/regions/bourgogne-franche-comte/fraicheur/",
    "/regions/bourgogne-franche-comte/perimetre/",
    "/regions/bourgogne-franche-comte/programmes/",
    "/regions/bourgogne-franche-comte/textes/",
    "/departements/21/esms/",
    "/methode/",
)


def run() -> Iterator[Result]:
    """Time each page cold, then read before, on the région's data and on the country's."""
    User.objects.create_superuser("admin@example.fr", "secret")
    departements = list(Departement.objects.order_by("code"))
    here = [each for each in departements if each.region_id == REGION]
    elsewhere = [each for each in departements if each.region_id != REGION and each.code.isdigit()]
    _publish(here, first_entity=0)
    regional = {address: _cost(address) for address in PAGES}
    _publish(elsewhere, first_entity=50_000)
    for address in PAGES:
        few, many = regional[address], _cost(address)
        yield Result(
            f"{address} costs as much on the whole country's data",
            1.5,
            many[0] / few[0],
            f"{many[0] * 1000:.0f} ms cold, {many[1] * 1000:.0f} ms once read, "
            f"{few[0] * 1000:.0f} and {few[1] * 1000:.0f} on a région’s data",
        )
        yield Result(
            f"{address} asks as many queries", 1.0, many[2] / few[2], f"{many[2]:.0f} cold"
        )


def _cost(address: str) -> tuple[float, float, int]:
    """Seconds and queries when nobody read anything before, seconds when the process did."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(), "django.contrib.auth.backends.ModelBackend")

    def get() -> None:
        assert client.get(address).status_code == 200, address  # or times mean nothing

    get()  # templates and modules are loaded once by a process, not by a page
    cold = min(_after_forgetting(get) for _ in range(3))
    _forget()
    with CaptureQueriesContext(connection) as queries:
        get()
    get()
    return cold, seconds(get, times=5), len(queries)


def _after_forgetting(get: Callable[[], None]) -> float:
    _forget()
    return seconds(get)


def _forget() -> None:
    """As after a publication, before a worker has prepared anything."""
    for cache in ("default", "readings"):
        caches[cache].clear()


def _publish(departements: list[Departement], *, first_entity: int) -> None:
    """Their register, then every month of every département."""
    codes = [each.code for each in departements]
    register(PER_DEPARTEMENT * len(codes), codes, first_entity=first_entity)
    types = list(DocumentType.objects.order_by("code").values_list("pk", flat=True)[:TYPES])
    draws = np.random.default_rng(0)
    nobody = pd.DataFrame(
        {name: [] for name in ("legal_entity_id", "document_type_id", "sector", "documents", "dmp")}
    )
    for departement in departements:
        places = list(
            Facility.objects.filter(departement=departement)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        grid = pd.MultiIndex.from_product(
            [places[::FEEDING], types], names=["facility_id", "document_type_id"]
        ).to_frame(index=False)
        cells = [
            CellFacts(
                month=month,
                region=departement.region_id,
                departement=departement.pk,
                feedings=grid.assign(
                    documents=draws.integers(1, 50, len(grid)),
                    dmp=pd.array([pd.NA] * len(grid), dtype="Int64"),
                ),
                entity_feedings=nobody,
                coverage=Coverage(LAST, "essai", confirmed=True),
            )
            for month in span(FIRST, LAST)
        ]
        with transaction.atomic():
            lock_data_version()
            replace_cells(cells)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
