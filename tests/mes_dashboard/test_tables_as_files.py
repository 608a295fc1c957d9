"""Every table that a page shows is a file too, with the columns that the page shows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ingestion import tasks
from ingestion.models import Extract
from reference.models import Facility, Programme, ProgrammeMembership, Region, Target
from reference.spreadsheets import runs
from tests import places
from tests.ingestion.world import add_facility, brought, facility, line, number, published

pytestmark = pytest.mark.django_db

#: The one that only a refused file shows.
POSTED = ("goals_import", "Lignes à corriger")
#: Tables without a file, by what the name of their address ends with and their caption: why.
EXEMPT = {
    ("keys", "De la plus récente à la plus ancienne"): "one’s own keys: a setting, no data",
    ("exports", "Vos exports, du plus récent au plus ancien"): "one’s own files, deleted in days",
    ("personal_data", "Cookies déposés"): "a page of law, without data",
    ("mapping", "Premières lignes du fichier, une liste de choix par colonne"): "a form over a "
    "file that its reader has just brought",
    POSTED: "what is wrong in a file just sent, which is not kept",
    ("perimeter", "Par département"): "a button of the form: a proposal has no address",
    ("perimeter", "Par secteur"): "the same",
}
#: Columns that the file of a table names otherwise, by how its caption begins; `None`: all.
OTHERWISE: dict[str, set[str] | None] = {
    "Fichiers mensuels reçus, par mois et par département": None,  # a line per cell
    "Organismes gestionnaires dont les lignes attendent": {"finess ej", "décision"},
    "Chiffres d": None,  # "Taux" for "Part des ESMS"
    "Catégories FINESS par secteur": {"esms ouverts", "périmètre"},  # the month, the sector
    "Alimentation par département": {"département"},  # and the région: "Territoire"
}
#: Columns of a page that hold no data: what can be done with a row, or its drawing.
ACTS = {"actions", "action", "changer", "esms", "en barres", "documents par mois"}
#: The apostrophe of a typewriter within a word, where French books have ’.
STRAIGHT = re.compile(r"[^\W\d_]'[^\W\d_]")
CAPTION = re.compile(r"<caption[^>]*>([^{<]+)</caption>")


@dataclass
class Shown:
    """What a page shows: caption and columns of each table, addresses of its files."""

    tables: list[tuple[str, list[str]]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    straight: list[str] = field(default_factory=list)  # texts with the apostrophe of a typewriter


class Reader(HTMLParser):
    """Finds the tables and the links to CSV files of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()
        self._into: list[str] | None = None
        self._read = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._read = tag not in {"script", "style", "code"}
        told = (given.get(name) or "" for name in ("aria-label", "title", "alt"))
        self.shown.straight += [each for each in told if STRAIGHT.search(each)]
        if tag == "table":
            self.shown.tables.append(("", []))
        elif tag == "caption" or (tag == "th" and given.get("scope") == "col"):
            self._into = []
        elif tag == "a" and "download" in given and "csv" in (given["href"] or ""):
            self.shown.files.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._read = True
        if tag not in {"caption", "th"} or self._into is None:
            return
        words, self._into = " ".join("".join(self._into).split()), None
        _, columns = self.shown.tables[-1]
        if tag == "caption":
            self.shown.tables[-1] = (words, columns)
        else:
            columns.append(words)

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)
        if self._read and STRAIGHT.search(data):
            self.shown.straight.append(data.strip())


@pytest.fixture
def pages(owner: User, region: Region, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Addresses that show every table, each after what its name ends with."""
    monkeypatch.setattr(tasks, "safely", lambda *_: True)
    world = places.build(owner)
    add_facility("25", 60, owner=number("21", 600))
    add_facility("35", 61, owner=number("21", 600))
    latest = _more_months()
    programme = Programme.objects.get()
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(programme=programme, facility=each, target_on=dt.date(2024, 1, 1))
        for each in Facility.objects.filter(departement="21")
    )
    Target.objects.create(region=region, indicator="rate", month=dt.date(2025, 1, 1), value=0.5)
    ready = brought([line(facility("25", 1), 600)], name="janvier_bis.csv")
    found = [(name.partition(":")[2], at) for name, at in places.addresses(world).items()]
    edition = reverse("dashboard:edition", args=[places.SLUG, world.edition.pk])
    perimeter = reverse("dashboard:perimeter", args=[places.SLUG])
    difference = reverse("ingestion:difference", args=[places.SLUG, "2025-01"])
    return [
        *found,
        ("edition", f"{edition}?aujourdhui=1"),
        ("perimeter", f"{perimeter}?proposition=sans-ahi-ni-pde-moyens"),
        ("difference", f"{difference}?before={world.published.pk}&after=publie"),
        ("withdraw", reverse("ingestion:withdraw", args=[latest.pk])),
        ("extract", reverse("ingestion:extract", args=[ready.pk])),
        ("extract", reverse("ingestion:extract", args=[world.members.pk])),
    ]


def _more_months() -> Extract:
    """January again, so that an older version of it is left; lines that wait; a year of months."""
    latest = published(
        [
            line(facility("21", 1), 7),
            line(facility("39", 1), 0),
            line(number("21", 900), 4),
            line(number("21", 600), 2),
            line("abc", 4),
        ],
        name="janvier_2.csv",
    )
    past = [line(facility("21", 1), 5, month=f"2024-{month:02}") for month in range(3, 13)]
    published(past, name="2024.csv")
    return latest


def test_every_table_has_its_file_with_the_same_columns(
    pages: list[tuple[str, str]], owner_client: Client
) -> None:
    missing: list[tuple[str, str, list[str]]] = []
    straight: set[tuple[str, str]] = set()
    met: set[tuple[str, str]] = set()
    held: dict[str, list[list[str]]] = {}
    for name, at in pages:
        shown = read(owner_client.get(at))
        files = [urljoin(at, each) for each in shown.files]
        for each in files:
            held.setdefault(each, lines_of(owner_client.get(each), each))
            cells = (cell for row in held[each] for cell in row)
            straight |= {(each, cell) for cell in cells if STRAIGHT.search(cell)}
        straight |= {(at, text) for text in shown.straight}
        met |= {(name, caption) for caption, _ in shown.tables}
        missing += [
            (at, caption, columns)
            for caption, columns in shown.tables
            if (name, caption) not in EXEMPT
            and not any(covers(held[each], caption, columns) for each in files)
        ]

    assert straight == set()
    assert missing == [], missing
    assert written() - {caption for _, caption in met} == {POSTED[1]}
    assert set(EXEMPT) - met == {POSTED}


def test_no_text_of_a_file_runs_in_a_spreadsheet(region: Region, owner_client: Client) -> None:
    Target.objects.create(
        region=region, indicator="rate", month=dt.date(2025, 1, 1), value=0.5, label="=2+2"
    )
    at = reverse("dashboard:goals", args=[places.SLUG])

    rows = lines_of(owner_client.get(f"{at}?format=csv&tableau=cibles"), at)

    assert rows[1][-1] == "'=2+2"


def test_a_table_that_a_page_has_not_is_not_found(owner_client: Client) -> None:
    for at in (reverse("ingestion:sources"), reverse("dashboard:method")):
        assert owner_client.get(f"{at}?format=csv").status_code == 200
        assert owner_client.get(f"{at}?format=csv&tableau=autre").status_code == 404
        assert owner_client.get(f"{at}?format=autre")["Content-Type"].startswith("text/html")


def read(answer: Any) -> Shown:
    """The tables and files of a page; nothing of an answer that is not one."""
    reader = Reader()
    if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
        reader.feed(answer.text)
    elif answer.streaming:
        answer.getvalue()  # to its end, where its file is closed
    return reader.shown


def lines_of(answer: Any, at: str) -> list[list[str]]:
    """The lines of a file, none of which a spreadsheet runs."""
    assert answer.status_code == 200, at
    assert 'filename="' in answer["Content-Disposition"]
    content = answer.getvalue().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content), delimiter=";"))
    signed = re.compile(r"-?[\d,]+")
    cells = [cell for row in lines for cell in row]
    assert [cell for cell in cells if runs(cell) and not signed.fullmatch(cell)] == [], at
    return lines


def covers(lines: list[list[str]], caption: str, columns: list[str]) -> bool:
    """Whether a line of a file has the columns of a table, but for those named otherwise."""
    renamed = next((OTHERWISE[each] for each in OTHERWISE if caption.startswith(each)), set[str]())
    if renamed is None:
        return True
    wanted = {plain(each) for each in columns} - ACTS - renamed
    return any(
        all(any(each in cell for cell in map(plain, row)) for each in wanted) for row in lines
    )


def plain(text: str) -> str:
    """A header without what it says in brackets, in lower case and with plain spaces."""
    return re.sub(r" \([^)]*\)$", "", " ".join(text.lower().split()))


def written() -> set[str]:
    """The captions that templates hold word for word."""
    found = set()
    for each in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        found |= {" ".join(said.split()) for said in CAPTION.findall(each.read_text())}
    return found
