"""How analysts write, publish and withdraw texts.

Nothing written is ever lost: saving adds a version, and who saves over a version that they have
not seen is told so first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.models import Subject, Text, TextVersion
from dashboard.texts import Place, is_stale, region_of, title
from reference.models import (
    Departement,
    current_data_version,
    lock_data_version,
    raise_data_version,
)
from reference.months import iso

if TYPE_CHECKING:
    from indicators.commentary import Paragraph


class StaleTextError(Exception):
    """Somebody saved another version since the one that was seen."""


@dataclass(frozen=True)
class Pen:
    """Somebody writing a text over today's generated one.

    `month`: the last received. `seen`: the number of the version that they started from, 0 for
    the generated text. Each act first keeps the words at hand as a version when they are new, and
    raises `StaleTextError`, nothing written, when `seen` is not the last version any more.
    """

    place: Place
    subject: Subject
    paragraph: Paragraph
    month: dt.date | None
    seen: int
    actor: User

    @transaction.atomic
    def save(self, *bodies: str) -> int:
        """Add a version for each of `bodies` that is not the one before; returns how many.

        No kept page shows a draft, so the data version stays.
        """
        text, before = self._hold(), self.paragraph.text
        if text.current is not None:
            before = text.current.body
        added = 0
        for body in bodies:
            if body != before:
                self._add(text, body)
                self._record("texte enregistré", text)
                before, added = body, added + 1
        return added

    @transaction.atomic
    def publish(self, body: str) -> bool:
        """Show words to every reader; returns whether this changes anything.

        Words written over other figures become a version over today's: they were read again.
        """
        text = self._hold()
        last = text.current
        if (
            last is None
            or body != last.body
            or is_stale(last, self.paragraph.facts, self.month)
            or last.generated != self.paragraph.text
        ):
            self._add(text, body)
        if text.current is None or text.published_id == text.current.pk:
            return False
        text.published, text.published_at = text.current, text.current.at
        text.published_by = self.actor
        text.save()
        self._record("texte publié", text)
        raise_data_version(f"texte publié, {title(self.place, self.subject)}")
        return True

    @transaction.atomic
    def unpublish(self, body: str) -> bool:
        """Show the generated text again; returns whether another was published."""
        self.save(body)
        text = self._text()
        if text.published_id is None:
            return False
        text.published = text.published_by = text.published_at = None
        text.save()
        self._record("texte retiré de la publication", text)
        raise_data_version(f"texte retiré, {title(self.place, self.subject)}")
        return True

    def _hold(self) -> Text:
        """The text as it was seen; its writers follow each other until the transaction ends."""
        lock_data_version()
        text = self._text()
        if (text.current_id or 0) != self.seen:
            raise StaleTextError
        return text

    def _text(self) -> Text:
        text, _ = Text.objects.select_related("current").get_or_create(
            region=region_of(self.place),
            departement=self.place if isinstance(self.place, Departement) else None,
            subject=self.subject,
        )
        return text

    def _add(self, text: Text, body: str) -> None:
        text.current = TextVersion.objects.create(
            text=text,
            body=body,
            generated=self.paragraph.text,
            facts=dict(self.paragraph.facts),
            month=self.month,
            data_version=current_data_version(),
            author=self.actor,
        )
        text.save()

    def _record(self, action: str, text: Text) -> None:
        audit.record(
            action,
            actor=self.actor,
            target=title(self.place, self.subject),
            region=region_of(self.place),
            version=text.current_id,
            month=None if self.month is None else iso(self.month),
        )
