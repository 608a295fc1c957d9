"""What the tests of texts have in common: addresses, a generated text, who writes and reads."""

from __future__ import annotations

import datetime as dt
from html import unescape

from django.test import Client

from accounts.models import User
from dashboard.models import Subject, TextVersion
from dashboard.texts import ShownText, Topic, shown_texts
from dashboard.writing import Pen
from indicators.commentary import Paragraph, Sentence
from reference.models import Departement, current_data_version

LIST = "/regions/bourgogne-franche-comte/textes/"
REGION_TEXT = f"{LIST}synthese/"
PAGE = "/departements/21/textes/documents/"
PLACE = "/departements/21/"
DECEMBER, JANUARY = dt.date(2025, 12, 1), dt.date(2026, 1, 1)
#: A generated text of two sentences, the first with a list of ESMS behind it.
FIRST = Sentence(
    "Les volumes doublent\u202f: 240 documents.", {"documents": 240}, {"de": "2025-01", "og": "21"}
)
GENERATED = Paragraph((FIRST, Sentence("Rien d’autre.", {"part PA": 0.5})))


def plain(content: bytes | str) -> str:
    html = content.decode() if isinstance(content, bytes) else content
    return unescape(html).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return plain(response.content)


def topic(place: Departement, paragraph: Paragraph = GENERATED, month: dt.date = DECEMBER) -> Topic:
    return Topic(place, Subject.DOCUMENTS, paragraph, month, current_data_version())


def pen(place: Departement, actor: User, seen: int = 0, **more: object) -> Pen:
    return Pen(topic(place, **more), seen, actor)  # type: ignore[arg-type]  # of `topic`


def shown(place: Departement, user: User, paragraph: Paragraph = GENERATED) -> ShownText:
    return shown_texts(place, {"documents": paragraph}, user, DECEMBER)["documents"]


def last() -> TextVersion:
    return TextVersion.objects.order_by("-pk")[0]
