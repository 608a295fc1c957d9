"""The paragraph under the chart of ESMS that feed: level, shape, contrast, potential."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from indicators.commentary.absent import nothing_received
from indicators.commentary.phrases import contributors as phrases
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.view import SMALL_BASE, View
from indicators.commentary.words import SECTORS, locative, of, of_month, ordinal, period, plural
from indicators.commentary.yearly import GAINED, on_its_basis
from indicators.details import GrowthOrigin
from indicators.dynamics import Label, Peak, Trait
from indicators.evidence import TerritoryEvidence
from reference import french
from reference.months import shift, span

#: A passing dip lasts so many months at most, all of them so far under both its sides…
DIP_MONTHS, DIP = 3, 0.95
#: … and its lowest month so many ESMS under them at least: one or two of them are no movement.
DIP_ESMS = 3
#: Of the ESMS that a peak brings, another sector than PA is told from this share on.
BROUGHT = 0.2
#: Ranks of the region that are told.
FIRST_RANKS = 3
ROSE = {Label.PROGRESSIVE, Label.RISE_PLATEAU}
UNEVEN = {Label.IRREGULAR, Label.PLATEAU_PEAK}


def write_contributors(view: View) -> Paragraph:
    """The reading of the ESMS of a département that feed."""
    nothing = nothing_received(view)
    if nothing is not None:
        return Paragraph((nothing,))
    if not (view.measures.parc.dropna() > 0).any():
        return Paragraph((_no_parc(view),))
    written = [
        _opening(view),
        *_shape(view),
        *_peaks(view),
        _dip(view),
        _contrast(view),
        _place(view),
        _growth(view),
        _habits(view),
        _potential(view),
    ]
    return Paragraph(on_its_basis(view, written))


def rate_12m(evidence: TerritoryEvidence, month: dt.date) -> float | None:
    """The rate over 12 months to a month; None when n. d. or on a small base."""
    measures, stamp = evidence.measures, pd.Timestamp(month)
    parc, rate = (s.get(stamp, math.nan) for s in (measures.parc_12m, measures.rate_12m))
    return float(rate) if parc >= SMALL_BASE and not math.isnan(rate) else None


# --- Level and shape -------------------------------------------------------------------------


def _no_parc(view: View) -> Sentence:
    line = Line()
    line.keep("ESMS du périmètre ouverts", 0.0)
    return line.end(
        f"aucun ESMS du périmètre n’est ouvert {locative(view.territory)} sur la période : la part "
        "de ceux qui alimentent est n. d."
    )


def _level(view: View, line: Line, month: dt.date, which: str) -> str:
    """The rate of a month with its counts: "20 % (86 ESMS sur 428)"; counts on a small base."""
    fed = view.at("contributors", month) or 0.0
    parc = view.at("parc", month) or 0.0
    rate = view.at("rate", month)
    counts = f"{line.say(f'ESMS qui alimentent {which}', fed)} ESMS sur "
    counts += line.say(f"ESMS ouverts {which}", parc)
    if rate is None or parc < SMALL_BASE:
        return counts
    return f"{line.say(f'taux {which}', rate)} ({counts})"


def _opening(view: View) -> Sentence:
    line = Line()
    moved = view.here.contributors
    first, last = view.received[0], view.received[-1]
    line.keep("dynamique des ESMS qui alimentent", moved.label.in_french)
    begun, ended = line.month("mois de début", first), line.month("mois de fin", last)
    template = phrases.ONE_MONTH
    if first != last:
        template = view.pick(0, phrases.OPENINGS[moved.label])
    text = template.format(
        when=period(first, last),
        whose=of(view.territory),
        place=locative(view.territory),
        begun=begun,
        ended=ended,
        start=_level(view, line, first, "au début"),
        end=_level(view, line, last, "à la fin"),
    )
    return line.end(text, view.link(first, last))


def _shape(view: View) -> list[Sentence]:
    """When the rise hastened or settled, what moves under a peak, and a recent turn."""
    moved = view.here.contributors
    found: list[Sentence] = []
    faster = moved.modifier(Trait.ACCELERATION)
    if faster is not None and faster.month is not None:
        line = Line()
        line.month("mois d’accélération des ESMS qui alimentent", faster.month)
        text = view.pick(1, phrases.ACCELERATIONS).format(since=of_month(faster.month))
        found.append(line.end(text, view.link(faster.month, parmi="nouveaux")))
    if moved.label == Label.RISE_PLATEAU and moved.plateau_from is not None:
        line = Line()
        when = line.month("mois de début du plateau des ESMS", moved.plateau_from)
        found.append(
            line.end(
                view.pick(1, phrases.PLATEAUS).format(when=when, since=of_month(moved.plateau_from))
            )
        )
    trend = moved.modifier(Trait.SLIGHT_RISE) or moved.modifier(Trait.SLIGHT_FALL)
    if trend is not None:
        line = Line()
        line.keep("tendance de fond des ESMS", trend.in_french)
        found.append(line.end(view.pick(1, phrases.SLIGHT_TRENDS).format(trend=trend.in_french)))
    turn = moved.modifier(Trait.RECENT_TURN)
    if turn is not None and turn.month is not None and turn.change:
        line = Line()
        when = line.month("mois de l’inflexion des ESMS qui alimentent", turn.month)
        how = "à la hausse" if turn.change > 0 else "à la baisse"
        line.keep("sens de l’inflexion", how)
        found.append(
            line.end(
                view.pick(1, phrases.TURNS).format(how=how, when=when, since=of_month(turn.month))
            )
        )
    return found


# --- Peaks and dips --------------------------------------------------------------------------


def _peaks(view: View) -> list[Sentence]:
    """The highest peak of the rate, the sector and the event that go with it, what follows."""
    if not view.here.contributors.peaks:
        return []
    peak = max(view.here.contributors.peaks, key=lambda one: one.excess)
    line = Line()
    text = view.pick(2, phrases.PEAKS).format(
        when=line.month("mois du pic des ESMS qui alimentent", peak.month),
        level=_level(view, line, peak.month, "au pic"),
    )
    clauses = [text, *_beside(view, line, peak)]
    found = [line.end(" ; ".join(clauses), view.link(peak.month, peak.month))]
    after = _fall(view, peak)
    return found if after is None else [*found, after]


def _beside(view: View, line: Line, peak: Peak) -> list[str]:
    """The sector that a peak brings beside PA, and the events that stand in it."""
    origin = next((o for o in view.here.contributor_peaks if o.peak.month == peak.month), None)
    if origin is None:
        return []
    clauses = []
    other = next((part for part in origin.sectors if part.code != "PA"), None)
    if other is not None and BROUGHT <= other.share <= 1:
        share = line.say(f"part {other.code} des ESMS venus au pic", other.share)
        clauses.append(f"le secteur {SECTORS[other.code]} fait {share} de cet afflux")
    if origin.events:
        start = f"{clauses.pop()}, qui" if clauses else "ce pic"
        names = [
            line.quote(f"événement {n} du pic des ESMS", event.label)
            for n, event in enumerate(origin.events, 1)
        ]
        clauses.append(f"{start} coïncide avec {french.listing(names)}")
    return clauses


def _fall(view: View, peak: Peak) -> Sentence | None:
    """How many ESMS are left in the month after a peak, when they went."""
    month = shift(peak.last, 1)
    fed, top = (view.at("contributors", m) for m in (month, peak.month))
    if fed is None or top is None or fed >= top:
        return None
    line = Line()
    when = line.month("mois suivant le pic des ESMS", month)
    left = line.count("ESMS qui alimentent le mois suivant le pic", fed, "ESMS", "ESMS")
    text = view.pick(3, phrases.FALLS).format(left=left, when=when)
    return line.end(text, view.link(month, month))


def _dip(view: View) -> Sentence | None:
    """The deepest passing dip of a rise."""
    last = view.at("parc", view.received[-1])
    if view.here.contributors.label not in ROSE or last is None or last < SMALL_BASE:
        return None
    found = [
        dip
        for first in view.received
        for length in range(1, DIP_MONTHS + 1)
        if (dip := _depth(view, list(span(first, shift(first, length - 1)))))
    ]
    if not found:
        return None
    month = max(found)[1]
    line = Line()
    text = view.pick(4, phrases.DIPS).format(
        when=line.month("mois du creux", month),
        of_month=of_month(month),
        low=line.say("taux au creux", view.at("rate", month) or 0.0),
    )
    return line.end(text)


def _depth(view: View, months: Sequence[dt.date]) -> tuple[float, dt.date] | None:
    """How far the lowest of some months stands under both their sides; None when it is no dip."""
    before, after = (view.at("rate", m) for m in (shift(months[0], -1), shift(months[-1], 1)))
    inside = [rate for month in months if (rate := view.at("rate", month)) is not None]
    if before is None or after is None or len(inside) < len(months):
        return None
    level, lowest = min(before, after), months[int(np.argmin(inside))]
    missing = (level - min(inside)) * (view.at("parc", lowest) or 0.0)
    if max(inside) > DIP * level or missing < DIP_ESMS:
        return None
    return level - min(inside), lowest


# --- Place, contrast, potential --------------------------------------------------------------


def _place(view: View) -> Sentence | None:
    """The rate over 12 months against the region's, its rank, and what a peak makes of it.

    In its own last month; it is compared with nothing where some of the others lack that month.
    """
    last = view.received[-1]
    own, region = rate_12m(view.here, last), None
    if own is None:
        return None
    whole = not view.whole.region.measures.is_partial(pd.Timestamp(last))
    if whole:
        region = rate_12m(view.whole.region, last)
    line = Line()
    fed = view.at("contributors_12m", last) or 0.0
    line.keep("ESMS ouverts, base des 12 mois", view.at("parc_12m", last))
    against = ""
    if region is not None:
        against = f", contre {line.say('taux régional sur 12 mois', region)} en région"
    text = (view.pick(5, phrases.PLACES) if fed else phrases.NOBODY).format(
        fed=line.say("ESMS ayant alimenté sur 12 mois", fed),
        months=line.say("nombre de mois du taux annuel", 12),
        rate=line.say("taux sur 12 mois", own),
        against=against + (_rank(view, line, last) if whole else ""),
        verb=plural(fed, "a", "ont"),
    )
    monthly = view.at("rate", last)
    if view.here.contributors.label == Label.PLATEAU_PEAK and monthly is not None:
        text += phrases.MONTHLY.format(rate=line.say("taux à la fin", monthly))
    return line.end(text, view.link())


def _rank(view: View, line: Line, month: dt.date) -> str:
    """The rank of the rate over 12 months, when it is one of the first or the last."""
    rank = view.rank(lambda other: rate_12m(other, month))
    known = sum(rate_12m(other, month) is not None for other in view.whole.departements.values())
    line.keep("rang du taux sur 12 mois", rank)
    if rank is None or known < FIRST_RANKS:
        return ""
    if rank == known:
        return " (taux le plus bas de la région)"
    if rank == 1:
        return " (taux le plus élevé de la région)"
    return f" ({ordinal(rank)} taux de la région)" if rank <= FIRST_RANKS else ""


def _contrast(view: View) -> Sentence | None:
    """Whether volumes and ESMS tell the same."""
    volumes, esms = view.here.documents.label, view.here.contributors.label
    if Label.TOO_SHORT in {volumes, esms}:
        return None
    if esms in ROSE:
        ways = phrases.BOTH_RISE if volumes in ROSE else phrases.ONLY_ESMS_RISE
    elif volumes in ROSE:
        ways = phrases.ONLY_VOLUMES_RISE
    elif esms in UNEVEN and volumes in UNEVEN:
        ways = phrases.BOTH_UNEVEN
    else:
        return None
    line = Line()
    line.keep("dynamique des documents", volumes.in_french)
    line.keep("dynamique des ESMS qui alimentent", esms.in_french)
    return line.end(view.pick(6, ways).format(volumes=phrases.NOUNS.get(volumes, "")))


def _growth(view: View) -> Sentence | None:
    """What new ESMS, those already active and those that stopped make of the change over a year."""
    growth = view.details.growth
    if growth is None or growth.new_count == 0 or growth.change <= 0:
        return None
    line = Line()
    ways = phrases.GROWTHS if growth.new <= growth.change else phrases.RENEWALS
    text = view.pick(7, ways).format(
        verb=plural(growth.new_count, "a", "ont"),
        nothing=plural(growth.new_count, "n’avait rien déposé", "n’avaient rien déposé"),
        came=plural(growth.new, "vient", "viennent"),
        change=line.count(GAINED, growth.change, "document"),
        new=line.say("nouveaux ESMS sur un an", growth.new_count),
        brought=line.count("documents des nouveaux ESMS", growth.new, "document"),
        rest=_rest(line, growth),
    )
    return line.end(text, view.link(parmi="nouveaux"))


def _rest(line: Line, growth: GrowthOrigin) -> str:
    """What those that are not new make of the change."""
    active = line.say("variation des ESMS déjà actifs", growth.active)
    signed = french.signed(active)
    if not growth.stopped_count:
        return f"ceux qui étaient déjà actifs : {signed}"
    stopped = line.say("documents perdus par arrêt", growth.stopped)
    number = line.say("ESMS arrêtés sur un an", growth.stopped_count)
    return f"ceux qui étaient déjà actifs : {signed} ; {number} à l’arrêt : {stopped}"


def _habits(view: View) -> Sentence | None:
    """How many feed regularly; where volumes are uneven, their own lever says it."""
    details = view.details
    if not details.contributors or details.regularity is None:
        return None
    if view.here.documents.label in UNEVEN:
        return None
    line = Line()
    ways = phrases.HABITS if details.regular else phrases.NO_HABIT
    text = view.pick(8, ways).format(
        feeding=line.say("ESMS ayant alimenté sur la fenêtre", details.contributors),
        regular=line.say("ESMS réguliers", details.regular),
        verb=plural(details.regular, "dépose", "déposent"),
        their=plural(details.regular, "son", "leur"),
    )
    return line.end(text, view.link())


def _potential(view: View) -> Sentence | None:
    """The ESMS of the perimeter that did not feed over 12 months: the lever."""
    last = view.received[-1]
    fed = view.at("contributors_12m", last)
    parc = view.at("parc_12m", last)
    if fed is None or parc is None or parc <= fed:
        return None
    line = Line()
    text = view.pick(9, phrases.POTENTIALS).format(
        silent=line.count("ESMS sans dépôt sur 12 mois", parc - fed, "ESMS", "ESMS"),
        parc=line.say("ESMS ouverts, base des 12 mois", parc),
        months=line.say("nombre de mois du taux annuel", 12),
        verb=plural(parc - fed, "reste", "restent"),
        have=plural(parc - fed, "n’a", "n’ont"),
    )
    return line.end(text, view.link(parmi="sans-depot"))
