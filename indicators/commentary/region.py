"""The paragraph of a région: its growth, its départements grouped by how they move, its balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indicators.commentary.absent import without_series
from indicators.commentary.balance import (
    lever,
    only_received,
    programme_gaps,
    sector_balance,
    typing,
)
from indicators.commentary.contributors import ROSE, rate_12m
from indicators.commentary.gaps import missing_months, partial_months
from indicators.commentary.sectors import share_of
from indicators.commentary.sentences import Line, Paragraph, Sentence, fact_text
from indicators.commentary.types import GENERIC
from indicators.commentary.view import SMALL_VOLUME, View
from indicators.commentary.words import locative, name, of, period, spelled
from indicators.commentary.yearly import (
    CHANGE,
    COMPARABLE,
    MONTHS_OF_YEAR,
    YEAR,
    after,
    basis,
    yearly,
)
from indicators.dynamics import Label, Trait
from indicators.evidence import RegionEvidence
from reference import french

#: From this share of PA on, a département leans on it.
ALMOST_ALL = 0.94
#: Among fewer départements, an extreme says nothing.
LEAST_COMPARED = 3


def write_region(evidence: RegionEvidence) -> Paragraph:
    """The reading of a région: every département is named, with those that move like it."""
    views = [
        View(evidence.departements[code], evidence, position)
        for position, code in enumerate(sorted(evidence.departements))
    ]
    region = View(evidence.region, evidence)
    absent = without_series(region)
    if absent is not None:
        return absent
    written = [
        _opening(region),
        missing_months(region),
        partial_months(region),
        _reach(region),
        *_groups(views),
        _singular(views),
        sector_balance(region, views),
        programme_gaps(region),
        typing(region, views),
        lever(region),
    ]
    return Paragraph(tuple(sentence for sentence in written if sentence is not None))


# --- The whole -------------------------------------------------------------------------------


def _opening(view: View) -> Sentence:
    line = Line()
    first, last = view.received[0], view.received[-1]
    line.month("mois de début", first)
    line.month("mois de fin", last)
    total_ = line.count("documents de la période", view.documents(view.received), "document")
    change = yearly(view, line)
    soit = ""
    if change:
        soit = f", avec une évolution de {change} sur un an{after(basis(view, line))}"
    return line.end(
        f"{period(first, last)}, les ESMS {of(view.territory)} ont déposé {total_} dans Mon "
        f"espace santé{soit}",
        view.link(first, last),
    )


def _reach(view: View) -> Sentence | None:
    """The rate over 12 months of the région, and the départements at either end."""
    last = view.received[-1]
    own = rate_12m(view.here, last)
    known = {
        code: rate
        for code, other in view.whole.departements.items()
        if (rate := rate_12m(other, last)) is not None
    }
    if own is None:
        return None
    line = Line()
    months = line.say("nombre de mois du taux annuel", 12)
    share = line.say("taux sur 12 mois", own)
    fed = line.say("ESMS ayant alimenté sur 12 mois", view.at("contributors_12m", last) or 0.0)
    parc = line.say("ESMS ouverts, base des 12 mois", view.at("parc_12m", last) or 0.0)
    return line.end(
        f"sur {months} mois, {share} des ESMS du périmètre ont alimenté ({fed} sur {parc})"
        f"{only_received(view, line)}{_ends(view, known, line)}",
        view.link(),
    )


def _ends(view: View, known: Mapping[str, float], line: Line) -> str:
    """ " ; le taux va de 18 % dans le Jura à 35 % en Haute-Saône"; nothing of one and the same."""
    if not known:
        return ""
    ends = [pick(known, key=known.__getitem__) for pick in (min, max)]
    names = [f"taux sur 12 mois : {code}" for code in ends]
    if len({fact_text(name, known[code]) for name, code in zip(names, ends, strict=True)}) == 1:
        return ""
    said = (
        f"{line.say(name, known[code])} "
        f"{locative(view.whole.departements[code].measures.selection.territory)}"
        for name, code in zip(names, ends, strict=True)
    )
    return f" ; le taux va de {' à '.join(said)}"


# --- The départements ------------------------------------------------------------------------


def _groups(views: Sequence[View]) -> list[Sentence]:
    """Every département, once, with those that move like it."""
    left = list(views)
    found: list[Sentence] = []
    for chosen, write in (
        (_is_structured, _structured),
        (_is_peaked, _peaked),
        (_is_irregular, _irregular),
        (_is_after_peak, _after_peak),
        (_is_rising, _rising),
    ):
        group = [view for view in left if chosen(view)]
        left = [view for view in left if not chosen(view)]
        if group:
            found.append(write(group, opens=not found))
    return [*found, *_others(left)]


def _is_structured(view: View) -> bool:
    moved = view.here.documents
    return (
        moved.label in ROSE
        and view.here.contributors.label in ROSE
        and moved.modifier(Trait.EARLY_PEAK) is None
    )


def _is_peaked(view: View) -> bool:
    return view.here.documents.label == Label.PLATEAU_PEAK


def _is_irregular(view: View) -> bool:
    return view.here.documents.label == Label.IRREGULAR


def _is_rising(view: View) -> bool:
    return view.here.documents.label in ROSE


def _is_after_peak(view: View) -> bool:
    return _is_rising(view) and view.here.documents.modifier(Trait.EARLY_PEAK) is not None


def _words(line: Line, views: Sequence[View]) -> str:
    """Départements in a sentence, "en Côte-d’Or, dans le Jura", their dynamics kept."""
    for view in views:
        code = view.territory.departement_code
        line.keep(f"dynamique des documents : {code}", view.here.documents.label.in_french)
        line.keep(f"dynamique des ESMS : {code}", view.here.contributors.label.in_french)
    return french.listing([locative(view.territory) for view in views])


def _structured(views: Sequence[View], *, opens: bool) -> Sentence:
    line = Line()
    where = _words(line, views)
    changes = [words for view in views if (words := _change(line, view))]
    growth = ""
    if len(changes) == len(views):
        each = "" if len(views) == 1 else " respectivement"
        growth = f" : sur un an, les documents y évoluent de {french.listing(changes)}{each}"
    return line.end(
        f"{where}, la montée en charge est progressive et cohérente entre volumes et nombre "
        f"d’ESMS qui alimentent{growth}",
        opens=opens,
    )


def _change(line: Line, view: View) -> str:
    """The yearly change of a département, and its months where the région compares others."""
    growth, code = view.measures.growth, view.territory.departement_code
    if growth.change is None or growth.earlier < SMALL_VOLUME:
        return ""
    words = line.say(f"{CHANGE} : {code}", growth.change)
    if growth.comparable_months in {YEAR, view.whole.region.measures.growth.comparable_months}:
        return words
    months = line.say(f"{COMPARABLE} : {code}", growth.comparable_months)
    return f"{words} à mois comparables ({months} sur {line.say(MONTHS_OF_YEAR, YEAR)})"


def _peaked(views: Sequence[View], *, opens: bool) -> Sentence:
    line = Line()
    where = _words(line, views)
    months = []
    for view in views:
        main = max(view.here.documents.peaks, key=lambda peak: peak.excess, default=None)
        if main is not None:
            code = view.territory.departement_code
            months.append((line.month(f"mois du pic : {code}", main.month), name(view.territory)))
    noted = _noted(line, views)
    contrast = "" if opens else "à l’inverse, "
    return line.end(
        f"{contrast}{where}, un pic ponctuel{_when(months, len(views))}{noted} domine des volumes "
        "par ailleurs en plateau, sans progression durable",
        opens=opens,
    )


def _when(months: Sequence[tuple[str, str]], count: int) -> str:
    """ " en avril 2025", or " (Doubs : avril 2025, Jura : mai 2025)", nothing without months."""
    if not months:
        return ""
    if len({month for month, _ in months}) == 1 and len(months) == count:
        return f" en {months[0][0]}"
    return f" ({', '.join(f'{place} : {month}' for month, place in months)})"


def _noted(line: Line, views: Sequence[View]) -> str:
    """ ", qui coïncide avec « Cibles »,": the events that stand in the highest peaks.

    One that does not stand in all of them is said with its places: "« Atelier » (Jura)".
    """
    places: dict[str, list[str]] = {}
    for view in views:
        main = max(view.here.peaks, key=lambda origin: origin.peak.excess, default=None)
        for label in {event.label: None for event in main.events} if main else ():
            places.setdefault(label, []).append(name(view.territory))
    if not places:
        return ""
    told = [
        line.quote(f"événement {n} : {views[0].territory.departement_code}", label)
        + ("" if len(where) == len(views) else f" ({', '.join(where)})")
        for n, (label, where) in enumerate(places.items(), 1)
    ]
    return f", qui coïncide avec {french.listing(told)},"


def _irregular(views: Sequence[View], *, opens: bool) -> Sentence:
    line = Line()
    where = _words(line, views)
    rising = [view for view in views if view.here.contributors.label in ROSE]
    contrast = ""
    if len(rising) == len(views):
        contrast = ", alors que le socle d’ESMS s’y est élargi"
    elif rising:
        contrast = f", alors que le socle d’ESMS s’élargit {_words(line, rising)}"
    counts = [len(view.here.documents.peaks) for view in views]
    for view, count in zip(views, counts, strict=True):
        line.keep(f"nombre de pics : {view.territory.departement_code}", count)
    said = ""
    if min(counts) > 1:
        same = len(set(counts)) == 1
        told = spelled(counts[0]) if same else french.listing([spelled(count) for count in counts])
        each = "" if len(views) == 1 else " chacun" if same else " respectivement"
        said = f" ({told} pics{each})"
    return line.end(f"{where}, les volumes évoluent par à-coups{said}{contrast}", opens=opens)


def _rising(views: Sequence[View], *, opens: bool) -> Sentence:
    """Those that rise in documents, without as many ESMS."""
    line = Line()
    return line.end(
        f"{_words(line, views)}, les volumes progressent sans que la part des ESMS qui alimentent "
        "suive le même mouvement",
        opens=opens,
    )


def _after_peak(views: Sequence[View], *, opens: bool) -> Sentence:
    """Those that rise in documents after a first peak."""
    line = Line()
    where = _words(line, views)
    months = [
        (
            line.month(f"mois du pic : {view.territory.departement_code}", trait.month),
            name(view.territory),
        )
        for view in views
        if (trait := view.here.documents.modifier(Trait.EARLY_PEAK)) is not None
        and trait.month is not None
    ]
    start = f" après un pic isolé{_when(months, len(views))}{_noted(line, views)}"
    return line.end(
        f"la trajectoire est plus contrastée {where}, où les volumes "
        f"progressent{start.rstrip(',')}{_dependence(line, views)}",
        opens=opens,
    )


def _dependence(line: Line, views: Sequence[View]) -> str:
    """How much the only one leans on PA and on generic types; nothing for several."""
    if len(views) > 1:
        return ""
    code = views[0].territory.departement_code
    elders, generic = share_of("PA")(views[0].here), views[0].details.typing.generic
    parts = []
    if elders is not None and elders >= ALMOST_ALL:
        said = line.say(f"part PA des ESMS qui alimentent : {code}", elders)
        parts.append(f"du secteur PA ({said} des ESMS qui alimentent)")
    if generic is not None and generic >= GENERIC:
        said = line.say(f"part des types génériques : {code}", generic)
        parts.append(f"des types génériques ({said} des documents)")
    return f" ; elle reste très dépendante {french.listing(parts)}" if parts else ""


def _singular(views: Sequence[View]) -> Sentence | None:
    """The widest palette of types, and the recent turns downwards."""
    line = Line()
    clauses = []
    known = [view for view in views if view.details.typing.diversity is not None]
    if len(known) >= LEAST_COMPARED:
        widest = max(known, key=lambda view: view.details.typing.diversity or 0.0)
        code = widest.territory.departement_code
        value = line.say(f"diversité des types : {code}", widest.details.typing.diversity or 0.0)
        clauses.append(
            f"la palette de documents la plus large se trouve {locative(widest.territory)} "
            f"(l’équivalent de {value} types utilisés à parts égales)"
        )
    turned = [
        (view, turn.month)
        for view in views
        if (turn := view.here.documents.modifier(Trait.RECENT_TURN)) is not None
        and turn.month is not None
        and (turn.change or 0.0) < 0
    ]
    if turned:
        places = [
            f"{locative(view.territory)} depuis "
            + line.month(f"mois de l’inflexion : {view.territory.departement_code}", month)
            for view, month in turned
        ]
        clauses.append(
            f"une inflexion récente à la baisse est à surveiller {french.listing(places)}"
        )
    return line.end(" ; ".join(clauses)) if clauses else None


def _others(views: Sequence[View]) -> list[Sentence]:
    """Plateaux, declines, and what cannot be told."""
    found = []
    for label, words in (
        (Label.PLATEAU, "les volumes restent stables"),
        (Label.DECLINING, "les volumes reculent"),
        (Label.TOO_SHORT, "trop peu de mois sont reçus pour qualifier la dynamique"),
    ):
        group = [view for view in views if view.here.documents.label == label]
        if group:
            line = Line()
            found.append(line.end(f"{_words(line, group)}, {words}"))
    return found
