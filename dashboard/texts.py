"""The texts of analysts as readers see them.

A text is about a région or one chart of a département. Until somebody publishes words of their
own, readers see the generated ones, said to be automatic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Role, User
from accounts.scope import role_in
from dashboard.models import Subject, Text, TextVersion
from dashboard.words import Pieces, changed_sentences, paragraphs
from indicators.commentary import Paragraph, fact_label, fact_text
from reference.french import typographic
from reference.models import (
    Departement,
    Region,
)

Place = Region | Departement
Facts = Mapping[str, float | str | None]

WRITERS = frozenset({Role.ANALYST, Role.ADMINISTRATOR})
#: Who may see the lists of ESMS behind sentences.
CALLERS = WRITERS | {Role.REFERENT}


#: What stands for a fact that the generated text did not tell, or tells no more.
UNTOLD, NO_LONGER = "n’était pas dit", "n’est plus dit"

# --- What readers see -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Phrase:
    """Words of a text; `esms` is the address of the list behind them, "" without any."""

    text: str
    esms: str = ""


@dataclass(frozen=True)
class ShownText:
    """A text as a page shows it.

    `automatic`: nobody published another, so these are the generated words. `stale`: published
    over other figures than today's ("À relire"); `changes` are the facts that are others since,
    `sentences` the generated ones that differ. `edit_url` is "" for who may not write.
    """

    title: str
    paragraphs: tuple[str, ...]
    automatic: bool
    sources: tuple[Phrase, ...] = ()  # the sentences that have a list of ESMS
    stale: bool = False
    changes: tuple[Change, ...] = ()
    sentences: tuple[Pieces, ...] = ()
    month: dt.date | None = None  # the last received when it was written
    published_at: dt.datetime | None = None
    published_by: str = ""
    edit_url: str = ""


def shown_texts(
    place: Place,
    generated: Mapping[str, Paragraph],
    user: User | AnonymousUser,
    last_month: dt.date | None,
    *,
    role: Role | None = None,
) -> dict[str, ShownText]:
    """What is shown on each subject of `generated`, in one query, and one for the user's role.

    `last_month`: the last received of the région. `role`: the user's, from who knows it already.
    Staleness is about the months that pages open on: give what was generated for these.
    """
    role = role or role_in(user, region_of(place))
    published = {text.subject: text for text in texts_of(place).exclude(published=None).order_by()}
    reader = _Reader(place, role, last_month)
    return {
        subject: reader.shown(Subject(subject), published.get(subject), paragraph)
        for subject, paragraph in generated.items()
    }


@dataclass(frozen=True)
class _Reader:
    """Who reads the texts of a place, and when."""

    place: Place
    role: Role | None
    last_month: dt.date | None

    def shown(self, subject: Subject, text: Text | None, paragraph: Paragraph) -> ShownText:
        """What they see on one subject; `text`: the published one, if any."""
        version = text.published if text else None
        named = title(self.place, subject)
        edit_url = address(self.place, subject) if self.role in WRITERS else ""
        sources = phrases(self.place, paragraph) if self.role in CALLERS else ()
        if text is None or version is None:
            return ShownText(
                title=named,
                paragraphs=paragraphs(paragraph.text),
                automatic=True,
                sources=sources,
                edit_url=edit_url,
            )
        stale = is_stale(version, paragraph.facts, self.last_month)
        return ShownText(
            title=named,
            paragraphs=paragraphs(version.body),
            automatic=False,
            # A sentence keeps the list behind it as long as the analyst keeps the sentence.
            sources=tuple(phrase for phrase in sources if phrase.text in version.body),
            stale=stale,
            changes=changed_facts(version.facts, paragraph.facts) if stale else (),
            sentences=changed_sentences(version.generated, paragraph.text) if stale else (),
            month=version.month,
            published_at=text.published_at,
            published_by=str(text.published_by or ""),
            edit_url=edit_url,
        )


def phrases(place: Place, paragraph: Paragraph) -> tuple[Phrase, ...]:
    """The sentences of a generated text behind which there is a list of ESMS."""
    return tuple(
        Phrase(sentence.text, f"{page_of_place(place)}esms/?{urlencode(sentence.esms)}")
        for sentence in paragraph.sentences
        if sentence.esms
    )


@dataclass(frozen=True)
class Change:
    """A fact that a text was written over and that is another today, as sentences write it."""

    name: str
    before: str
    after: str


def is_stale(version: TextVersion, facts: Facts, last_month: dt.date | None) -> bool:
    """Whether another month came, or the generated text would not say the same facts any more."""
    return version.month != last_month or bool(changed_facts(version.facts, facts))


def changed_facts(before: Facts, after: Facts) -> tuple[Change, ...]:
    """The facts that are written otherwise, by their French names.

    A generated text holds only the facts that it tells: one that is missing may well be known.
    """
    return tuple(
        Change(fact_label(name), one, other)
        for name in {**before, **after}
        if (one := _written(before, name, UNTOLD)) != (other := _written(after, name, NO_LONGER))
    )


def _written(facts: Facts, name: str, absent: str) -> str:
    return fact_text(name, facts[name]) if name in facts else absent


# --- Places and subjects --------------------------------------------------------------------------


def region_of(place: Place) -> Region:
    """The région of a place."""
    return place if isinstance(place, Region) else place.region


def page_of_place(place: Place) -> str:
    """The page that shows the texts of a place."""
    if isinstance(place, Region):
        return reverse("dashboard:region", args=[place.slug])
    return reverse("dashboard:departement", args=[place.code])


def subjects(place: Place) -> tuple[Subject, ...]:
    """What there is to write about in a place, in the order of its page."""
    if isinstance(place, Region):
        return (Subject.REGION,)
    return (Subject.DOCUMENTS, Subject.CONTRIBUTORS, Subject.SECTORS)


def address(place: Place, subject: Subject) -> str:
    """Where a text is written."""
    if isinstance(place, Region):
        return reverse("dashboard:region_text", args=[place.slug])
    return reverse("dashboard:departement_text", args=[place.code, subject.value])


def title(place: Place, subject: Subject) -> str:
    """How a text is called: "Secteurs qui alimentent, Jura"."""
    return f"{subject.label}, {typographic(place.name)}"


def texts_of(place: Place) -> QuerySet[Text]:
    """The texts of one place, with the version that readers see."""
    departement = None if isinstance(place, Region) else place
    return Text.objects.filter(region=region_of(place), departement=departement).select_related(
        "published", "published_by"
    )


@dataclass(frozen=True)
class Topic:
    """What a text is written over: its subject, and the generated text of a data version.

    `month`: the last received of the région.
    """

    place: Place
    subject: Subject
    paragraph: Paragraph
    month: dt.date
    data_version: int

    @property
    def title(self) -> str:
        """How the text is called."""
        return title(self.place, self.subject)

    @property
    def address(self) -> str:
        """Where it is written."""
        return address(self.place, self.subject)

    @property
    def shown_on(self) -> str:
        """The page that shows it."""
        return page_of_place(self.place)

    @property
    def departement(self) -> Departement | None:
        """None for a région."""
        return None if isinstance(self.place, Region) else self.place
