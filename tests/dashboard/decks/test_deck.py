"""A deck can be read by everybody, says no more than its version may, and its pages' numbers."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from openxml_audit import OpenXmlValidator
from pptx.util import Inches

from dashboard.charts.chart import Chart
from dashboard.exports.deck.fitting import DRAFT, TITLE_SIZES, height
from dashboard.exports.deck.native import series_of
from dashboard.exports.deck.slides import WORKING
from dashboard.exports.deck.template import HEIGHT, WIDTH, Box, Layout, model
from reference.models import Sector
from tests.dashboard import world
from tests.dashboard.decks.conftest import JUNE, LONG_TEXT, LONG_TITLE, SILENT, SITE, Decks

#: No test reads the database, but the decks do, and a run makes one only for tests marked so.
pytestmark = pytest.mark.django_db

RANK = (JUNE.year - world.FIRST.year) * 12 + JUNE.month - world.FIRST.month


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def words_of(slide: Any) -> str:
    return "\n".join(
        shape.text_frame.text.replace("\x0b", "\n")
        for shape in slide.shapes
        if shape.has_text_frame
    )


def slide_of(deck: Any, title: str) -> Any:
    return deck.slides[titles(deck).index(title)]


@pytest.fixture(params=["public", "working"])
def deck(request: pytest.FixtureRequest, decks: Decks) -> Any:
    return getattr(decks, request.param)


# --- What opens anywhere --------------------------------------------------------------------------


def test_the_package_is_valid_against_the_schemas(decks: Decks, tmp_path: Path) -> None:
    path = tmp_path / "diapositives.pptx"
    path.write_bytes(decks.packages["working"])

    found = OpenXmlValidator().validate(path)

    assert [str(error) for error in found.errors] == []


def test_the_template_is_valid_against_the_schemas(tmp_path: Path) -> None:
    path = tmp_path / "modele.pptx"
    path.write_bytes(model())

    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_shapes_of_a_slide_have_numbers_of_their_own(deck: Any) -> None:
    for slide in deck.slides:
        numbers = Counter(shape.shape_id for shape in slide.shapes)
        assert max(numbers.values()) == 1


def test_slides_are_wide_and_on_our_layouts(deck: Any) -> None:
    assert (deck.slide_width, deck.slide_height) == (WIDTH, HEIGHT)
    assert {layout.name for layout in deck.slide_layouts} == {layout.label for layout in Layout}


# --- What every slide has -------------------------------------------------------------------------


def test_every_slide_has_a_title_a_number_and_says_its_data(deck: Any, decks: Decks) -> None:
    for slide in deck.slides:
        kinds = [shape.element.ph.get("type") for shape in slide.placeholders]
        assert slide.shapes.title.text_frame.text
        assert kinds.count("sldNum") == 1
        assert f"décembre 2025 · version {decks.version}" in words_of(slide)


def test_nothing_is_left_empty(deck: Any) -> None:
    for slide in deck.slides:
        for shape in slide.placeholders:
            assert not shape.has_text_frame or shape.text_frame.text


def test_drawings_and_tables_have_words_for_who_does_not_see_them(deck: Any) -> None:
    frames = [
        shape.element.nvGraphicFramePr.cNvPr
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_chart or shape.has_table
    ]

    assert frames
    assert all(frame.get("descr") for frame in frames)


def test_notes_define_what_is_shown_and_give_its_page(decks: Decks) -> None:
    slides = list(decks.public.slides)[1:]

    for slide in slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert f"Page\u202f: {SITE}/" in notes
        assert f"Version des données\u202f: {decks.version}." in notes
    assert (
        "÷"
        in slide_of(decks.public, "Les départements côte à côte").notes_slide.notes_text_frame.text
    )


def test_sources_lead_to_the_page(decks: Decks) -> None:
    sources = [
        shape for slide in decks.public.slides for shape in slide.shapes if shape.name == "Source"
    ]
    links = [
        run.hyperlink.address
        for shape in sources
        for run in shape.text_frame.paragraphs[0].runs
        if run.text == "Voir la page"
    ]

    assert len(links) == len(sources) > 40
    assert all(link.startswith(f"{SITE}/") for link in links)


def test_a_chart_is_read_in_order(decks: Decks) -> None:
    slide = slide_of(decks.working, LONG_TITLE)
    names = [shape.name for shape in slide.shapes]

    assert names == [
        "Titre", "Territoire", "Mention", "Sous-titre", "Graphique",
        "Non reçu\u202f: juin 2025",
        "Événement 1", "Numéro de l’événement 1", "Événement 2", "Numéro de l’événement 2",
        "Texte", "Source", "Pied de page", "Numéro de diapositive",
    ]  # fmt: skip


# --- Versions -------------------------------------------------------------------------------------


def test_the_working_version_says_so_on_every_slide(decks: Decks) -> None:
    assert all(WORKING in words_of(slide) for slide in decks.working.slides)
    assert not any(WORKING in words_of(slide) for slide in decks.public.slides)
    assert "Version publique" in words_of(decks.public.slides[0])


def test_only_the_working_version_names_organisations(decks: Decks) -> None:
    named = {version: _whole(content) for version, content in decks.packages.items()}

    assert "Association 21 PA" in named["working"]
    assert "Association" not in named["public"]
    assert "ESMS 10" not in named["public"]  # how the world names facilities


def _whole(package: bytes) -> str:
    """Every part of a package, the sheets behind charts too."""
    texts = []
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            texts.append(
                _whole(content) if name.endswith(".xlsx") else content.decode("utf-8", "replace")
            )
    return "\n".join(texts)


# --- Words ----------------------------------------------------------------------------------------


def test_published_words_take_the_place_of_drafted_ones(decks: Decks) -> None:
    documents, esms = (decks.contents["D21", code].title for code in ("documents", "esms"))

    assert DRAFT not in words_of(slide_of(decks.public, documents))
    assert DRAFT in words_of(slide_of(decks.public, esms))


def test_words_published_on_older_data_say_so_on_each_slide(decks: Decks) -> None:
    title = decks.contents["D21", "documents"].title
    told = [
        shape.text_frame
        for slide in decks.public.slides
        if slide.shapes.title.text_frame.text.startswith(title)
        for shape in slide.shapes
        if shape.name == "Texte"
    ]

    assert len(told) > 1
    for frame in told:
        first = frame.paragraphs[0].runs[0]
        assert first.text == "Texte publié sur les données jusqu’à novembre 2025"
        assert first.font.bold


def test_every_source_says_when_its_data_end(deck: Any) -> None:
    sources = [shape for slide in deck.slides for shape in slide.shapes if shape.name == "Source"]

    assert sources
    for source in sources:
        assert "\u202f; données arrêtées au 15 janvier 2026." in source.text_frame.text


def test_a_long_text_goes_on_and_nothing_of_it_is_lost(decks: Decks) -> None:
    title = decks.contents["D21", "documents"].title
    slides = [
        slide
        for slide in decks.public.slides
        if slide.shapes.title.text_frame.text.startswith(title)
    ]
    told = [
        shape.text_frame.text for slide in slides for shape in slide.shapes if shape.name == "Texte"
    ]

    assert len(told) > 1
    bodies = [text.partition("\n")[2] for text in told]  # under the mark of each slide
    assert " ".join(" ".join(bodies).split()).endswith(" ".join(LONG_TEXT.split()))
    assert "1. juin 2025\u202f: Cibles fictives." in told[0]


def test_no_text_stands_out_of_its_place(deck: Any) -> None:
    for slide in deck.slides:
        for shape in slide.placeholders:
            if shape.has_text_frame and shape.text_frame.text:
                paragraphs = shape.text_frame.text.split("\n")
                sizes = [run.font.size for p in shape.text_frame.paragraphs for run in p.runs]
                size = max((int(one.pt) for one in sizes if one), default=12)
                assert height(paragraphs, Box.of(shape), size) <= shape.height.inches + 0.01


def test_the_title_of_the_user_takes_the_place_of_the_message(decks: Decks) -> None:
    slide = slide_of(decks.working, LONG_TITLE)
    size = slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt

    assert size in TITLE_SIZES
    assert "Mon comité" in words_of(decks.working.slides[0])


def test_nobody_who_feeds_is_said_and_not_drawn(decks: Decks) -> None:
    slides = [
        slide
        for slide in decks.public.slides
        if any(
            s.name == "Territoire" and s.text_frame.text == "Territoire de Belfort"
            for s in slide.shapes
        )
    ]

    assert len(slides) >= 4
    assert any("Aucun ESMS" in title for title in (s.shapes.title.text_frame.text for s in slides))


def test_events_and_targets_are_lines_and_sentences(decks: Decks) -> None:
    slide = slide_of(decks.public, decks.contents["D21", "esms"].title)
    lines = [shape for shape in slide.shapes if shape.name.startswith("Numéro de l’événement")]

    assert "1. juin 2025\u202f: Cibles fictives." in words_of(slide)
    assert "Cible non atteinte\u202f: " in words_of(slide)
    assert len(lines) == 2
    assert abs(lines[0].top - lines[1].top) >= Inches(0.2)  # of the same month: one over the other


def test_the_standard_deck_of_a_region_has_all_its_slides(decks: Decks) -> None:
    found = titles(decks.public)

    assert len(found) >= 45
    for content in decks.contents.values():
        assert content.title in found
    assert decks.progress[0] == (0, 43)
    assert decks.progress[-1] == (43, 43)


# --- Numbers --------------------------------------------------------------------------------------


def frames(deck: Any, name: str) -> list[Any]:
    """The graphic frames of a deck whose name begins so, in its order."""
    return [shape for slide in deck.slides for shape in slide.shapes if shape.name.startswith(name)]


def values_of(frame: Any) -> dict[str, list[float | None]]:
    """The values of each series of a native chart."""
    return {
        one.name: [None if value is None else float(value) for value in one.values]
        for plot in frame.chart.plots
        for one in plot.series
    }


@pytest.fixture(scope="module")
def drawn(decks: Decks) -> dict[tuple[str, str], tuple[Chart, dict[str, list[float | None]]]]:
    """Each chart of the pages that has a number, with the values of its slide."""
    charts = [
        (key, content.chart)
        for key, content in decks.contents.items()
        if content.chart is not None and content.chart.has_data
    ]
    native = [frame for frame in frames(decks.public, "Graphique") if frame.name == "Graphique"]
    assert len(native) == len(charts)
    return {
        key: (chart, values_of(frame)) for (key, chart), frame in zip(charts, native, strict=True)
    }


def test_charts_hold_the_numbers_of_the_pages(drawn: dict[Any, Any]) -> None:
    assert len(drawn) > 30
    for chart, values in drawn.values():
        assert values == dict(series_of(chart))
        for mark in chart.marks:
            column = chart.table.named(mark.column)
            if chart.months or len(chart.marks) == 1:
                assert list(column.values) in values.values()


def test_panels_hold_the_rates_of_the_page(decks: Decks) -> None:
    one = decks.contents["R27", "multiples"].multiples
    assert one is not None
    panels = frames(decks.public, "Graphique, ")

    assert len(panels) == 8
    for panel, frame in zip(one.panels, panels, strict=True):
        assert values_of(frame) == {
            "Région": list(one.table.named("region").values),
            panel.name: list(one.table.named(panel.code).values),
        }


def test_tables_hold_the_texts_of_the_pages(decks: Decks) -> None:
    expected = [
        [name, *texts]
        for content in decks.pieces("table")
        if content.table is not None and not (content.chart or content.multiples or content.tiles)
        if not content.map
        for name, texts in content.table.lines
    ]
    written = [
        [cell.text_frame.text for cell in row.cells]
        for frame in frames(decks.public, "Tableau")
        for row in list(frame.table.rows)[1:]
    ]

    assert len(written) == 2 * (8 + 2)  # "Non ventilé" and the région, in each
    assert written == expected


def test_the_map_and_the_key_figures_say_what_the_page_says(decks: Decks) -> None:
    one = decks.contents["R27", "carte"].map
    assert one is not None
    shapes = {shape.name: shape for slide in decks.public.slides for shape in slide.shapes}

    for place in one.shapes:
        assert shapes[place.name].element.nvSpPr.cNvPr.get("descr") == place.words
    for tile in decks.contents["R27", "chiffres"].tiles:
        assert tile.value in shapes[tile.label].text_frame.text.split("\n")


def approx(values: list[Any]) -> Any:
    """The same numbers, but for what floats add; what is not known stays so."""
    return [None if value is None else pytest.approx(value) for value in values]


def test_documents_are_those_of_the_json(drawn: dict[Any, Any], decks: Decks) -> None:
    groups = {group.label: group.types for group in decks.groups}

    for key, (_, values) in drawn.items():
        if key[1] not in {"documents", "types"}:
            continue
        said = decks.payloads[key[0]]
        found = {name: series for name, series in values.items() if name in groups}
        assert found or key[0] == f"D{SILENT}"
        for name, series in found.items():
            kinds = [counts for kind, counts in said["documents"].items() if kind in groups[name]]
            sums = [
                sum(count or 0 for count in month) if total is not None else None
                for month, total in zip(
                    zip(*kinds, strict=True), said["total_documents"], strict=True
                )
            ]
            assert series == approx(sums)


def test_rates_are_those_of_the_json(drawn: dict[Any, Any], decks: Decks) -> None:
    compared = [
        (next(iter(values.values())), decks.payloads[territory]["rate"])
        for (territory, code), (_, values) in drawn.items()
        if code == "esms"
    ]

    assert compared
    for series, rates in compared:
        assert series == approx(rates)
    one = decks.contents["R27", "departements"].table
    assert one is not None
    region = decks.payloads["R27"]
    assert one.named("documents").values[-1] == region["documents_12m"]
    assert one.named("taux-12-mois").values[-1] == pytest.approx(region["rate_12m"][-1])


def test_sectors_are_those_of_the_json(drawn: dict[Any, Any], decks: Decks) -> None:
    checked = 0
    for (territory, code), (chart, values) in drawn.items():
        sectors = decks.payloads[territory]["sectors"]
        for sector, figures in sectors.items():
            name = next((row for row in values if row.startswith(f"{sector} – ")), "")
            if code == "secteurs" and name:
                assert values[name][0] == figures["contributors"]
            elif code == "esms-par-secteur" and name:
                assert values[name] == approx(figures["months"]["contributors"])
            elif code == "taux-par-secteur":
                row = next(
                    (n for n, label in enumerate(chart.table.rows) if label.startswith(sector)), -1
                )
                own = next(iter(values.values()))
                if row < 0 or own[row] is None or sector == Sector.UNKNOWN:
                    continue
                assert own[row] == pytest.approx(figures["rate"])
            else:
                continue
            checked += 1
    assert checked > 40


def test_a_month_that_was_not_received_is_an_empty_cell(drawn: dict[Any, Any]) -> None:
    chart, values = drawn["D21", "documents"]
    own = [values[chart.table.named(mark.column).label] for mark in chart.marks if not mark.line]

    assert own
    assert {series[RANK] for series in own} == {None}
    assert all(series[RANK - 1] is not None for series in own)
    assert None not in chain.from_iterable(drawn["R27", "types"][1].values())
