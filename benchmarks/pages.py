"""What pages cost on the whole country's data, against the same pages on a région's.

Facilities feed as they do: a quarter of them, five types, three years. A page is measured in a web
process that never served it, its reading prepared by the worker ("cold"); once the process served
it ("warm"); and cold before the worker prepared anything ("not prepared").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np
import pandas as pd
from django.core.cache import caches
from django.db import connection, models, transaction
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.result import Result, work
from benchmarks.world import register
from dashboard.edition_body import prepare_editions
from dashboard.editions import freeze
from dashboard.kept import PAGES as KEPT
from dashboard.kept import PARTS
from dashboard.reading import NEAR, SHARED, prepare
from indicators.facts import CellFacts, Coverage, replace_cells
from indicators.models import CoveredMonth, FacilityMonth, Feeding, MonthlyReach, MonthlyVolume
from mes_dashboard.preload import load_pages
from reference.models import (
    Departement,
    DocumentType,
    Facility,
    Programme,
    ProgrammeMembership,
    Region,
    lock_data_version,
    raise_data_version,
)
from reference.months import span

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2025, 12, 1)
REGION, PER_DEPARTEMENT, FEEDING, TYPES = "27", 478, 4, 5  # one facility in FEEDING feeds
HERE = "/regions/bourgogne-franche-comte/"
PAGES = (
    "/",
    HERE,
    f"{HERE}?secteur=PA",
    f"{HERE}?de=2023-03&a=2025-03",
    f"{HERE}fraicheur/",
    f"{HERE}perimetre/",
    f"{HERE}perimetre/?toutes=1",
    f"{HERE}perimetre/?proposition=sans-ahi-ni-pde-moyens",
    f"{HERE}reperes/",
    f"{HERE}programmes/",
    f"{HERE}programmes/numerique/",
    f"{HERE}textes/",
    f"{HERE}textes/synthese/",
    f"{HERE}editions/",
    f"{HERE}editions/1/",
    f"{HERE}esms/",
    f"{HERE}esms/?parmi=nouveaux&tri=esms",
    "/departements/21/",
    "/departements/21/?secteur=PA",
    "/departements/21/?de=2025-01&a=2025-12",
    "/departements/21/?de=2023-03&a=2025-03",
    "/departements/21/textes/documents/",
    "/departements/21/esms/",
    "/departements/21/programmes/numerique/",
    "/methode/",
    "/fichiers-mensuels/",
    "/fichiers-mensuels/historique/",
)
#: Queries of a page before a worker prepared anything: its own, and those of the whole région.
UNPREPARED = 25
#: What a web process keeps for itself.
OWN = (NEAR, KEPT, PARTS)
#: What pages read, in the order in which rows may be made.
READ: tuple[type[models.Model], ...] = (
    CoveredMonth,
    Feeding,
    FacilityMonth,
    MonthlyVolume,
    MonthlyReach,
)
#: The département whose months the rest of the country gets, and its facilities with their twins.
COPIED = "21"
TWINS = """
CREATE TEMPORARY TABLE twin ON COMMIT DROP AS
SELECT had.id AS facility, other.id AS copy, other.departement_id AS departement
FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS rank
    FROM reference_facility WHERE departement_id = %(copied)s
) had
JOIN (
    SELECT id, departement_id, row_number() OVER (PARTITION BY departement_id ORDER BY id) AS rank
    FROM reference_facility WHERE departement_id = ANY(%(codes)s)
) other USING (rank)
"""
#: See `_usual`.
ROWS = Template("{% for row in rows %}<p>{{ row }}, {{ row|add:1 }}</p>{% endfor %}")
#: Statements that read nothing of ours.
FRAMES = ("BEGIN", "COMMIT", "SET TRANSACTION", "SELECT pg_backend_pid")


@dataclass(frozen=True)
class Cost:
    """Seconds of processor (web process and database) and queries of one page.

    `times`: how many times the usual work each takes, cold and warm. The two halves of a run are
    minutes apart, and a machine may be half as fast in one of them.
    """

    cold: float
    warm: float
    unprepared: float
    times: tuple[float, float]
    queries: int  # cold
    most: int  # not prepared

    def __str__(self) -> str:
        return (
            f"{self.cold * 1000:.0f} ms cold, {self.warm * 1000:.0f} ms warm, "
            f"{self.unprepared * 1000:.0f} ms not prepared, "
            f"{self.queries} queries, {self.most} not prepared"
        )


@dataclass(frozen=True)
class Measured:
    """The medians of some runs: seconds, and how many times the usual work; the queries of one."""

    seconds: float
    times: float
    queries: int


def run() -> Iterator[Result]:
    """Time each page on the région's data, then on the country's."""
    load_pages()
    admin = User.objects.create_superuser("admin@example.fr", "secret")
    departements = list(Departement.objects.order_by("code"))
    _publish([each for each in departements if each.region_id == REGION])
    _enrich(admin)
    client = Client(headers={"host": "localhost"})
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")
    regional, alone = _costs(client)
    _copy([each for each in departements if each.region_id != REGION and each.code.isdigit()])
    national, prepared = _costs(client)
    for address, many in national.items():
        few = regional[address]
        ratio = max(one / other for one, other in zip(many.times, few.times, strict=True))
        yield Result(address, 1.5, ratio, f"{many}; on a région's data {few}")
    yield Result(
        "a région is prepared as fast on the whole country's data",
        1.5,
        prepared.times / alone.times,
        f"{prepared.seconds:.1f} s, {alone.seconds:.1f} s on a région's data",
    )
    yield from _worst(national)


def _worst(costs: dict[str, Cost]) -> Iterator[Result]:
    """The page that keeps each promise the least."""
    for promise, limit, name in (
        ("every page takes 150 ms cold", 0.150, "cold"),
        ("every page takes 30 ms warm", 0.030, "warm"),
        ("every page asks fewer than 12 queries", 11, "queries"),
        ("a page that nobody prepared reads its région once", UNPREPARED, "most"),
    ):
        found = {address: float(getattr(each, name)) for address, each in costs.items()}
        worst = max(found, key=found.__getitem__)
        over = sum(each > limit for each in found.values())
        yield Result(
            promise, 1.0, found[worst] / limit, f"{worst}; {over} of {len(costs)} pages over"
        )


def _costs(client: Client) -> tuple[dict[str, Cost], Measured]:
    """What each page costs, and what preparing the région costs a worker."""

    def get(address: str) -> None:
        assert client.get(address).status_code == 200, address  # or times mean nothing

    for address in PAGES:
        get(address)  # what only the first page of a process loads
    unprepared = {address: _measured(partial(get, address), 1, SHARED, *OWN) for address in PAGES}
    region = Region.objects.get(pk=REGION)
    took = _measured(lambda: prepare(region), 3, SHARED, *OWN)
    prepare_editions()
    costs = {}
    for address in PAGES:
        cold = _measured(partial(get, address), 5, *OWN)
        warm = _measured(partial(get, address), 9)
        first = unprepared[address]
        costs[address] = Cost(
            cold.seconds,
            warm.seconds,
            first.seconds,
            (cold.times, warm.times),
            cold.queries,
            first.queries,
        )
    return costs, took


def _measured(get: Callable[[], None], times: int, *forgotten: str) -> Measured:
    """What some runs take, some caches being emptied before each."""
    taken, against = [], []
    for _ in range(times):
        _forget(*forgotten)
        usual = work(_usual)
        with CaptureQueriesContext(connection) as queries:
            taken.append(work(get))
        against.append(taken[-1] / usual)
    asked = sum(not each["sql"].startswith(FRAMES) for each in queries)
    return Measured(median(taken), median(against), asked)


def _usual() -> None:
    """The kind of work that a page is, always as much of it: some ten milliseconds."""
    ROWS.render(Context({"rows": range(300)}))


def _forget(*names: str) -> None:
    for name in names:
        caches[name].clear()


def _enrich(admin: User) -> None:
    """A programme with members, and an edition to compare with."""
    programme = Programme.objects.create(code="numerique", name="ESMS Numérique")
    here = Facility.objects.filter(departement__region=REGION).order_by("pk")
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(programme=programme, facility=each) for each in here[::3]
    )
    raise_data_version("programme")
    freeze(Region.objects.get(pk=REGION), "Comité", LAST, actor=admin)


def _publish(departements: list[Departement]) -> None:
    """Their register, then every month of every département."""
    codes = [each.code for each in departements]
    register(PER_DEPARTEMENT * len(codes), codes)
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


def _copy(departements: list[Departement]) -> None:
    """The register and the months of other départements: those of `COPIED`.

    Rows are copied by the server, for publishing them takes minutes and is not what is measured.
    """
    codes = [each.code for each in departements]
    register(PER_DEPARTEMENT * len(codes), codes, first_entity=50_000)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TWINS, {"copied": COPIED, "codes": codes})
        for model in READ:
            cursor.execute(_copying(model), {"copied": COPIED, "codes": codes})
        raise_data_version("le reste du pays")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copying(model: type[models.Model]) -> str:
    """The statement that gives the rows of a département to others."""
    about = model._meta  # noqa: SLF001  # Django's documented metadata
    columns = [each.column for each in about.concrete_fields if each.column not in {"id", None}]
    others = {"departement_id": "d.code", "region_id": "d.region_id", "facility_id": "twin.copy"}
    told = ", ".join(others.get(each, f"had.{each}") for each in columns)
    named = "facility_id" in columns
    where = (
        "JOIN twin ON twin.facility = had.facility_id AND twin.departement = d.code"
        if named
        else "WHERE had.departement_id = %(copied)s"
    )
    table = about.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {told} FROM {table} had "
        f"JOIN reference_departement d ON d.code = ANY(%(codes)s) {where}"
    )
