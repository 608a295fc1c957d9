"""Digests: found due, read once for a région, written once for each reader.

Which month a reader was told of is kept with each of their subscriptions, and changed in the
transaction that writes the letter, under a lock: whoever comes second finds nothing due.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.address import absolute_url
from accounts.models import User
from accounts.scope import role_in
from dashboard.charts.volumes import Group
from dashboard.digest.facts import Facts, States, facts
from dashboard.digest.periods import Period, due
from dashboard.digest.text import Links, compose, subject
from dashboard.drafts import drafts
from dashboard.exporting.scheduled import unchanged_since
from dashboard.letters import key_of, post
from dashboard.models import Letter, Subscription
from dashboard.report import load_groups
from dashboard.texts import CALLERS
from indicators.evidence import RegionEvidence
from indicators.facilities import Among, FacilityRow, Question, facilities
from indicators.facility_states import RECENT
from indicators.received import Received, received_by_region, received_months, received_of_any
from indicators.selection import Selection, Territory
from indicators.snapshot import snapshot
from reference.models import DataVersion, Region
from reference.months import iso, shift

#: The figures of a région were left alone for so long before a digest tells of them: a month often
#: comes in several files, and it is told only once.
QUIET = dt.timedelta(hours=1)


def write_due(now: dt.datetime | None = None) -> int:
    """Write the digests that are due; returns how many were. Two queries when none is.

    None is written while facts are to be read again through another ground, nor about a région
    whose figures are still changing.

    Raises:
        ExceptionGroup: some régions could not be read; the others have theirs.
    """
    now = now or timezone.now()
    asked: dict[Region, list[Subscription]] = defaultdict(list)
    for each in _digests().select_related("region"):
        asked[each.region].append(each)
    received = received_by_region(region.code for region in asked)
    waiting = {
        region: [each.pk for each in theirs]
        for region, theirs in asked.items()
        if any(
            due(each.frequency, each.told, months_of(each, received[region.code]))
            for each in theirs
        )
    }
    if not waiting or not _read_through():
        return 0
    written, failures = 0, list[Exception]()
    for region, keys in waiting.items():
        try:
            if unchanged_since(region, now - QUIET):
                written += _write(region, keys)
        except Exception as error:  # noqa: BLE001  # raised once the other régions have theirs
            failures.append(error)
    if failures:
        raise ExceptionGroup("digests that could not be written", failures)
    return written


def _read_through() -> bool:
    """Whether the published facts were read through the ground as it is."""
    version = DataVersion.objects.get(pk=1)
    return version.ground == version.folded_ground


def months_of(subscription: Subscription, received: Received) -> Sequence[dt.date]:
    """The received months of the territory of a subscription, in order."""
    if subscription.departement_id is not None:
        return received.get(subscription.departement_id, ())
    return received_of_any(received)


def _digests() -> QuerySet[Subscription]:
    return Subscription.objects.filter(letter=Letter.DIGEST, user__is_active=True)


class Reading:
    """A région as one snapshot has it: what each territory's digest is made from."""

    def __init__(self, evidence: RegionEvidence, states: States, groups: Sequence[Group]) -> None:
        self.states = states
        self._evidence = evidence
        self._groups = groups
        self._known: dict[tuple[str | None, Period], Facts] = {}

    @property
    def first(self) -> dt.date:
        """The first month that is read: a period that ended before is too old to be told."""
        return self._evidence.region.measures.selection.first

    def facts(self, code: str | None, period: Period) -> Facts:
        """What there is to tell of a département, of the région when `code` is None."""
        if (code, period) not in self._known:
            told = facts(self._evidence, self.states, self._groups, code, period)
            self._known[code, period] = told
        return self._known[code, period]


def read(region: Region) -> Reading | None:
    """Read a région in one snapshot; None when nothing was received."""
    with snapshot() as version:
        found = drafts(region, version)
        if found is None:
            return None
        territory = found.evidence.region.measures.selection.territory
        received = received_months(territory.departement_codes)
        year = Selection(territory, *_year(found.month))
        lasts = {found.month, *(months[-1] for months in received.values() if months)}
        states = States(
            silent={last: _silent(territory, last, received) for last in lasts},
            feeding=facilities(Question(year, Among.FEEDING), received).rows,
            received=received,
        )
        return Reading(found.evidence, states, load_groups())


def _silent(territory: Territory, last: dt.date, received: Received) -> list[FacilityRow]:
    question = Question(Selection(territory, *_year(last)), Among.SILENT)
    return facilities(question, received).rows


def _year(last: dt.date) -> tuple[dt.date, dt.date]:
    return shift(last, -11), last


def _write(region: Region, keys: Sequence[int]) -> int:
    """Write the letters of some subscriptions of a région."""
    reading = read(region)
    if reading is None:
        return 0
    users = User.objects.filter(subscriptions__in=keys).distinct().order_by("pk")
    return sum(_write_to(user, region, keys, reading) for user in users)


@transaction.atomic
def _write_to(user: User, region: Region, keys: Sequence[int], reading: Reading) -> int:
    """Write the letters of a reader about a région: one for each period that is due."""
    role = role_in(user, region)
    if role is None:
        return 0
    mine = _digests().filter(user=user, pk__in=keys).select_for_update(of=("self",))
    asked = defaultdict(list)
    for each in mine.order_by("departement_id", "pk"):
        months = months_of(each, reading.states.received)
        period = due(each.frequency, each.told, months)
        if period is None:
            continue
        each.told = months[-1]
        each.save(update_fields=["told"])
        if period.last >= reading.first:
            asked[period].append(each.departement_id)
    links = _links(region, lists=role in CALLERS)
    return sum(
        post(
            user,
            Letter.DIGEST,
            key_of(region, f"{period.key}:{','.join(_codes(region, codes))}"),
            subject(region.name, period),
            compose([reading.facts(code, period) for code in _ordered(codes)], links),
        )
        for period, codes in asked.items()
    )


def _ordered(codes: Iterable[str | None]) -> list[str | None]:
    """The région first, then départements by code."""
    return sorted(codes, key=lambda code: code or "")


def _codes(region: Region, codes: Iterable[str | None]) -> Iterator[str]:
    for code in _ordered(codes):
        yield f"R{region.code}" if code is None else f"D{code}"


def _links(region: Region, *, lists: bool) -> Links:
    """The addresses of a letter; lists of ESMS are for those who may open them."""
    return Links(
        page=partial(_page, region),
        silent=partial(_list, region, Among.SILENT) if lists else _none,
        firsts=partial(_list, region, Among.FIRST) if lists else _none,
        received=absolute_url(reverse("dashboard:freshness", args=[region.slug])),
        subscriptions=absolute_url(reverse("dashboard:subscriptions")),
    )


def _page(region: Region, territory: Territory) -> str:
    if territory.departement_code is None:
        return absolute_url(reverse("dashboard:region", args=[region.slug]))
    return absolute_url(reverse("dashboard:departement", args=[territory.departement_code]))


def _list(region: Region, among: Among, told: Facts) -> str:
    """The list of ESMS behind a count."""
    months = told.period.first, told.period.last
    if among is Among.SILENT:
        months = shift(told.last, 1 - RECENT), told.last
    query = {"parmi": among.value, "de": iso(months[0]), "a": iso(months[1]), "tri": "dernier"}
    code = told.territory.departement_code
    path = (
        reverse("dashboard:region_facilities", args=[region.slug])
        if code is None
        else reverse("dashboard:departement_facilities", args=[code])
    )
    return absolute_url(f"{path}?{urlencode(query)}")


def _none(_told: Facts) -> str:
    return ""
