"""Peaks in words: when, how high, made of what, beside which event, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from indicators.commentary.phrases import peaks as phrases
from indicators.commentary.sentences import Line, Sentence
from indicators.commentary.view import SMALL_VOLUME, Portion, View, grouped
from indicators.commentary.words import of_month, spelled
from indicators.commentary.yearly import CHANGE
from indicators.dynamics import Label, Peak, Trait
from indicators.peaks import PeakOrigin
from reference import french
from reference.months import iso, shift

#: From so many peaks on, they are told together; of those, so many are told with their month.
SEVERAL, WRITTEN = 3, 4
#: From this share on, one organisation is said to make most of a peak, then nearly all of it.
MOST, NEARLY_ALL = 0.5, 0.95
#: A type is said to carry a peak from this share of its excess on; at most so many are named.
CARRIES, NAMED = 0.15, 3
#: After a peak, what stands under this part of its excess above the ground came back to it.
BACK = 1 / 3
#: A peak makes most of the change over a year from this share on.
MAKES_THE_CHANGE = 0.5


def one_peak(view: View, peak: Peak, origin: PeakOrigin | None, *, main: bool) -> list[Sentence]:
    """A peak: its height and what comes after it, what makes it, its weight in the year."""
    found: list[Sentence | None] = [_height(view, peak, main=main)]
    if origin is not None:
        found.append(_origin(view, origin))
        found.append(_weight(view, origin) if main else None)
    return [sentence for sentence in found if sentence is not None]


def several_peaks(view: View, origins: Mapping[dt.date, PeakOrigin]) -> list[Sentence]:
    """The peaks of an irregular series: the highest ones by month, and what they share."""
    peaks = sorted(view.here.documents.peaks, key=lambda peak: -peak.excess)
    shown = sorted(peaks[:WRITTEN], key=lambda peak: peak.month)
    line = Line()
    line.keep("nombre de pics", len(peaks))
    words = []
    for peak in shown:
        key = iso(peak.month)
        month = line.month(f"mois du pic {key}", peak.month)
        words.append(f"{month} ({line.count(f'documents du pic {key}', peak.value, 'document')})")
    text = view.pick(4, phrases.LISTS).format(
        number=spelled(len(peaks)),
        most="" if len(peaks) == len(shown) else "les plus marqués ",
        listed=french.listing(words),
    )
    known = [origins[peak.month] for peak in peaks if peak.month in origins]
    return [line.end(text, view.link(shown[0].first, shown[-1].last)), *_together(known, view)]


# --- One peak --------------------------------------------------------------------------------


def _height(view: View, peak: Peak, *, main: bool) -> Sentence:
    line = Line()
    key = iso(peak.month)
    line.keep(f"mois du pic {key}", key)
    value = line.count(f"documents du pic {key}", peak.value, "document")
    if not main:
        text = f"un second pic, moins marqué, est celui {of_month(peak.month)} ({value})"
        return line.end(text, view.link(peak.month, peak.month))
    against = ""
    if peak.ratio is not None:
        ratio = line.say(f"rapport du pic {key} au niveau voisin", peak.ratio)
        ground = line.say(f"documents autour du pic {key}", peak.ground)
        against = f", soit {ratio} fois le niveau des mois voisins ({ground})"
    early = view.here.documents.modifier(Trait.EARLY_PEAK)
    isolated = early is not None and early.month == peak.month
    text = view.pick(5, phrases.EARLY if isolated else phrases.HEIGHTS).format(
        when=of_month(peak.month), value=value, against=against, after=_after(view, line, peak)
    )
    return line.end(text, view.link(peak.month, peak.month))


def _after(view: View, line: Line, peak: Peak) -> str:
    """What the month after a peak comes back to, nothing when it does not."""
    month = shift(peak.last, 1)
    value = view.at("total_documents", month)
    if value is None or value > peak.ground + BACK * peak.excess:
        return ""
    when = line.month("mois suivant le pic", month)
    back = line.count("documents du mois suivant le pic", value, "document")
    return view.pick(6, phrases.AFTERS).format(back=back, month=when)


def _origin(view: View, origin: PeakOrigin) -> Sentence | None:
    """What makes the excess: types, an organisation; then the events that stand there."""
    line = Line()
    key = iso(origin.peak.month)
    portions = _carrying(view.peak_portions(origin.types))
    esms = view.link(origin.peak.first, origin.peak.last)
    clauses = []
    if portions:
        clauses.append(_made_of(view, line, key, portions))
        esms["type"] = portions[0].types[0]
    owner = origin.entities[0] if origin.entities else None
    if owner is not None and owner.share >= MOST:
        share = line.say(f"part du premier organisme dans le pic {key}", min(owner.share, 1.0))
        esms["og"] = owner.code
        clauses.append(
            "est le fait d’un seul organisme gestionnaire"
            if owner.share >= NEARLY_ALL
            else f"vient pour {share} d’un même organisme gestionnaire"
        )
    if origin.events:
        names = [
            line.quote(f"événement {n} du pic {key}", event.label)
            for n, event in enumerate(origin.events, 1)
        ]
        clauses.append(f"coïncide avec {french.listing(names)}")
    return line.end(f"il {french.listing(clauses)}", esms) if clauses else None


def _made_of(view: View, line: Line, key: str, portions: Sequence[Portion]) -> str:
    """The types that carry a peak."""
    first = portions[0]
    shares = [line.say(f"part dans le pic {key} : {p.code}", min(p.share, 1.0)) for p in portions]
    if first.share >= NEARLY_ALL:
        return f"est constitué en quasi-totalité de {first.named(line)}"
    parts = [f"les {p.named(line)} ({share})" for p, share in zip(portions, shares, strict=True)]
    return view.pick(7, phrases.MADE_OF).format(parts=french.listing(parts))


def _weight(view: View, origin: PeakOrigin) -> Sentence | None:
    """How much of the change over a year a peak makes, or takes from the year before."""
    growth = view.measures.growth
    change = growth.recent - growth.earlier
    if growth.change is None or growth.earlier < SMALL_VOLUME or change < SMALL_VOLUME:
        return None
    recent = origin.peak.first >= shift(view.received[-1], -11)
    line = Line()
    if recent and origin.excess >= MAKES_THE_CHANGE * change:
        rise = line.say(CHANGE, growth.change)
        part = min(origin.excess / change, 1.0)
        said = line.say("part du pic dans les documents gagnés en un an", part)
        way = phrases.WHOLE_WEIGHT if part == 1 else view.pick(11, phrases.WEIGHTS)
        return line.end(way.format(rise=_plain(rise), part=said), view.link())
    if not recent and view.here.documents.label == Label.PROGRESSIVE:
        rise = line.say(CHANGE, growth.change)
        return line.end(
            f"l’année de comparaison contenant ce pic, l’évolution sur un an ({_plain(rise)}) "
            "sous-estime la progression de fond"
        )
    return None


def _plain(growth: str) -> str:
    """A growth inside parentheses: "+224 %, ×3,2"."""
    return growth.replace(" (", ", ").rstrip(")")


# --- Several peaks ---------------------------------------------------------------------------


def _together(origins: Sequence[PeakOrigin], view: View) -> list[Sentence]:
    """What the peaks of an irregular series are made of, all added up, and their events."""
    found = []
    line = Line()
    portions = _carrying(grouped(_added(origins), view.whole.groups))
    if portions:
        parts = [
            f"aux {p.named(line)} ({line.say(f'part dans les pics : {p.code}', p.share)})"
            for p in portions
        ]
        text = view.pick(7, phrases.TOGETHER).format(parts=french.listing(parts))
        found.append(line.end(text, view.link(type=portions[0].types[0])))
    noted = {event.label: event.month for origin in origins for event in origin.events}
    if noted:
        line = Line()
        words = [
            f"{line.quote(f'événement {n} des pics', label)} "
            f"({line.month(f'mois de l’événement {n} des pics', month)})"
            for n, (label, month) in enumerate(noted.items(), 1)
        ]
        one = "un événement est saisi" if len(noted) == 1 else "des événements sont saisis"
        found.append(line.end(f"{one} autour de ces pics : {french.listing(words)}"))
    return found


def _added(origins: Sequence[PeakOrigin]) -> list[tuple[str, str, float, float]]:
    """The types of several peaks: code, label, excess, share of the excess of all of them."""
    total = sum(origin.excess for origin in origins)
    sums: dict[str, tuple[str, float]] = {}
    for part in (part for origin in origins for part in origin.types):
        sums[part.code] = (part.label, sums.get(part.code, ("", 0.0))[1] + part.excess)
    if total <= 0:
        return []
    return [(code, label, excess, excess / total) for code, (label, excess) in sums.items()]


def _carrying(portions: Sequence[Portion]) -> tuple[Portion, ...]:
    """Those that make a real part of an excess, the first ones."""
    return tuple(p for p in portions if p.share >= CARRIES)[:NAMED]
