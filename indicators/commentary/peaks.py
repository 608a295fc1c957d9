"""Peaks in words: when, how high, made of what, beside which event, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from indicators.commentary.sentences import Line, Sentence
from indicators.commentary.view import Portion, View, grouped
from indicators.commentary.words import of_month, spelled
from indicators.dynamics import Peak, Trait
from indicators.peaks import PeakOrigin
from reference import french
from reference.months import shift

#: From so many peaks on, they are told together.
SEVERAL = 3
#: Of so many peaks, the months are written; the others are counted.
WRITTEN = 4
#: From this share on, one organisation is said to make most of a peak, then nearly all of it.
MOST, NEARLY_ALL = 0.5, 0.9
#: A type is said to carry a peak from this share of its excess on; at most so many are named.
CARRIES, NAMED = 0.15, 3


def one_peak(view: View, peak: Peak, origin: PeakOrigin | None, *, main: bool) -> list[Sentence]:
    """A peak: its height, then what makes it, then what comes after the highest one."""
    found: list[Sentence | None] = [_height(view, peak, main=main)]
    if origin is not None:
        found.append(_origin(view, origin))
    after = _after(view, peak) if main else None
    return [sentence for sentence in [*found, after] if sentence is not None]


def several_peaks(view: View, origins: Mapping[dt.date, PeakOrigin]) -> list[Sentence]:
    """The peaks of an irregular series: the highest ones by month, and what they share."""
    peaks = sorted(view.here.documents.peaks, key=lambda peak: -peak.excess)
    shown = sorted(peaks[:WRITTEN], key=lambda peak: peak.month)
    line = Line()
    line.keep("nombre de pics", len(peaks))
    words = [
        f"{line.month(f'mois du pic n° {rank}', peak.month)} "
        f"({line.say(f'documents du pic n° {rank}', peak.value)} documents)"
        for rank, peak in enumerate(shown, 1)
    ]
    most = "" if len(peaks) == len(shown) else ", dont les plus hauts sont"
    variants: tuple[str, ...] = (
        f"{spelled(len(peaks))} pics se succèdent{most} : {french.listing(words)}",
        f"on relève {spelled(len(peaks))} pics{most} : {french.listing(words)}",
    )
    found = [line.end(view.pick(4, variants))]
    together = _together([origins[p.month] for p in peaks if p.month in origins], view)
    return [*found, *together]


def _height(view: View, peak: Peak, *, main: bool) -> Sentence:
    line = Line()
    key = peak.month.strftime("%Y-%m")
    line.keep(f"mois du pic {key}", key)
    value = line.count(f"documents du pic {key}", peak.value, "document")
    early = view.here.documents.modifier(Trait.EARLY_PEAK)
    isolated = early is not None and early.month == peak.month
    against = ""
    if peak.ratio is not None:
        ratio = line.say(f"rapport du pic {key} au niveau voisin", peak.ratio)
        ground = line.say(f"documents autour du pic {key}", peak.ground)
        against = f", soit {ratio} fois le niveau des mois voisins ({ground})"
    when = of_month(peak.month)
    if isolated:
        text = f"la période s’ouvre sur un pic isolé, celui {when} : {value}{against}"
    elif main:
        text = view.pick(
            5,
            (
                f"le pic {when} atteint {value}{against}",
                f"l’épisode saillant est le pic {when}, avec {value}{against}",
                f"un pic se détache nettement, celui {when} : {value}{against}",
            ),
        )
    else:
        text = f"un second pic, moins haut, est celui {when} ({value})"
    return line.end(text, view.link(peak.first, peak.last))


def _origin(view: View, origin: PeakOrigin) -> Sentence | None:
    """What makes the excess: types, an organisation, a sector; then the events that stand there."""
    line = Line()
    key = origin.peak.month.strftime("%Y-%m")
    portions = _carrying(view.peak_portions(origin.types))
    parts = [
        f"les {p.label} ({line.say(f'part dans le pic {key} : {p.code}', p.share)})"
        for p in portions
    ]
    clauses = []
    if parts:
        clauses.append(f"{french.listing(parts)} en font l’essentiel")
    owner = origin.entities[0] if origin.entities else None
    esms = view.link(origin.peak.first, origin.peak.last)
    if owner is not None and owner.share >= MOST:
        share = line.say(f"part du premier organisme dans le pic {key}", min(owner.share, 1.0))
        one = "un seul organisme gestionnaire" if owner.share >= NEARLY_ALL else "un organisme"
        clauses.append(f"{one} y contribue pour {share}")
        esms["og"] = owner.code
    elif portions and portions[0].is_named:
        esms["type"] = portions[0].types[0]
    if origin.events:
        names = [
            line.quote(f"événement {n} du pic {key}", event.label)
            for n, event in enumerate(origin.events, 1)
        ]
        clauses.append(f"ce pic coïncide avec {french.listing(names)}")
    if not clauses:
        return None
    return line.end(" ; ".join(clauses), esms)


def _after(view: View, peak: Peak) -> Sentence | None:
    """What the month after a peak comes back to, when it does."""
    month = shift(peak.last, 1)
    value = view.at(view.measures.total_documents, month)
    if value is None or value > peak.ground + peak.excess / 3:
        return None
    line = Line()
    when = line.month("mois suivant le pic", month)
    back = line.count("documents du mois suivant le pic", value, "document")
    variants: tuple[str, ...] = (
        f"les volumes retombent dès {when} ({back})",
        f"le retour au niveau antérieur est rapide : {back} en {when}",
        f"en {when}, les dépôts reviennent à {back}",
    )
    return line.end(view.pick(6, variants))


def _together(origins: Sequence[PeakOrigin], view: View) -> list[Sentence]:
    """What the peaks of an irregular series are made of, all added up, and their events."""
    found = []
    line = Line()
    portions = _carrying(grouped(_added(origins), view.whole.groups))
    if portions:
        parts = [
            f"aux {p.label} ({line.say(f'part dans les pics : {p.code}', p.share)})"
            for p in portions
        ]
        variants: tuple[str, ...] = (
            f"leur excédent tient d’abord {french.listing(parts)}",
            f"ce qui dépasse alors le niveau courant est dû {french.listing(parts)}",
        )
        found.append(line.end(view.pick(7, variants), view.link()))
    noted = {
        event.label: origin.peak.month for origin in reversed(origins) for event in origin.events
    }
    if noted:
        line = Line()
        words = [
            f"{line.quote(f'événement {n} des pics', label)} "
            f"({line.month(f'mois de l’événement {n} des pics', month)})"
            for n, (label, month) in enumerate(noted.items(), 1)
        ]
        found.append(line.end(f"des événements saisis les accompagnent : {french.listing(words)}"))
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
