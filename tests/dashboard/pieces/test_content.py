"""What a piece shows is what its page shows, and the public version names nobody by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from pytest_django import DjangoDbBlocker

from accounts.models import User
from dashboard.editions import freeze
from dashboard.forms import ask
from dashboard.models import Text, TextVersion
from dashboard.pieces.content import NO_EDITION, STALE, Content, Reader, _lower, written
from dashboard.pieces.masking import HIDDEN, HIDDEN_TOO, MASK, UNSAID, WITHHELD
from dashboard.pieces.order import NothingReceivedError
from dashboard.pieces.piece import (
    NAMED,
    Piece,
    codes_of_departement,
    codes_of_region,
)
from dashboard.pieces.versions import RESERVED
from dashboard.region_report import RegionReport, region_report
from dashboard.report import DepartementReport, departement_report, load_groups
from indicators.models import FacilityMonth, MonthlyReach, MonthlyVolume
from indicators.selection import departement_territory, region_territory
from reference.models import Departement, Region, current_data_version
from tests.dashboard import world

SITE = "https://example.fr"


@dataclass(frozen=True)
class Read:
    """Every piece of the région and of a département, and the reports of their pages."""

    public: dict[tuple[str, str], Content]
    working: dict[tuple[str, str], Content]
    retitled: Content
    before: Content
    region: RegionReport
    departement: DepartementReport


@pytest.fixture(scope="module")
def read(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Read]:
    with django_db_blocker.unblock(), transaction.atomic():
        world.lay()
        _lay_one_site()
        region = Region.objects.get(pk="27")
        cote_dor = Departement.objects.get(pk="21")
        author = User.objects.create_user("owner@example.fr", "correct horse battery staple")
        before = Reader(region, current_data_version()).content(Piece("R27", "comite"))
        freeze(region, "Comité stratégique", dt.date(2026, 1, 26), actor=author)
        text = Text.objects.create(region=region, departement=cote_dor, subject="documents")
        said = TextVersion.objects.create(text=text, body="Un mot.\n\nUn autre.", data_version=1)
        Text.objects.filter(pk=text.pk).update(published=said)
        version = current_data_version()
        around = region_territory(region)
        span = (world.FIRST, world.LAST)
        readers = [Reader(region, version, working=each, link=SITE) for each in (False, True)]
        pieces = [Piece("R27", code) for code in codes_of_region()]
        pieces += [Piece("D21", code) for code in codes_of_departement()]
        pieces += [Piece("D90", code) for code in ("documents", "esms", "typage", "chiffres")]
        pieces += [Piece("D89", code) for code in ("documents", "esms")]
        public, working = (
            {(piece.territory, piece.code): reader.content(piece) for piece in pieces}
            for reader in readers
        )
        yield Read(
            public,
            working,
            readers[0].content(
                Piece("D21", "esms", "de=2025-07&esms=nombre&secteur=PA", "Mon titre")
            ),
            before,
            region_report(ask({}, around, span), version, load_groups()),
            departement_report(
                ask({}, departement_territory(cote_dor), span), around, version, names=False
            ),
        )
        transaction.set_rollback(True)
    cache.clear()


def _lay_one_site() -> None:
    """In one département, a single ESMS fed, of five documents in the last month.

    Another fed less than all others: it is masked with the first.
    """
    least = MonthlyVolume.objects.filter(departement="89")
    least.update(documents=F("documents") / 100)
    fed = FacilityMonth.objects.filter(departement="90")
    one = fed.filter(month=world.LAST).order_by("facility_id").values_list("facility_id", flat=True)
    fed.exclude(month=world.LAST, facility_id=one[0]).delete()
    volumes = MonthlyVolume.objects.filter(departement="90")
    kind = volumes.order_by("document_type_id").values_list("document_type_id", flat=True)[0]
    volumes.exclude(month=world.LAST, sector="PA", document_type_id=kind).delete()
    volumes.update(documents=5)
    reach = MonthlyReach.objects.filter(departement="90")
    reach.update(contributors=0, contributors_12m=0)
    reach.filter(month=world.LAST, sector="PA").update(contributors=1, contributors_12m=1)


def test_charts_are_those_of_the_pages(read: Read) -> None:
    for territory, charts in (("R27", read.region.charts), ("D21", read.departement.charts)):
        for chart in charts:
            content = read.public[territory, chart.code]
            assert content.title == chart.message
            assert chart.alt in content.notes
            if chart.code != "secteurs":  # the région's would tell what the 90 does not
                assert content.chart == chart
                assert content.table == chart.table


def test_a_region_does_not_tell_the_sector_of_the_only_site_of_a_departement(read: Read) -> None:
    table = read.public["R27", "secteurs"].table

    assert table is not None
    assert [table.named("esms").texts[0] in UNSAID, table.named("documents").texts[0]] == [
        False,
        WITHHELD,
    ]
    assert sum(text in UNSAID for text in table.named("documents").texts) == 2


def test_tables_map_and_panels_are_those_of_the_page(read: Read) -> None:
    assert read.working["R27", "departements"].table == read.region.synthesis.table
    assert read.public["R27", "carte"].map == read.region.map
    assert read.public["R27", "multiples"].multiples == read.region.multiples
    for territory, blocks in (("R27", read.region.blocks), ("D21", read.departement.blocks)):
        for block in blocks:
            for exhibit in block.exhibits:
                assert read.working[territory, exhibit.code].table == exhibit.table


def test_every_piece_of_the_lists_shows_something(read: Read) -> None:
    for content in (*read.public.values(), *read.working.values()):
        assert content.title
        assert content.chart or content.table or content.paragraphs or content.map


def test_key_figures_are_the_tiles_that_have_a_figure(read: Read) -> None:
    content = read.public["R27", "chiffres"]

    assert [tile.label for tile in content.tiles] == [
        tile.label for tile in read.region.tiles if tile.value != "–"
    ]
    assert content.table is not None
    assert content.table.named("valeur").texts == tuple(tile.value for tile in content.tiles)
    assert content.tiles[0].value in content.paragraphs[0]


def test_published_words_are_no_draft(read: Read) -> None:
    published, generated = read.public["D21", "documents"], read.public["D21", "esms"]

    assert published.paragraphs == ("Un mot.", "Un autre.")
    assert not published.draft
    assert STALE in published.notes
    assert published.written
    assert generated.draft
    assert generated.paragraphs
    assert not generated.written


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (dt.date(2025, 11, 1), "Texte publié sur les données jusqu’à novembre 2025"),
        (dt.date(2025, 12, 1), "Texte publié sur des chiffres qui ont changé depuis"),
        (None, "Texte publié sur des chiffres qui ont changé depuis"),
    ],
)
def test_words_of_older_data_say_which(month: dt.date | None, said: str) -> None:
    assert written(month, dt.date(2025, 12, 1)) == said


def test_a_piece_keeps_its_query_and_the_title_of_its_user(read: Read) -> None:
    content = read.retitled

    assert content.title == "Mon titre"
    assert content.chart is not None
    assert len(content.chart.months) == 6
    assert content.link == f"{SITE}/departements/21/?de=2025-07&a=2025-12&secteur=PA&esms=nombre"
    assert "tous secteurs confondus" in content.paragraphs[-1]


def test_links_lead_to_the_page_of_the_piece(read: Read) -> None:
    assert read.public["R27", "methode"].link == f"{SITE}/methode/"
    assert read.public["R27", "carte"].link.startswith(f"{SITE}/regions/bourgogne-franche-comte/?")
    assert read.before.link == ""


def test_the_public_version_has_no_table_of_organisations(read: Read) -> None:
    for code in NAMED:
        assert read.public["D21", code].table is None
        assert read.public["D21", code].paragraphs == (RESERVED,)
        assert read.working["D21", code].table is not None
    entities = read.working["D21", "premiers-organismes"].table
    assert entities is not None
    said = repr(read.public)
    assert entities.rows
    assert not [name for name in entities.rows if name in said]


def test_what_a_single_site_fed_is_for_the_working_version(read: Read) -> None:
    table = read.public["R27", "departements"].table
    assert table is not None
    documents = dict(zip(table.rows, table.named("documents").texts, strict=True))

    assert documents["Territoire de Belfort"] == MASK
    assert sum(text in UNSAID for text in documents.values()) == 2
    for code in ("documents", "typage", "chiffres"):
        assert read.public["D90", code].paragraphs == (HIDDEN,)
        assert read.public["D90", code].table is None
        assert read.working["D90", code].table is not None
    assert read.public["D90", "esms"].chart is not None
    assert read.public["D89", "documents"].paragraphs == (HIDDEN_TOO,)
    assert read.public["D89", "esms"].chart is not None


def test_what_changed_since_the_committee_is_a_paragraph_and_a_table(read: Read) -> None:
    content = read.public["R27", "comite"]

    assert read.before.paragraphs == (NO_EDITION,)
    assert content.title == "Depuis le comité du 26 janvier 2026"
    assert content.table is not None
    assert content.table.rows[-1] == "Bourgogne-Franche-Comté"
    rates = content.table.named("rate-maintenant")
    assert rates.values[-1] == pytest.approx(read.region.measures.rate_12m.iloc[-1])
    assert content.table.named("documents-ecart").values[-1] == 0


def test_each_piece_defines_what_it_counts(read: Read) -> None:
    assert any("÷" in note for note in read.public["D21", "esms"].notes)
    assert len(read.public["R27", "methode"].paragraphs) > 10


@pytest.mark.parametrize(
    ("message", "said"),
    [("Les 5 premiers", "les 5 premiers"), ("PA porte", "PA porte"), ("3 ESMS", "3 ESMS")],
)
def test_a_message_after_a_colon_begins_in_lower_case(message: str, said: str) -> None:
    assert _lower(message) == said


@pytest.mark.django_db
def test_nothing_received_has_no_piece(region: Region) -> None:
    with pytest.raises(NothingReceivedError):
        Reader(region, 1)
