"""What a user asks to be told of: read from the page's form, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.scope import visible_regions
from dashboard.digest.sending import months_of
from dashboard.models import Frequency, Letter, Mailing, Subscription
from indicators.received import received_by_region
from reference import french
from reference.models import Departement, Region

CHANGED = "abonnements modifiés"
NEVER = ""
CHOICES = ((NEVER, "Jamais"), *Frequency.choices)

#: Which letter about which territory: letter, code of the région, of the département or None.
Key = tuple[str, str, str | None]


class UnknownChoiceError(ValueError):
    """The form holds something that the page does not offer."""


@dataclass(frozen=True)
class Line:
    """A territory of the page: the name of its field, and how often its digest is asked for."""

    field: str
    name: str
    frequency: str

    @property
    def choices(self) -> Iterator[tuple[str, str, bool]]:
        """Value, label, whether it is the one kept."""
        for value, label in CHOICES:
            yield value, label, value == self.frequency


@dataclass(frozen=True)
class Block:
    """A région of the page: itself and its départements; `deck`: whether its slides are sent."""

    region: Region
    lines: tuple[Line, ...]
    deck_field: str
    deck: bool

    @property
    def asked(self) -> int:
        """How many letters are asked for, which a folded région shows."""
        return sum(line.frequency != NEVER for line in self.lines) + self.deck


def blocks(user: User) -> tuple[Block, ...]:
    """The régions that a user sees, with what they asked for. Three queries."""
    kept = {_key(each): each.frequency for each in Subscription.objects.filter(user=user)}
    return tuple(_block(region, places, kept) for region, places in _territories(user))


def save(user: User, data: Mapping[str, str]) -> bool:
    """Keep what the form asks for, a territory that it does not hold being left out.

    A digest that is newly asked for begins with the next month received. Returns whether
    something changed.

    Raises:
        UnknownChoiceError: a frequency is none of those offered. Nothing changes.
    """
    with transaction.atomic():
        # The row of the user makes two forms sent at once wait for each other.
        User.objects.select_for_update().get(pk=user.pk)
        territories = list(_territories(user))
        asked = dict(_asked(territories, data))
        kept = {_key(each): each for each in Subscription.objects.filter(user=user)}
        _end(user, [kept[key] for key in kept if key not in asked])
        _begin(user, {key: asked[key] for key in asked if key not in kept}, territories)
        turned = [key for key in asked if key in kept and kept[key].frequency != asked[key]]
        for key in turned:
            kept[key].frequency = asked[key]
            kept[key].save(update_fields=["frequency"])
        changed = bool(turned) or kept.keys() != asked.keys()
        if changed:
            told = sorted(_told(key, frequency) for key, frequency in asked.items())
            audit.record(CHANGED, actor=user, target=user.email, asked=told)
        return changed


def _territories(user: User) -> Iterator[tuple[Region, list[Departement]]]:
    """The régions that a user sees, by name, each with its départements. Two queries."""
    regions = list(visible_regions(user))
    places = Departement.objects.filter(region__in=regions).order_by("region_id", "code")
    own = {code: list(those) for code, those in groupby(places, lambda place: place.region_id)}
    for region in regions:
        yield region, own.get(region.code, [])


def _block(region: Region, places: Iterable[Departement], kept: Mapping[Key, str]) -> Block:
    def line(name: str, code: str | None) -> Line:
        frequency = kept.get((Letter.DIGEST, region.code, code), NEVER)
        return Line(_field(region, code), french.typographic(name), frequency)

    return Block(
        region=region,
        lines=(
            line(region.name, None),
            *(line(place.name, place.code) for place in places),
        ),
        deck_field=f"diapositives-R{region.code}",
        deck=(Letter.DECK, region.code, None) in kept,
    )


def _field(region: Region, departement: str | None) -> str:
    """The name of the field of a territory: "point-R27", "point-D21"."""
    return f"point-R{region.code}" if departement is None else f"point-D{departement}"


def _asked(
    territories: Iterable[tuple[Region, list[Departement]]], data: Mapping[str, str]
) -> Iterator[tuple[Key, str]]:
    """What the form asks for, among what its user sees."""
    for region, places in territories:
        for line_code, code in (
            (f"R{region.code}", None),
            *((f"D{p.code}", p.code) for p in places),
        ):
            frequency = data.get(f"point-{line_code}", NEVER)
            if frequency not in dict(CHOICES):
                message = f"{french.quoted(frequency[:40])} n’est pas une fréquence proposée."
                raise UnknownChoiceError(message)
            if frequency != NEVER:
                yield (Letter.DIGEST, region.code, code), frequency
        if data.get(f"diapositives-R{region.code}"):
            yield (Letter.DECK, region.code, None), Frequency.MONTHLY


def _begin(
    user: User, asked: Mapping[Key, str], territories: Iterable[tuple[Region, list[Departement]]]
) -> None:
    """Add subscriptions, told of all that is received today."""
    regions = {region.code: region for region, _ in territories}
    received = received_by_region(code for _, code, _ in asked)
    for (letter, code, departement), frequency in asked.items():
        one = Subscription(
            user=user,
            letter=letter,
            region=regions[code],
            departement_id=departement,
            frequency=frequency,
        )
        one.told = next(reversed(months_of(one, received[code])), None)
        one.save()


def _end(user: User, ended: Iterable[Subscription]) -> None:
    """Remove subscriptions, and the letters that wait when a région has none left."""
    for each in ended:
        each.delete()
        same = {"user": user, "letter": each.letter}
        if not Subscription.objects.filter(**same, region=each.region_id).exists():
            waiting = Mailing.objects.filter(**same, sent_at__isnull=True)
            waiting.filter(key__startswith=f"R{each.region_id}:").delete()


def _key(subscription: Subscription) -> Key:
    return subscription.letter, subscription.region_id, subscription.departement_id


def _told(key: Key, frequency: str) -> str:
    """A subscription as the audit trail writes it: "Point sur l’alimentation, D21, chaque mois"."""
    letter, region, departement = key
    place = f"D{departement}" if departement else f"R{region}"
    often = "" if letter == Letter.DECK else f", {Frequency(frequency).label.lower()}"
    return f"{Letter(letter).label}, {place}{often}"
