"""How analysts write, publish and withdraw texts.

Nothing written is ever lost: saving adds a version, and who saves over a version that they have
not seen is told so first.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.models import Text, TextVersion
from dashboard.texts import Topic, is_stale, region_of
from reference.models import lock_data_version, raise_data_version
from reference.months import iso


class StaleTextError(Exception):
    """Somebody saved another version since the one that was seen."""


@dataclass(frozen=True)
class Pen:
    """Somebody writing a text over today's generated one.

    `seen`: the number of the version that they started from, 0 for the generated text. Each act
    first keeps the words at hand as a version when they are new, and raises `StaleTextError`,
    nothing written, when `seen` is not the last version any more.
    """

    topic: Topic
    seen: int
    actor: User

    @transaction.atomic
    def save(self, *bodies: str) -> int:
        """Add a version for each of `bodies` that is not the one before; returns how many.

        No kept page shows a draft, so the data version stays.
        """
        text, before = self._hold(), self.topic.paragraph.text
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
            or is_stale(last, self.topic.paragraph.facts, self.topic.month)
            or last.generated != self.topic.paragraph.text
        ):
            self._add(text, body)
        if text.current is None or text.published_id == text.current.pk:
            return False
        text.published, text.published_at = text.current, text.current.at
        text.published_by = self.actor
        text.save()
        self._record("texte publié", text)
        raise_data_version(f"texte publié, {self.topic.title}")
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
        raise_data_version(f"texte retiré, {self.topic.title}")
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
            region=region_of(self.topic.place),
            departement=self.topic.departement,
            subject=self.topic.subject,
        )
        return text

    def _add(self, text: Text, body: str) -> None:
        text.current = TextVersion.objects.create(
            text=text,
            body=body,
            generated=self.topic.paragraph.text,
            facts=dict(self.topic.paragraph.facts),
            month=self.topic.month,
            data_version=self.topic.data_version,
            author=self.actor,
        )
        text.save()

    def _record(self, action: str, text: Text) -> None:
        audit.record(
            action,
            actor=self.actor,
            target=self.topic.title,
            region=region_of(self.topic.place),
            version=text.current_id,
            month=iso(self.topic.month),
        )
