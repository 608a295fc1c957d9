"""What a deck is asked to hold, and the command that writes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dashboard.decks.build import make_deck
from dashboard.exports.deck.slides import WORKING
from dashboard.exports.deck.template import MAKER
from dashboard.pieces.content import NO_EDITION
from dashboard.pieces.order import Made, NothingReceivedError, Order
from dashboard.pieces.piece import Piece
from reference.models import Departement, Region
from reference.months import shift
from tests.dashboard import world
from tests.dashboard.decks.conftest import opened
from tests.dashboard.decks.test_deck import titles, words_of

pytestmark = pytest.mark.django_db


def test_a_deck_of_a_young_region_has_no_slide_about_committees(region: Region) -> None:
    world.lay(first=world.LAST, departements=["21"])
    place = Departement.objects.get(pk="21")

    standard = opened(make_deck(Order(region, (Piece("R27", "methode"),))).content)
    asked = opened(make_deck(Order(region, (Piece("R27", "comite"),))).content)
    own = opened(make_deck(Order(region, departement=place)).content)

    assert titles(standard)[1:] == ["Méthode"]
    assert "Données de décembre 2025" in words_of(standard.slides[0])
    assert NO_EDITION in words_of(asked.slides[1])
    assert "en Côte\u2011d’Or" in titles(own)[0]  # never cut at its hyphens
    said = own.core_properties
    assert said.title.endswith("en Côte-d’Or")
    assert (said.author, said.last_modified_by, said.comments) == (MAKER, MAKER, "")
    assert not any(
        shape.name == "Source" and "Voir la page" in shape.text_frame.text
        for slide in own.slides
        for shape in slide.shapes
    )


def test_the_deck_of_an_edition_bears_the_version_that_the_edition_keeps(region: Region) -> None:
    """Freezing raises the version of the data, whose figures are the same."""
    world.lay(first=world.LAST, departements=["21"])
    made = make_deck(Order(region, (Piece("R27", "methode"),), version=12_345))

    deck = opened(made.content)

    assert made.data_version == 12_345
    assert "Version des données\u202f: 12345" in words_of(deck.slides[0])
    assert "version 12345" in words_of(deck.slides[1])


def test_the_cover_says_the_months_that_the_slides_show(region: Region) -> None:
    world.lay(first=shift(world.LAST, -3), departements=["21"])
    pieces = (Piece("D21", "esms", "de=2025-11"), Piece("D21", "documents", "de=2025-10&a=2025-11"))

    cover = opened(make_deck(Order(region, pieces)).content).slides[0]

    assert "Données d’octobre 2025 à décembre 2025" in words_of(cover)


def test_without_any_month_there_is_no_deck(region: Region) -> None:
    with pytest.raises(NothingReceivedError):
        make_deck(Order(region))


@pytest.mark.parametrize("site", ["", "https://mes.example.fr"])
def test_the_command_says_when_slides_lead_to_no_page(
    site: str,
    tmp_path: Path,
    settings: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Made(b"", 1)
    monkeypatch.setattr("dashboard.management.commands.build_deck.make_deck", lambda _order: made)
    settings.MES_SITE_URL = site

    call_command("build_deck", region="27", output=tmp_path / "diapositives.pptx")

    assert ("MES_SITE_URL n’est pas définie" in capsys.readouterr().err) is not bool(site)


def test_the_command_writes_the_file(tmp_path: Path, region: Region) -> None:
    world.lay(first=world.LAST, departements=["21"])
    target = tmp_path / "diapositives.pptx"

    call_command("build_deck", region="27", departement="21", working=True, output=target)

    assert all(WORKING in words_of(slide) for slide in opened(target.read_bytes()).slides)


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
