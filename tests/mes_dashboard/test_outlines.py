"""What a screen reader is told of each page: its language, title, headings, fields, tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import RegionGrant, Role, User
from ingestion import tasks
from tests import places
from tests.people import signed_in

pytestmark = pytest.mark.django_db

FIELDS = {"input", "select", "textarea"}


class Outline(HTMLParser):
    """The parts of a page that are said, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self._in_title, self.lang = "", False, ""
        self.levels: list[int] = []
        self.fields: list[dict[str, str | None]] = []
        self.labelled: set[str] = set()
        self.ids: list[str] = []
        self.referred: list[str] = []
        self.tables = self.captions = self._in_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += filter(None, [given.get("id")])
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.referred += (given.get(name) or "").split()
        if tag == "html":
            self.lang = given.get("lang") or ""
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag == "label":
            self._in_label += 1
            self.labelled.add(given.get("for") or "")
        elif tag in FIELDS and given.get("type") not in {"hidden", "submit"}:
            self.fields.append(given | ({"aria-label": "within"} if self._in_label else {}))
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"
        self._in_label -= tag == "label"

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words."""
        names = ("aria-label", "aria-labelledby")
        nameless = [
            field.get("name")
            for field in self.fields
            if field.get("id") not in self.labelled and not any(field.get(each) for each in names)
        ]
        jumps = [
            pair
            for pair in zip(self.levels, self.levels[1:], strict=False)
            if pair[1] - pair[0] > 1
        ]
        return [
            fault
            for fault, wrong in (
                ("no French", self.lang != "fr"),
                ("not one h1", self.levels.count(1) != 1),
                (f"jumps {jumps}", bool(jumps)),
                (f"nameless {nameless}", bool(nameless)),
                ("a table without caption", self.tables != self.captions),
                ("an id twice", max(Counter(self.ids).values(), default=0) > 1),
                ("a missing reference", not set(self.referred) <= set(self.ids)),
            )
            if wrong
        ]


@pytest.fixture(scope="module")
def pages(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Outline]:
    """Every page of the administrator of a région, those of a form sent wrong too."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        pytest.MonkeyPatch.context() as patched,
        transaction.atomic(),
    ):
        patched.setattr(tasks, "safely", lambda *_: True)
        owner = User.objects.create_user("owner@example.fr")
        RegionGrant.objects.create(user=owner, region_id="27", role=Role.ADMINISTRATOR)
        found = dict(_outlines(signed_in(owner), places.addresses(places.build(owner))))
        transaction.set_rollback(True)
    return found


def _outlines(client: Client, addresses: Mapping[str, str]) -> Iterator[tuple[str, Outline]]:
    """What each address tells a client, by "get" or "post" and its name."""
    for name, at in sorted(addresses.items()):
        for method in ("get", "post"):
            if name == "accounts:logout":
                continue
            answer: Any = getattr(client, method)(at)
            if answer.status_code in {200, 400} and "html" in answer["Content-Type"]:
                yield f"{method} {name}", Outline(answer.text)
            elif answer.streaming:
                answer.getvalue()


def test_every_page_is_well_told(pages: dict[str, Outline]) -> None:
    assert len(pages) > 30
    assert {name: page.faults for name, page in pages.items() if page.faults} == {}


def test_every_title_tells_its_page_from_the_others(pages: dict[str, Outline]) -> None:
    titles = {name: " ".join(page.title.split()) for name, page in pages.items() if "get " in name}
    times = Counter(titles.values())

    assert {name: title for name, title in titles.items() if times[title] > 1} == {}


def test_the_title_says_that_a_form_was_not_taken(pages: dict[str, Outline]) -> None:
    for page in ("upload", "source_add", "mapping", "purge", "arbitrate"):
        assert pages[f"post ingestion:{page}"].title.strip().startswith("Erreur"), page
