"""The paragraph under the chart of documents: shape, peaks, types, what to watch, one lever."""

from __future__ import annotations

from indicators.commentary.absent import without_series
from indicators.commentary.gaps import missing_months
from indicators.commentary.peaks import SEVERAL, one_peak, several_peaks
from indicators.commentary.phrases import documents as phrases
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.types import (
    GENERIC,
    carriers,
    diversification,
    generic_types,
    others_rise,
)
from indicators.commentary.view import SMALL_VOLUME, View
from indicators.commentary.words import locative, of, of_month, period, plural
from indicators.commentary.yearly import ACTIVE, after, basis, on_its_basis, yearly
from indicators.dynamics import Label, Trait

#: Concentration on five organisations that a committee should know of, for those that have more.
CONCENTRATED, FEW = 0.6, 5
#: Ranks of the region for which concentration is worth saying.
FIRST_RANKS = 3
#: A rise that comes so much from those already active is theirs.
FROM_ACTIVE = 0.75


def write_documents(view: View) -> Paragraph:
    """The reading of the documents of a département."""
    absent = without_series(view)
    if absent is not None:
        return absent
    written = [
        _opening(view),
        missing_months(view),
        *_inflections(view),
        *_peaks(view),
        carriers(view),
        diversification(view),
        others_rise(view),
        generic_types(view),
        _watch(view),
        _lever(view),
    ]
    return Paragraph(on_its_basis(view, written))


# --- Shape -----------------------------------------------------------------------------------


def _opening(view: View) -> Sentence:
    line = Line()
    moved = view.here.documents
    first, last = view.received[0], view.received[-1]
    line.month("mois de début", first)
    line.month("mois de fin", last)
    line.keep("dynamique des documents", moved.label.in_french)
    template = view.pick(0, phrases.OPENINGS[moved.label])
    text = template.format(
        when=period(first, last),
        whose=of(view.territory),
        place=locative(view.territory),
        total=line.count("documents de la période", view.documents(view.received), "document"),
        start=line.count("documents par mois au début", moved.start_level or 0.0, "document"),
        end=line.say("documents par mois à la fin", moved.end_level or 0.0),
    )
    return line.end(text, view.link(first, last))


def _inflections(view: View) -> list[Sentence]:
    """Since when the series rises faster, turned upwards or stopped rising; its yearly change."""
    moved = view.here.documents
    found: list[Sentence] = []
    faster = moved.modifier(Trait.ACCELERATION)
    line = Line()
    change = yearly(view, line)
    on = after(basis(view, line)) if change else ""
    if faster is not None and faster.month is not None:
        line.month("mois d’accélération des documents", faster.month)
        text = view.pick(1, phrases.ACCELERATIONS).format(
            since=of_month(faster.month),
            change=f", avec une évolution de {change} sur un an{on}" if change else "",
        )
        found.append(line.end(text, view.link(faster.month, view.received[-1])))
    elif change and moved.label not in {Label.IRREGULAR, Label.PLATEAU_PEAK}:
        text = view.pick(1, phrases.CHANGES).format(change=f"{change}{on}")
        found.append(line.end(text, view.link()))
    trend = moved.modifier(Trait.SLIGHT_RISE) or moved.modifier(Trait.SLIGHT_FALL)
    if trend is not None and moved.peaks:
        line = Line()
        line.keep("tendance de fond des documents", trend.in_french)
        found.append(line.end(view.pick(2, phrases.SLIGHT_TRENDS).format(trend=trend.in_french)))
    turn = moved.modifier(Trait.RECENT_TURN)
    if turn is not None and turn.month is not None and (turn.change or 0.0) > 0:
        line = Line()
        line.month("mois de l’inflexion des documents", turn.month)
        text = view.pick(2, phrases.UPTURNS).format(since=of_month(turn.month))
        found.append(line.end(text, view.link(turn.month, view.received[-1])))
    if moved.plateau_from is not None and moved.label == Label.RISE_PLATEAU:
        line = Line()
        when = line.month("mois de début du plateau des documents", moved.plateau_from)
        found.append(line.end(f"le palier est tenu depuis {when}"))
    return found


def _peaks(view: View) -> list[Sentence]:
    """The highest peak and its origin; from three on, all of them and what they share."""
    peaks = view.here.documents.peaks
    origins = {origin.peak.month: origin for origin in view.here.peaks}
    if len(peaks) >= SEVERAL:
        return several_peaks(view, origins)
    found: list[Sentence] = []
    for rank, peak in enumerate(sorted(peaks, key=lambda peak: -peak.excess)):
        found += one_peak(view, peak, origins.get(peak.month), main=rank == 0)
    return found


# --- What to do ------------------------------------------------------------------------------


def _watch(view: View) -> Sentence | None:
    """One point to watch: the first that the evidence raises."""
    return _turn(view) or _unexplained(view) or _concentration(view) or _from_active(view)


def _turn(view: View) -> Sentence | None:
    """A recent turn downwards."""
    turn = view.here.documents.modifier(Trait.RECENT_TURN)
    if turn is None or turn.month is None or turn.change is None or turn.change >= 0:
        return None
    line = Line()
    end = view.received[-1]
    when = line.month("mois de l’inflexion des documents", turn.month)
    text = view.pick(2, phrases.TURNS).format(
        since=f"en {when}" if turn.month == end else f"depuis {when}",
        last=line.count("documents du dernier mois", view.documents([end]), "document"),
        month=line.month("mois de fin", end),
    )
    return line.end(text, view.link(turn.month, end))


def _unexplained(view: View) -> Sentence | None:
    """The only peak of a plateau, beside which no event stands."""
    moved = view.here.documents
    if moved.label != Label.PLATEAU_PEAK or not moved.peaks:
        return None
    main = max(moved.peaks, key=lambda peak: peak.excess)
    origin = next((one for one in view.here.peaks if one.peak.month == main.month), None)
    if origin is None or origin.events:
        return None
    line = Line()
    line.month("mois du pic sans événement", main.month)
    text = view.pick(2, phrases.UNEXPLAINED).format(when=of_month(main.month))
    return line.end(text, view.link(main.first, main.last))


def _concentration(view: View) -> Sentence | None:
    """Few organisations make most of the documents, more so than elsewhere in the region."""
    held = view.details.concentration
    rank = view.rank(lambda other: other.details.concentration.share)
    if held.share is None or held.share < CONCENTRATED or held.entities <= FEW:
        return None
    if rank is None or rank > FIRST_RANKS:
        return None
    line = Line()
    line.keep("rang de la concentration dans la région", rank)
    part = line.say("part des cinq premiers organismes dans les documents", held.share)
    return line.end(view.pick(2, phrases.CONCENTRATIONS).format(part=part), view.link())


def _from_active(view: View) -> Sentence | None:
    """A rise that those already active make almost alone."""
    growth = view.details.growth
    if growth is None or growth.change < SMALL_VOLUME:
        return None
    part = growth.active / growth.change
    if not FROM_ACTIVE <= part <= 1:
        return None
    line = Line()
    words = line.say(ACTIVE, part)
    return line.end(view.pick(2, phrases.ACTIVE).format(part=words), view.link())


def _lever(view: View) -> Sentence | None:
    """One lever, which the evidence calls for."""
    moved, details = view.here.documents, view.details
    few = details.regularity is not None and 2 * details.regular < details.contributors
    if few and moved.label in {Label.IRREGULAR, Label.PLATEAU_PEAK}:
        return _regularity(view)
    line = Line()
    generic = details.typing.generic
    if generic is not None and generic >= GENERIC:
        line.keep("part des types génériques", generic)
        return line.end(view.pick(3, phrases.TYPING), view.link())
    if details.intensity is None or not details.contributors:
        return None
    median = line.count("documents par ESMS et par mois", details.intensity, "document")
    return line.end(view.pick(3, phrases.INTENSITY).format(median=median), view.link())


def _regularity(view: View) -> Sentence:
    """How few feed month after month, where volumes come in jolts."""
    line = Line()
    details = view.details
    line.keep("part médiane des mois avec un dépôt", details.regularity)
    if details.regular == 0:
        line.keep("ESMS réguliers", 0)
        feeding = line.say("ESMS ayant alimenté sur la fenêtre", details.contributors)
        return line.end(phrases.NOBODY_REGULAR.format(feeding=feeding), view.link())
    text = view.pick(4, phrases.REGULARITY).format(
        regular=line.count("ESMS réguliers", details.regular, "ESMS", "ESMS"),
        feeding=line.say("ESMS ayant alimenté sur la fenêtre", details.contributors),
        verb=plural(details.regular, "dépose", "déposent"),
        their=plural(details.regular, "son", "leur"),
    )
    return line.end(text, view.link())
