"""The deck says what the pages say, in charts that stay editable, and nothing overflows."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pptx import Presentation

from dashboard.decks.build import make_deck
from dashboard.exports.deck.fitting import DRAFT, SIZES, fitted, height
from dashboard.exports.deck.maps import outline
from dashboard.exports.deck.native import series_of
from dashboard.exports.deck.template import BODY_BOX, HEIGHT, WIDTH, Box, Layout
from dashboard.forms import ask
from dashboard.models import Subject, Text, TextVersion
from dashboard.pieces.order import NothingReceivedError, Order
from dashboard.report import departement_report
from indicators.selection import departement_territory, region_territory
from reference.models import Departement, Event, Region, Target, current_data_version
from tests.dashboard import world

pytestmark = pytest.mark.django_db

JUNE = dt.date(2025, 6, 1)


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def made(region: Region, departement: Departement | None = None, link: str = "") -> bytes:
    return make_deck(Order(region, departement=departement, link=link)).content


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def charts_of(deck: Any) -> list[tuple[str, Any]]:
    return [
        (slide.shapes.title.text_frame.text, shape)
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_chart
    ]


def words_of(slide: Any) -> str:
    return "\n".join(
        shape.text_frame.text.replace("\x0b", "\n")
        for shape in slide.shapes
        if shape.has_text_frame
    )


@pytest.fixture
def cote_dor() -> Departement:
    return Departement.objects.select_related("region").get(pk="21")


def test_every_number_of_a_chart_is_the_pages(cote_dor: Departement, region: Region) -> None:
    world.lay(missing=[("21", JUNE)])
    Target.objects.create(
        region=region, departement=cote_dor, indicator="rate", month=JUNE, value=0.25
    )
    territory, around = departement_territory(cote_dor), region_territory(region)
    asked = ask({}, territory, (world.FIRST, world.LAST))
    version = current_data_version()

    shown = departement_report(asked, around, version, names=False).charts
    drawn = charts_of(opened(made(region, cote_dor)))

    assert [title for title, _ in drawn] == [chart.message for chart in shown]
    for chart, (_, frame) in zip(shown, drawn, strict=True):
        series = [one for plot in frame.chart.plots for one in plot.series]
        found = sorted((one.name, list(one.values)) for one in series)
        assert found == sorted(series_of(chart))
        assert frame.element.nvGraphicFramePr.cNvPr.get("descr") == chart.alt


def test_a_month_that_was_not_received_is_an_empty_cell(
    cote_dor: Departement, region: Region
) -> None:
    world.lay(missing=[("21", JUNE)])

    drawn = charts_of(opened(made(region, cote_dor)))
    rank = (JUNE.year - world.FIRST.year) * 12 + JUNE.month - world.FIRST.month
    volumes = drawn[0][1].chart.plots[0]

    assert {one.values[rank] for one in volumes.series} == {None}
    assert all(one.values[rank - 1] is not None for one in volumes.series)


def test_a_region_has_a_slide_for_each_chart_of_each_departement(region: Region) -> None:
    world.lay()

    deck = opened(made(region, link="https://example.fr"))

    assert len(deck.slides) >= 30
    assert all(titles(deck))
    assert len(charts_of(deck)) == 8 + 4 + 8 * 4
    assert (deck.slide_width, deck.slide_height) == (WIDTH, HEIGHT)
    assert {layout.name for layout in deck.slide_layouts} == {layout.label for layout in Layout}
    shapes = [shape.name for shape in deck.slides[3].shapes]
    assert {"Côte-d’Or", "Territoire de Belfort"} <= set(shapes)
    assert any(shape.has_table for slide in deck.slides for shape in slide.shapes)
    last = deck.slides[-1].notes_slide.notes_text_frame.text
    assert "https://example.fr/methode/" in last


def test_published_words_take_the_place_of_drafted_ones(
    cote_dor: Departement, region: Region
) -> None:
    world.lay()
    drafted = opened(made(region, cote_dor))
    text = Text.objects.create(region=region, departement=cote_dor, subject=Subject.DOCUMENTS)
    version = TextVersion.objects.create(text=text, body="Un mot de l’analyste.", data_version=1)
    Text.objects.filter(pk=text.pk).update(published=version)

    published = opened(made(region, cote_dor))

    assert DRAFT in words_of(drafted.slides[2])
    assert DRAFT not in words_of(published.slides[2])
    assert "Un mot de l’analyste." in words_of(published.slides[2])


def test_events_are_numbered_lines_and_sentences(cote_dor: Departement, region: Region) -> None:
    world.lay()
    Event.objects.create(region=region, departement=cote_dor, month=JUNE, label="Cibles fictives")

    slide = opened(made(region, cote_dor)).slides[2]

    names = [shape.name for shape in slide.shapes]
    assert {"Événement 1", "Numéro de l’événement 1"} <= set(names)
    assert names.index("Événement 1") > names.index("Graphique")
    assert "1. juin 2025\u202f: Cibles fictives." in words_of(slide)


def test_long_texts_shrink_then_go_on(cote_dor: Departement) -> None:
    sentence = "Une phrase assez longue pour occuper une bonne partie d’une ligne du texte."
    box = Box(0, 0, 4, 3)

    short = list(fitted([sentence], box))
    middling = list(fitted([" ".join([sentence] * 9)], box))
    long = list(fitted([" ".join([sentence] * 60), sentence], box, BODY_BOX))

    assert short == [([sentence], SIZES[0])]
    assert len(middling) == 1
    assert middling[0][1] < SIZES[0]
    assert len(long) > 1
    told = " ".join(" ".join(paragraphs) for paragraphs, _ in long)
    assert told == " ".join([sentence] * 61)
    for (paragraphs, size), place in zip(long, [box, *[BODY_BOX] * 9], strict=False):
        assert height(paragraphs, place, size) <= place.height


def test_an_outline_follows_moves_and_lines_only() -> None:
    assert outline("M0 0L2 0V2zm1 1h1v1z") == [
        [(0, 0), (2, 0), (2, 2)],
        [(1, 1), (2, 1), (2, 2)],
    ]
    with pytest.raises(ValueError, match="moves and lines"):
        outline("M0 0C1 1 2 2 3 3")


def test_without_any_month_there_is_no_deck(region: Region) -> None:
    with pytest.raises(NothingReceivedError):
        made(region)


def test_the_command_writes_the_file(tmp_path: Path, cote_dor: Departement) -> None:
    world.lay()
    target = tmp_path / "diapositives.pptx"

    call_command("build_deck", region="27", departement="21", output=target)

    assert len(opened(target.read_bytes()).slides) > 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"region": "00"}, "Aucune région"),
        ({"region": "27", "departement": "35"}, "Aucun département 35"),
        ({"region": "27"}, "Aucun mois reçu"),
    ],
)
def test_the_command_says_what_is_wrong(
    options: dict[str, str], said: str, tmp_path: Path, region: Region
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("build_deck", output=tmp_path / "rien.pptx", **options)
    assert list(tmp_path.iterdir()) == []
