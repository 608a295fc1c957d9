"""What the pages of texts show: the state of each, the words compared, who changed what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.journal import name_of
from dashboard.drafts import Drafts
from dashboard.models import Subject, Text, TextVersion
from dashboard.texts import (
    Change,
    Place,
    Topic,
    address,
    changed_facts,
    is_stale,
    page_of_place,
    region_of,
)
from dashboard.words import Differences, Pieces, changed_sentences, differences, paragraphs
from reference.french import typographic
from reference.models import Departement
from reference.spreadsheets import Cell

RESTORE = "restaurer-"
VERSIONS_SHOWN = 10
LONGEST = 20_000
LONGEST_NUMBER = 18


class TextForm(forms.Form):
    """The words, and the number of the version that their author started from."""

    body = forms.CharField(
        label="Texte",
        help_text="Texte simple. Une ligne vide sépare deux paragraphes.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "fr-input", "rows": 16}),
        error_messages={
            "required": "Écrivez un texte, ou reprenez la proposition automatique.",
            "max_length": "Ce texte est trop long\u202f: 20\u202f000 caractères au plus.",
        },
    )
    version = forms.IntegerField(
        min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput, required=False
    )

    def clean_body(self) -> str:
        """The words with one kind of line end, and no space where none is seen."""
        lines = str(self.cleaned_data["body"]).replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(line.rstrip(" \t") for line in lines.split("\n")).strip()

    def clean_version(self) -> int:
        """0, the generated text, when there is none."""
        return self.cleaned_data["version"] or 0


# --- One text -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A version in the history, compared with the one before it (the generated text at first)."""

    number: int
    at: dt.datetime
    by: str
    differences: Differences
    published: bool
    current: bool


@dataclass(frozen=True)
class TextPage:
    """One text as its authors see it; `text` is None until somebody wrote."""

    topic: Topic
    text: Text | None
    current: TextVersion | None
    lines: tuple[Line, ...]
    older: int | None  # the history goes on before this version
    stale: bool
    changes: tuple[Change, ...]
    sentences: tuple[Pieces, ...]

    @property
    def proposal(self) -> tuple[str, ...]:
        """The paragraphs of the generated text."""
        return paragraphs(self.topic.paragraph.text)

    @property
    def seen(self) -> int:
        """The number of the last version."""
        return self.current.pk if self.current else 0

    @property
    def body(self) -> str:
        """The last words written, else the generated ones."""
        return self.current.body if self.current else self.topic.paragraph.text

    @property
    def state(self) -> str:
        """Where the text stands, in a word."""
        return _state(self.text, stale=self.stale)

    @property
    def badge(self) -> str:
        """The kind of the badge of its state."""
        return BADGES[self.state]

    @property
    def author(self) -> str:
        """Who wrote the last version."""
        return name_of(self.current.author) if self.current else ""

    @property
    def written_over(self) -> dt.date | None:
        """The last month received when the published version was written."""
        published = self.text.published if self.text else None
        return published.month if published else None

    @property
    def published(self) -> bool:
        """Whether readers see words of an analyst."""
        return self.text is not None and self.text.published_id is not None

    @property
    def against_proposal(self) -> Differences:
        """What analysts made of the generated text."""
        return differences(self.topic.paragraph.text, self.body)

    def form(self, posted: TextForm | None, *, conflict: bool) -> TextForm:
        """The form to show; after a conflict, it starts from the version that came in between."""
        if posted is None:
            return TextForm(initial={"body": self.body, "version": self.seen})
        if conflict:
            return TextForm(initial={"body": posted.cleaned_data["body"], "version": self.seen})
        return posted

    def conflict(self, posted: TextForm) -> Differences:
        """From the words that somebody else saved to those that were sent."""
        return differences(self.body, posted.cleaned_data["body"])


def page_of(topic: Topic, *, before: str = "") -> TextPage:
    """Read one text and a part of its history, in one query (two for older parts).

    `before`: the number of the version before which the history is asked for; what is no number
    asks for its beginning.
    """
    found, facts = versions(topic), topic.paragraph.facts
    latest = list(found[: VERSIONS_SHOWN + 1])
    shown = latest
    if is_number(before):
        shown = list(found.filter(pk__lt=int(before))[: VERSIONS_SHOWN + 1])
    text = latest[0].text if latest else None
    published = text.published if text else None
    old = published if published and is_stale(published, facts, topic.month) else None
    return TextPage(
        topic=topic,
        text=text,
        current=latest[0] if latest else None,
        lines=_lines(shown, text),
        older=shown[VERSIONS_SHOWN - 1].pk if len(shown) > VERSIONS_SHOWN else None,
        stale=old is not None,
        changes=changed_facts(old.facts, facts) if old else (),
        sentences=changed_sentences(old.generated, topic.paragraph.text) if old else (),
    )


def versions(topic: Topic) -> QuerySet[TextVersion]:
    """Every version of a text, the latest first."""
    return (
        TextVersion.objects.filter(
            text__region=region_of(topic.place),
            text__departement=topic.departement,
            text__subject=topic.subject,
        )
        .select_related("text__published", "text__published_by", "author")
        .order_by("-pk")
    )


def is_number(text: str) -> bool:
    """Whether a text may be the number of a version."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def _lines(versions: Sequence[TextVersion], text: Text | None) -> tuple[Line, ...]:
    """The versions to show, the latest first; the one after them is only compared with."""
    bodies = [version.body for version in versions]
    if len(versions) <= VERSIONS_SHOWN and versions:
        bodies.append(versions[-1].generated)
    return tuple(
        Line(
            number=version.pk,
            at=timezone.localtime(version.at),
            by=name_of(version.author),
            differences=differences(older, newer),
            published=text is not None and text.published_id == version.pk,
            current=text is not None and text.current_id == version.pk,
        )
        for version, (newer, older) in zip(versions, pairwise(bodies), strict=False)
    )


# --- All of them ----------------------------------------------------------------------------------

PROPOSED, DRAFT, PUBLISHED, NEWER_DRAFT, TO_READ = (
    "Proposition automatique",
    "Brouillon",
    "Publié",
    "Publié, brouillon en cours",
    "À relire",
)
#: How each state looks, as the design system names it.
BADGES = {
    PROPOSED: "info",
    DRAFT: "new",
    PUBLISHED: "success",
    NEWER_DRAFT: "new",
    TO_READ: "warning",
}


@dataclass(frozen=True)
class State:
    """A text in the list of those of a région; `edit_url` is "" for who may not write."""

    subject: str
    state: str
    at: dt.datetime | None = None  # when it was published
    by: str = ""
    edit_url: str = ""

    @property
    def badge(self) -> str:
        """The kind of its badge."""
        return BADGES[self.state]


@dataclass(frozen=True)
class Group:
    """The texts of one place, and the page that shows them."""

    name: str
    page: str
    states: tuple[State, ...]


def states(places: Sequence[Place], found: Drafts, *, writes: bool) -> list[Group]:
    """The texts of each place of a région, in one query; who only reads sees no draft."""
    texts = Text.objects.filter(region=region_of(places[0])).order_by()
    known = {
        (text.departement_id, text.subject): text
        for text in texts.select_related("published", "published_by")
    }
    return [_group(place, found, known, writes=writes) for place in places]


def lines(groups: Iterable[Group]) -> Iterator[Sequence[Cell]]:
    """The list of texts as a file."""
    yield "Territoire", "Texte", "État", "Publication", "Par"
    for group in groups:
        for text in group.states:
            published = timezone.localtime(text.at).date() if text.at else None
            yield group.name, text.subject, text.state, published, text.by


def _group(
    place: Place,
    found: Drafts,
    known: Mapping[tuple[str | None, str], Text],
    *,
    writes: bool,
) -> Group:
    code = place.code if isinstance(place, Departement) else None
    rows = []
    for name, paragraph in found.of(place).items():
        text = known.get((code, name))
        published = text.published if text else None
        stale = published is not None and is_stale(published, paragraph.facts, found.month)
        state = _state(text, stale=stale)
        if not writes:
            state = PUBLISHED if published else PROPOSED
        rows.append(
            State(
                subject=Subject(name).label,
                state=state,
                at=text.published_at if text else None,
                by=str((text and text.published_by) or ""),
                edit_url=address(place, Subject(name)) if writes else "",
            )
        )
    return Group(typographic(place.name), page_of_place(place), tuple(rows))


def _state(text: Text | None, *, stale: bool) -> str:
    if text is None or text.current_id is None:
        return PROPOSED
    if text.published_id is None:
        return DRAFT
    if stale:
        return TO_READ
    return PUBLISHED if text.published_id == text.current_id else NEWER_DRAFT
