"""Types of documents in words: those that carry, those that rise, "Autres", generic codes."""

from __future__ import annotations

import datetime as dt

from indicators.commentary.phrases import types as phrases
from indicators.commentary.sentences import Line, Sentence
from indicators.commentary.view import OTHERS, SMALL_VOLUME, View
from indicators.commentary.words import GROUPS, period, spelled
from reference import french
from reference.months import shift

#: A type carries volumes from this share on; at most so many are named.
CARRIES, NAMED = 0.1, 3
#: From half of the documents on, one type is preponderant.
PREPONDERANT = 0.5
#: A type gains ground from so many points more, and a third more, than before.
GAIN, TIMES = 0.02, 1.3
#: Months compared at either end, and how few still tell something.
COMPARED, LEAST_COMPARED = 6, 4
#: The same for "Autres", which a committee wants explained only when it counts.
OTHERS_GAIN, OTHERS_SHARE = 0.04, 0.08
#: From this share of generic types on, typing is a subject.
GENERIC = 0.4


def carriers(view: View) -> Sentence | None:
    """The types that carry the documents of the window."""
    portions = [p for p in view.portions() if p.share >= CARRIES][:NAMED]
    if not portions:
        return None
    line = Line()
    window = view.window_words(line)
    small = view.details.typing.documents < SMALL_VOLUME
    words = [
        (
            line.count(f"documents : {p.code}", p.documents, "document")
            if small
            else line.say(f"part des documents : {p.code}", p.share)
        )
        for p in portions
    ]
    first = portions[0]
    named = [f"les {p.named(line)} ({word})" for p, word in zip(portions, words, strict=True)]
    link = view.link(type=first.types[0])
    if first.share >= PREPONDERANT and not small:
        text = view.pick(8, phrases.PREPONDERANCES).format(
            label=first.named(line),
            share=words[0],
            window=window,
            others=f", devant {french.listing(named[1:])}" if named[1:] else "",
        )
        return line.end(text, link)
    ways = phrases.CARRIERS if len(named) > 1 else phrases.CARRIERS[:1]
    text = view.pick(8, ways).format(
        window=window, listed=french.listing(named), number=spelled(len(named))
    )
    return line.end(text, link)


def diversification(view: View) -> Sentence | None:
    """The types that gain ground, and how diverse the whole is when it is the region's extreme."""
    line = Line()
    clauses = []
    gains = _gains(view)
    if len(gains) > 1:
        line.keep("nombre de mois comparés", _span(view))
        span = spelled(_span(view))
        words = [
            f"les {GROUPS[code]} passent de {line.say(f'part au début : {code}', before)} à "
            f"{line.say(f'part à la fin : {code}', after)}"
            for code, before, after in gains
        ]
        words = [words[0], *(word.replace("passent ", "", 1) for word in words[1:])]
        text = view.pick(9, phrases.GAINS).format(
            span=span,
            words=french.listing(words),
            apart=" hors pics" if view.here.documents.peaks else "",
        )
        clauses.append(text)
    extreme = _extreme(view, line)
    if extreme:
        clauses.append(extreme)
    return line.end(" ; ".join(clauses), view.link()) if clauses else None


def _extreme(view: View, line: Line) -> str:
    """The diversity of a département that is the first or the last of its région."""
    diversity = view.details.typing.diversity
    rank = view.rank(lambda other: other.details.typing.diversity)
    known = [
        other.details.typing.diversity
        for other in view.whole.departements.values()
        if other.details.typing.diversity is not None
    ]
    if diversity is None or rank is None or len(known) < 3 or rank not in {1, len(known)}:
        return ""
    line.keep("rang de la diversité dans la région", rank)
    value = line.say("diversité des types", diversity)
    which = "la plus large" if rank == 1 else "la plus étroite"
    return (
        f"la palette de types, {which} de la région, équivaut à {value} types utilisés à parts "
        "égales"
    )


def _gains(view: View) -> list[tuple[str, float, float]]:
    """Watched groups whose share grew, peaks apart: code, share at the beginning, at the end."""
    months = _calm_months(view)
    span = _span(view)
    if span < LEAST_COMPARED:
        return []
    first, last = months[:span], months[-span:]
    found = []
    for code in GROUPS:
        before, after = view.group_share(code, first), view.group_share(code, last)
        if code == OTHERS or before is None or after is None:
            continue
        if after - before >= GAIN and after >= TIMES * before:
            found.append((code, before, after))
    return sorted(found, key=lambda gain: gain[1] - gain[2])[:NAMED]


def _calm_months(view: View) -> list[dt.date]:
    """The received months that no peak lifts."""
    lifted = [(peak.first, peak.last) for peak in view.here.documents.peaks]
    return [m for m in view.received if not any(a <= m <= b for a, b in lifted)]


def _span(view: View) -> int:
    """How many months are compared at either end: half of those there are at most."""
    return min(COMPARED, len(_calm_months(view)) // 2)


def others_rise(view: View) -> Sentence | None:
    """The rise of "Autres" over a year and what it holds."""
    last = view.received[-6:]
    before = [shift(month, -12) for month in last]
    if not set(before) <= set(view.received):
        return None
    then, now = view.group_share(OTHERS, before), view.group_share(OTHERS, last)
    if then is None or now is None or now < OTHERS_SHARE or now - then < OTHERS_GAIN:
        return None
    line = Line()
    start = line.say("part de « Autres » un an plus tôt", then)
    end = line.say("part de « Autres » sur les derniers mois", now)
    line.month("mois de début de « Autres »", last[0])
    line.month("mois de fin", last[-1])
    held = []
    for kind in view.details.others[:2]:
        label = line.quote(f"type : {kind.code}", kind.label)
        held.append(
            f"{label} (depuis {line.month(f'mois d’apparition : {kind.code}', kind.since)})"
        )
    text = view.pick(10, phrases.OTHERS_RISES).format(
        start=start,
        end=end,
        when=period(last[0], last[-1]),
        content=f" ; on y trouve surtout {french.listing(held)}" if held else "",
    )
    return line.end(text, view.link(last[0], last[-1]))


def generic_types(view: View) -> Sentence | None:
    """The share of generic types, when it is a subject."""
    generic = view.details.typing.generic
    if generic is None or generic < GENERIC or view.details.typing.documents < SMALL_VOLUME:
        return None
    line = Line()
    share = line.say("part des types génériques", generic)
    rank = view.rank(lambda other: other.details.typing.generic)
    line.keep("rang des types génériques dans la région", rank)
    most = ", la part la plus forte de la région" if rank == 1 else ""
    text = view.pick(10, phrases.GENERICS).format(share=share, most=most)
    first = next((kind.code for kind in view.details.types if kind.generic), "")
    return line.end(text, view.link(type=first))
