"""What changed since a committee, in one paragraph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dashboard.committees import Head, Meeting
from dashboard.since_figures import Both, documents_pair, ranked_codes, rate_pair
from indicators.commentary.sentences import Line, Paragraph, Sentence
from reference import french
from reference.months import in_french


class Arrived(NamedTuple):
    """The last month received today, and how many were received of those after the committee's."""

    last: dt.date
    months: int


def paragraph(
    head: Head, meeting: Meeting, arrived: Arrived, total: Both, places: Sequence[Both]
) -> Paragraph:
    """What changed until the last month received; each number is one of its facts."""
    said = [
        *_region(total, meeting),
        *_partial(total, places, meeting, arrived),
        *_rates(places),
        *_volumes(places),
        *_ranks(places),
    ]
    if not said:
        said = [Line().end("les chiffres de la région et de ses départements sont les mêmes")]
    return Paragraph((_received(head, meeting, arrived), *said))


def _received(head: Head, meeting: Meeting, arrived: Arrived) -> Sentence:
    """How many months came since."""
    line = Line()
    line.keep("date du comité", head.committee_on.isoformat())
    if not meeting.met:
        line.keep("date de l’édition", head.frozen_on.isoformat())
    then = line.month("mois du comité", head.month)
    months, reached = arrived.months, in_french(arrived.last)
    if months <= 0:
        return line.end(f"depuis {meeting.name}, les données vont toujours jusqu’à {reached}")
    if months > 1:
        more = f"{line.count('mois reçus depuis', months, 'mois', 'mois')} de plus ont été reçus"
    else:
        line.keep("mois reçus depuis", months)
        more = "un mois de plus a été reçu"
    last = line.month("mois le plus récent", arrived.last)
    reading = "qui disposait des" if meeting.met else "faite sur les"
    return line.end(
        f"depuis {meeting.name}, {reading} données jusqu’à {then}, {more}"
        f"\u202f: elles vont jusqu’à {last}"
    )


def _region(total: Both, meeting: Meeting) -> Iterator[Sentence]:
    before, after = total.before.get("documents"), total.after.get("documents")
    line, parts = Line(), []
    if before and after is not None and not total.comparable:
        yield _apart(total, meeting)
    elif before and after is not None and before != after:
        one, other = line.say("documents au comité", before), line.say("documents", after)
        line.keep("évolution des documents", after / before - 1)
        parts.append(f"les documents passent de {one} à {other} ({documents_pair(total).change})")
    if total.move:
        line.keep("part au comité", total.before["rate"])
        line.keep("part", total.after["rate"])
        line.keep("écart des parts", total.move)
        rate = rate_pair(total)
        parts.append(
            f"la part des ESMS qui ont alimenté passe de {rate.before} à {rate.after} "
            f"({rate.change})"
        )
    if parts:
        yield line.end(f"sur 12 mois, dans la région, {' et '.join(parts)}")
    line = Line()
    if total.whole and total.change("parc"):
        parc = line.say("ESMS ouverts", total.after["parc"])
        earlier = line.say("ESMS ouverts au comité", total.before["parc"])
        yield line.end(f"le périmètre compte {parc} ESMS ouverts, contre {earlier} {meeting.then}")


def _apart(total: Both, meeting: Meeting) -> Sentence:
    """Why documents are not compared: other months are missing."""
    line = Line()
    received, earlier = total.after["received"], total.before.get("received", 12)
    now = line.count("mois reçus des 12", received, "mois reçu", "mois reçus")
    then = line.say("mois reçus des 12 au comité", earlier)
    return line.end(
        f"les documents de 12 mois de la région ne se comparent pas\u202f: {now} sur 12 "
        f"aujourd’hui, {then} {meeting.then}"
    )


def _partial(
    total: Both, places: Sequence[Both], meeting: Meeting, arrived: Arrived
) -> Iterator[Sentence]:
    """Why the ESMS of the région are not compared: other départements are missing."""
    if total.whole or total.change("parc") is None:
        return
    line = Line()
    month = line.month("mois le plus récent", arrived.last)
    now = line.count(
        "départements reçus", _open(places, "after"), "département reçu", "départements reçus"
    )
    every = line.say("départements de la région", len(places))
    then = line.say("départements reçus au comité", _open(places, "before"))
    yield line.end(
        f"le nombre et la part des ESMS de la région ne se comparent pas\u202f: {now} sur {every} "
        f"en {month}, {then} {meeting.then}"
    )


def _open(places: Sequence[Both], date: str) -> int:
    """How many départements have open ESMS in the last month of a date."""
    return sum(getattr(each, date).get("parc") is not None for each in places)


def _rates(places: Sequence[Both]) -> Iterator[Sentence]:
    """Where the rate rose and fell, the most first."""
    for sign, verb in ((1, "progresse"), (-1, "recule")):
        moved = sorted(
            (each for each in places if each.move * sign > 0),
            key=lambda each: (-abs(each.move), each.territory.code),
        )
        if not moved:
            continue
        line = Line()
        told = [_told(line, each) for each in moved[:3]]
        others = len(moved) - len(told)
        if others:
            count = line.count(
                f"départements où elle {verb} aussi",
                others,
                "autre département",
                "autres départements",
            )
            told.append(f"dans {count}")
        yield line.end(f"la part des ESMS qui ont alimenté {verb} {french.listing(told)}")


def _told(line: Line, both: Both) -> str:
    name = both.territory.name
    line.keep(f"écart des parts, {name}", both.move)
    return f"{french.typographic(both.territory.locative)} ({french.signed_points(both.move)})"


def _volumes(places: Sequence[Both]) -> Iterator[Sentence]:
    """Where documents rose the most, and fell the most."""
    moves = {
        each.territory.code: each.after["documents"] / each.before["documents"] - 1
        for each in places
        if each.comparable
        and each.before.get("documents")
        and each.after.get("documents") is not None
    }
    if not moves:
        return
    most, least = max(moves, key=moves.__getitem__), min(moves, key=moves.__getitem__)
    names = {each.territory.code: each.territory for each in places}
    line, parts = Line(), []
    for code, sign, words in ((most, 1, "augmentent le plus"), (least, -1, "reculent le plus")):
        if moves[code] * sign > 0:
            line.keep(f"évolution des documents, {names[code].name}", moves[code])
            place = french.typographic(names[code].locative)
            parts.append(f"{words} {place} ({french.signed_percent(moves[code])})")
    if parts:
        yield line.end(f"les documents {' et '.join(parts)}")


def _ranks(places: Sequence[Both]) -> Iterator[Sentence]:
    """Who changed rank by rate, where the same are ranked."""
    before, after = (
        ranked_codes({each.territory.code: getattr(each, date) for each in places})
        for date in ("before", "after")
    )
    if before != after:
        return
    line, parts = Line(), []
    for each in places:
        if each.change("rank") and not each.small:
            name, then, now = each.territory.name, each.before["rank"], each.after["rank"]
            line.keep(f"rang au comité, {name}", then)
            line.keep(f"rang, {name}", now)
            place = french.typographic(each.territory.locative)
            parts.append(f"du {french.ordinal(then)} au {french.ordinal(now)} rang {place}")
    if parts:
        yield line.end(f"au classement des parts, on passe {french.listing(parts)}")
