"""How the committee of an edition is called, before it meets and since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from dashboard.models import Edition
from reference import french
from reference.models import Region


@dataclass(frozen=True)
class Meeting:
    """How what is compared with is called: the committee, or the edition until it has met.

    `name`: "le comité du 26 janvier 2026"; `then`: "au comité"; `day`: that of its figures.
    """

    name: str
    then: str
    day: dt.date
    met: bool


@dataclass(frozen=True)
class Head:
    """Which edition is compared."""

    region: Region
    number: int
    title: str
    committee_on: dt.date
    month: dt.date
    frozen_on: dt.date

    def meeting(self, cut_off: dt.date | None) -> Meeting:
        """What is compared with: the edition, as long as no later file tells that it has met.

        `cut_off`: when the newest file was received. No clock is looked at, for a page is kept as
        long as its data stay the same: what it says has to stay true.
        """
        committee = f"le comité du {french.day(self.committee_on)}"
        met = self.frozen_on >= self.committee_on or (
            cut_off is not None and cut_off >= self.committee_on
        )
        if met:
            return Meeting(committee, "au comité", self.committee_on, met)
        edition = f"l’édition figée le {french.day(self.frozen_on)} pour {committee}"
        return Meeting(edition, "à l’édition", self.frozen_on, met)


def head_of(edition: Edition) -> Head:
    """What a comparison says of an edition."""
    return Head(
        edition.region,
        edition.pk,
        edition.title,
        edition.committee_on,
        edition.month,
        timezone.localtime(edition.at).date(),
    )
