"""Editions: what a committee saw of a région, kept for ever.

An edition holds the figures, words and data version of the pages on the day when it was frozen,
as plain JSON: nothing in it is computed again, and the database refuses to change it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from accounts import audit
from accounts.models import Role, User
from dashboard.drafts import Drafts, drafts
from dashboard.edition_figures import Json, summary
from dashboard.fingerprints import FINGERPRINT, shown
from dashboard.models import Edition, TypedFigure
from dashboard.report import load_groups
from dashboard.since import Since, since
from dashboard.texts import Place, shown_texts
from indicators.evidence import TerritoryEvidence
from indicators.payload import payload
from reference.models import Region, Target, lock_data_version, raise_data_version

#: The shape of the content, for who will read today's editions with tomorrow's code. The first one
#: kept neither the series of documents, nor targets, nor places as a sentence names them; the
#: second one, neither the total of the documents without a département, nor what had changed since
#: the committee before.
SHAPE = 3

#: What is kept of a target.
TARGET = ("indicator", "sector", "month", "last_month", "value", "label")


class NothingReceivedError(Exception):
    """There is nothing to freeze: no month was ever received."""


@transaction.atomic
def freeze(
    region: Region, title: str, committee_on: dt.date, *, actor: User
) -> tuple[Edition, bool]:
    """Keep what the pages of a région show now; returns the edition and whether it is new.

    The same title, date and data version make the same edition: a second click freezes nothing.

    Raises:
        NothingReceivedError: no month was ever received.
    """
    version = lock_data_version().number  # until the end: no figure moves while they are read
    found = drafts(region, version)
    if found is None:
        raise NothingReceivedError
    same = Edition.objects.filter(region=region, title=title, committee_on=committee_on)
    # Freezing raised the version by one: where nothing else did, the figures are the same.
    already = same.filter(data_version__in=[version - 1, version]).first()
    if already is not None:
        return already, False
    edition = Edition.objects.create(
        region=region,
        title=title,
        committee_on=committee_on,
        content={
            **content_of(region, found),
            "since": kept(since(region, found.evidence, committee_on)),
            FINGERPRINT: shown(region),
        },
        data_version=version,
        month=found.month,
        author=actor,
    )
    audit.record(
        "édition figée",
        actor=actor,
        target=title,
        region=region,
        date=committee_on.isoformat(),
        month=f"{found.month:%Y-%m}",
        version=version,
    )
    raise_data_version(f"édition figée, {title}")
    return edition, True


def content_of(region: Region, found: Drafts) -> Json:
    """All that an edition keeps: figures, movements, details, words, events, typed figures.

    `summary`: the figures of each territory by code, which later editions are compared with.
    """
    whole = found.evidence
    departements = {each.code: each for each in region.departements.order_by("code")}
    places: dict[str, tuple[Place, TerritoryEvidence]] = {
        f"R{region.code}": (region, whole.region),
        **{
            f"D{code}": (departements[code], evidence)
            for code, evidence in whole.departements.items()
        },
    }
    targets = _targets(region)
    return {
        "shape": SHAPE,
        "summary": summary(whole),
        # A list, for the database keeps no order of keys: the région first.
        "territories": [
            {"code": code, **_territory(place, evidence, found), "targets": targets[code]}
            for code, (place, evidence) in places.items()
        ],
        "groups": [_plain(group) | {"types": sorted(group.types)} for group in load_groups()],
        "typed_figures": [
            {"label": each.label, "value": each.value, "source": each.source, "on": _plain(each.on)}
            for each in TypedFigure.objects.filter(region=region)
        ],
    }


def kept(found: Since | None) -> Json | None:
    """What changed since the committee before, as an edition keeps it; None without any."""
    if found is None:
        return None
    return {**_plain(found), "paragraph": found.paragraph.text}


def _targets(region: Region) -> defaultdict[str, list[Json]]:
    """The targets of a région and of its départements, by code of territory."""
    targets: defaultdict[str, list[Json]] = defaultdict(list)
    for target in Target.objects.filter(region=region):
        code = f"D{target.departement_id}" if target.departement_id else f"R{region.code}"
        targets[code].append({name: _plain(getattr(target, name)) for name in TARGET})
    return targets


def _territory(place: Place, evidence: TerritoryEvidence, found: Drafts) -> Json:
    shown = shown_texts(place, found.of(place), AnonymousUser(), found.month, role=Role.READER)
    territory = evidence.measures.selection.territory
    return {
        "name": place.name,
        "locative": territory.locative,
        "of": territory.of,
        "measures": payload(evidence.measures, found.data_version),
        "documents": _plain(evidence.documents),
        "contributors": _plain(evidence.contributors),
        "details": _plain(evidence.details),
        "texts": [
            {
                "subject": subject,
                "paragraphs": list(text.paragraphs),
                "automatic": text.automatic,
                "published_at": _plain(text.published_at),
            }
            for subject, text in shown.items()
        ],
        "events": [
            {
                "label": event.label,
                "note": event.note,
                "month": _plain(event.month),
                "last_month": _plain(event.last_month),
            }
            for event in evidence.events
        ],
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it: dates in ISO, no NaN."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return str(value) if isinstance(value, str) else value
