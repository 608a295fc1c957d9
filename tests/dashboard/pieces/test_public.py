"""No string of the public deck and workbook holds the few documents that one ESMS fed."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.core.cache import caches
from django.db import transaction
from django.db.models import Sum
from pytest_django import DjangoDbBlocker

from dashboard.decks.build import make_deck
from dashboard.models import Edition
from dashboard.pieces import behind
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.masking import HIDDEN, HIDDEN_TOO, UNSAID
from dashboard.pieces.order import Order
from dashboard.pieces.piece import Piece, codes_of_departement, codes_of_region
from dashboard.workbooks.build import make_workbook
from indicators.models import FacilityMonth, MonthlyReach, MonthlyVolume
from reference.models import Event, Region, Target, current_data_version
from tests.dashboard import world

#: Counts that nothing else is: what one ESMS fed in its only month, in the year before, and
#: before the committee. The threshold is raised above them, for a 7 may be anything.
NOW, BEFORE, COMMITTEE, THRESHOLD = 739, 613, 457, 1000
ALONE, GREW, CHANGED = "90", "89", "70"
JUNE_BEFORE = dt.date(2024, 6, 1)

Contents = dict[tuple[str, str], Content]


@dataclass(frozen=True)
class Made:
    """The public contents, and each text and number of their deck and workbook."""

    contents: Contents
    public: frozenset[str]
    working: frozenset[str]
    change: int  # of the département where one ESMS made the year before


def numbers(files: Iterable[bytes]) -> frozenset[str]:
    """Every whole number that the parts of packages hold, those of packages inside them too."""
    found: set[str] = set()
    for file in files:
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        found |= numbers(part for name, part in parts.items() if name.endswith(".xlsx"))
        for name, part in parts.items():
            if name.endswith(".xml"):
                text = re.sub("[\u202f\u00a0]", "", part.decode())
                text = re.sub(r't="s"><v>\d+', "", text)  # ranks of texts kept once
                found |= set(re.findall(r"\d+", text))
    return frozenset(found)


def _fed_alone(departement: str, month: dt.date, documents: int, until: dt.date) -> None:
    """Until a month, a single ESMS of a département fed, in one month only."""
    fed = FacilityMonth.objects.filter(departement=departement, month__lte=until)
    one = fed.filter(sector="PA").order_by("facility_id").values_list("facility_id", flat=True)[0]
    fed.exclude(month=month, facility_id=one).delete()
    fed.update(documents=documents)
    sums = MonthlyVolume.objects.filter(departement=departement, month__lte=until)
    kind = sums.order_by("document_type_id").values_list("document_type_id", flat=True)[0]
    sums.exclude(month=month, sector="PA", document_type_id=kind).delete()
    sums.update(documents=documents)
    reach = MonthlyReach.objects.filter(departement=departement, month__lte=until)
    reach.update(contributors=0, contributors_12m=0)
    reach.filter(month__gte=month, sector="PA").update(contributors_12m=1)
    reach.filter(month=month, sector="PA").update(contributors=1)


def _lay(region: Region) -> None:
    world.lay()
    _fed_alone(ALONE, world.LAST, NOW, world.LAST)
    _fed_alone(GREW, JUNE_BEFORE, BEFORE, dt.date(2024, 12, 1))
    for code, month in ((ALONE, world.LAST), (GREW, JUNE_BEFORE)):
        place = region.departements.get(pk=code)
        Event.objects.create(region=region, departement=place, month=month, label="Cibles")
        Target.objects.create(
            region=region, departement=place, indicator="documents", month=month, value=5000,
            last_month=month,
        )  # fmt: skip
    known = {"documents": 60_000, "growth": 1.5, "contributors": 30, "parc": 167, "rate": 0.18}
    few = {**known, "documents": COMMITTEE, "contributors": 1}
    places = {f"D{code}": few if code == CHANGED else known for code in world.DEPARTEMENTS}
    summary = {code: {**each, "rank": 1} for code, each in places.items()}
    Edition.objects.create(
        region=region, title="Comité", committee_on=dt.date(2025, 10, 6), data_version=1,
        month=dt.date(2025, 8, 1), content={"summary": summary | {"R27": {**known, "rank": None}}},
    )  # fmt: skip


def _pieces(departements: Iterable[str]) -> tuple[Piece, ...]:
    return (
        *(Piece("R27", code) for code in codes_of_region()),
        *(Piece(f"D{place}", code) for place in departements for code in codes_of_departement()),
    )


def _made(region: Region, departements: Iterable[str]) -> Made:
    pieces = _pieces(departements)
    reader = Reader(region, current_data_version())
    files = {
        working: numbers(
            make(Order(region, pieces, working=working)).content
            for make in (make_deck, make_workbook)
        )
        for working in (False, True)
    }
    contents = {(piece.territory, piece.code): reader.content(piece) for piece in pieces}
    year = MonthlyVolume.objects.filter(departement=GREW, month__gte=dt.date(2025, 1, 1))
    change = (year.aggregate(sum=Sum("documents"))["sum"] or 0) - BEFORE
    return Made(contents, files[False], files[True], change)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Made]:
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(behind, "THRESHOLD", THRESHOLD)
        region = Region.objects.get(pk="27")
        _lay(region)
        yield _made(region, (ALONE, GREW, CHANGED))
        transaction.set_rollback(True)
    caches["near"].clear()


@pytest.mark.parametrize("count", [NOW, BEFORE, COMMITTEE])
def test_the_few_documents_of_one_esms_are_in_no_string_of_the_public_files(
    made: Made, count: int
) -> None:
    assert str(count) in made.working
    assert str(count) not in made.public


def test_nor_do_they_hold_the_change_that_gives_them_away(made: Made) -> None:
    assert str(made.change) in made.working
    assert str(made.change) not in made.public


def _text(content: Content, column: str, row: str) -> str:
    table = content.table
    assert table is not None
    names = [name.replace("'", "’") for name in table.rows]
    return table.named(column).texts[names.index(row)]


@pytest.mark.parametrize(
    ("code", "column", "place"),
    [
        ("departements", "documents", "Territoire de Belfort"),
        ("departements", "evolution", "Territoire de Belfort"),
        ("departements", "evolution", "Yonne"),
        ("croissance-departements", "evolution", "Territoire de Belfort"),
        ("croissance-departements", "evolution", "Yonne"),
        ("comite", "documents-avant", "Haute-Saône"),
        ("comite", "documents-maintenant", "Haute-Saône"),
        ("comite", "documents-ecart", "Haute-Saône"),
        ("comite", "documents-maintenant", "Territoire de Belfort"),
    ],
)
def test_tables_by_place_are_masked_where_one_esms_fed(
    made: Made, code: str, column: str, place: str
) -> None:
    content = made.contents["R27", code]

    assert _text(content, column, place) in UNSAID
    assert content.table is not None
    assert sum(text in UNSAID for text in content.table.named(column).texts) >= 2


def test_no_masked_departement_is_what_others_leave_of_the_whole(made: Made) -> None:
    table = made.contents["R27", "departements"].table
    assert table is not None
    shown = dict(zip(table.rows, table.named("documents").texts, strict=True))
    hidden = [name for name, text in shown.items() if text in UNSAID]

    assert len(hidden) == 2
    for code in (ALONE, GREW, CHANGED):
        content = made.contents[f"D{code}", "documents"]
        name = content.territory.name
        assert (content.paragraphs in {(HIDDEN,), (HIDDEN_TOO,)}) == (name in hidden)


def test_a_change_from_the_few_documents_of_one_esms_is_not_told(made: Made) -> None:
    chart = made.contents[f"D{GREW}", "documents"].chart
    if chart is not None:
        assert chart.message == chart.subtitle
        assert all("(" not in goal.text for goal in chart.targets)
        assert made.contents[f"D{GREW}", "chiffres"].tiles[0].change is None
    assert made.contents[f"D{GREW}", "evolution"].paragraphs == (HIDDEN,)


def test_what_changed_since_the_committee_is_told_without_the_masked_places(made: Made) -> None:
    said = " ".join(made.contents["R27", "comite"].paragraphs)

    assert "depuis le comité" in said.lower()
    assert "augmentent le plus" not in said


@pytest.mark.django_db
def test_a_region_that_one_esms_feeds_shows_its_rates_only(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "THRESHOLD", THRESHOLD)
    world.lay(departements=(ALONE,))
    _fed_alone(ALONE, world.LAST, NOW, world.LAST)

    shown = _made(region, (ALONE,))

    assert str(NOW) in shown.working
    assert str(NOW) not in shown.public
    assert shown.contents["R27", "chiffres"].paragraphs == (HIDDEN,)
    assert shown.contents["R27", "carte"].map is not None
    assert shown.contents["R27", "esms-par-secteur"].chart is not None


@pytest.mark.django_db
def test_a_month_or_two_of_one_esms_are_not_told_by_titles(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "THRESHOLD", THRESHOLD)
    world.lay(first=dt.date(2025, 11, 1))
    _fed_alone(ALONE, world.LAST, NOW, world.LAST)

    shown = _made(region, (ALONE,))

    assert str(NOW) in shown.working
    assert str(NOW) not in shown.public
