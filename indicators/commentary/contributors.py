"""The paragraph under the chart of ESMS that feed: level, shape, contrast, potential."""

from __future__ import annotations

import datetime as dt

from indicators.commentary.absent import nothing_received
from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.view import SMALL_BASE, View, value_at
from indicators.commentary.words import locative, of, of_month, ordinal, period, plural
from indicators.dynamics import Label, Peak, Trait
from indicators.evidence import TerritoryEvidence
from indicators.peaks import PeakOrigin
from reference import french
from reference.months import shift

#: A dip is told when it is so far under the months around; a gap to the region from so much on.
DIP = 0.92
GAP = 0.02
ROSE = {Label.PROGRESSIVE, Label.RISE_PLATEAU}
UNEVEN = {Label.IRREGULAR, Label.PLATEAU_PEAK}


def write_contributors(view: View) -> Paragraph:
    """The reading of the ESMS of a département that feed."""
    nothing = nothing_received(view)
    if nothing is not None:
        return Paragraph((nothing,))
    if not any(view.measures.parc.dropna() > 0):
        return Paragraph((_no_parc(view),))
    written = [
        _opening(view),
        *_shape(view),
        *_peaks(view),
        _dip(view),
        _place(view),
        _contrast(view),
        _growth(view),
        _habits(view),
        _potential(view),
    ]
    return Paragraph(tuple(sentence for sentence in written if sentence is not None))


def rate_12m(evidence: TerritoryEvidence) -> float | None:
    """The rate over 12 months of the last received month; None when n. d. or on a small base."""
    measures = evidence.measures
    last = measures.last_received
    parc, rate = value_at(measures.parc_12m, last), value_at(measures.rate_12m, last)
    return rate if parc is not None and parc >= SMALL_BASE else None


# --- Level and shape -------------------------------------------------------------------------


def _no_parc(view: View) -> Sentence:
    line = Line()
    line.keep("ESMS du périmètre ouverts", 0.0)
    return line.end(
        f"aucun ESMS du périmètre n’est ouvert {locative(view.territory)} sur la période : la part "
        "de ceux qui alimentent est n. d."
    )


def _level(view: View, line: Line, month: dt.date, which: str) -> str:
    """The rate of a month with its counts: "20,1 % (86 ESMS sur 428)"; counts on a small base."""
    fed = view.at(view.measures.contributors, month) or 0.0
    parc = view.at(view.measures.parc, month) or 0.0
    rate = view.at(view.measures.rate, month)
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
    end = _level(view, line, last, "à la fin")
    place, whose, when = locative(view.territory), of(view.territory), period(first, last)
    if first == last:
        return line.end(
            f"en {ended}, seul mois reçu, {end} ont alimenté Mon espace santé {place}",
            view.link(first, last),
        )
    start = _level(view, line, first, "au début")
    variants = {
        Label.PROGRESSIVE: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé progresse de "
                f"manière continue, de {start} à {end}"
            ),
            (
                f"le socle des ESMS {whose} qui alimentent Mon espace santé s’élargit {when} : "
                f"{start} en {begun}, {end} en {ended}"
            ),
            (
                f"{place}, {end} ont alimenté Mon espace santé en {ended}, contre {start} en "
                f"{begun} : la progression est régulière"
            ),
            (
                f"partie de {start} en {begun}, la part des ESMS {whose} qui alimentent atteint "
                f"{end} en {ended}"
            ),
            (
                f"la trajectoire des ESMS {whose} qui alimentent est ascendante {when}, passant de "
                f"{start} à {end}"
            ),
        ),
        Label.PLATEAU_PEAK: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé reste globalement "
                f"stable, de {start} à {end}, avec une rupture nette en cours de période"
            ),
            (
                f"{place}, le nombre d’ESMS qui alimentent Mon espace santé demeure limité en "
                f"dehors d’un pic : {start} en {begun}, {end} en {ended}"
            ),
        ),
        Label.RISE_PLATEAU: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé connaît une montée "
                f"rapide puis un palier : {start} en {begun}, {end} en {ended}"
            ),
            (
                f"la part des ESMS {whose} qui alimentent s’est élevée de {start} en {begun} à un "
                f"palier qui tient encore en {ended}, à {end}"
            ),
        ),
        Label.IRREGULAR: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé varie fortement "
                f"d’un mois à l’autre, de {start} en {begun} à {end} en {ended}"
            ),
            (
                f"{place}, la participation des ESMS est irrégulière {when} : {start} en {begun}, "
                f"{end} en {ended}"
            ),
        ),
        Label.PLATEAU: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé est stable : "
                f"{start} en {begun}, {end} en {ended}"
            ),
            f"{place}, la part des ESMS qui alimentent n’évolue guère {when}, de {start} à {end}",
        ),
        Label.DECLINING: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé recule, de {start} "
                f"à {end}"
            ),
            (
                f"{place}, de moins en moins d’ESMS alimentent Mon espace santé : {start} en "
                f"{begun}, {end} en {ended}"
            ),
        ),
        Label.TOO_SHORT: (
            (
                f"{when}, la part des ESMS {whose} alimentant Mon espace santé va de {start} à "
                f"{end}, sur trop peu de mois pour qualifier une évolution"
            ),
        ),
    }
    return line.end(view.pick(0, variants[moved.label]), view.link(first, last))


def _shape(view: View) -> list[Sentence]:
    """When the rise hastened, when it settled, and a recent turn."""
    moved = view.here.contributors
    found: list[Sentence] = []
    faster = moved.modifier(Trait.ACCELERATION)
    if faster is not None and faster.month is not None:
        line = Line()
        when = line.month("mois d’accélération des ESMS qui alimentent", faster.month)
        variants: tuple[str, ...] = (
            f"la dynamique s’accélère à compter de {when}",
            f"la hausse est plus marquée depuis {when}",
            f"l’adhésion prend de l’ampleur à compter de {when}",
        )
        found.append(line.end(view.pick(1, variants), view.link(faster.month, parmi="nouveaux")))
    if moved.label == Label.RISE_PLATEAU and moved.plateau_from is not None:
        line = Line()
        when = line.month("mois de début du plateau des ESMS", moved.plateau_from)
        found.append(
            line.end(f"le palier est atteint en {when}, avec ensuite de légères fluctuations")
        )
    turn = moved.modifier(Trait.RECENT_TURN)
    if turn is not None and turn.month is not None and turn.change:
        line = Line()
        when = line.month("mois de l’inflexion des ESMS qui alimentent", turn.month)
        how = "à la hausse" if turn.change > 0 else "à la baisse"
        line.keep("sens de l’inflexion", how)
        found.append(line.end(f"une inflexion {how} se dessine depuis {when}"))
    return found


# --- Peaks and dips --------------------------------------------------------------------------


def _peaks(view: View) -> list[Sentence]:
    """The highest peak of the rate, the sector and the event that go with it, what follows."""
    if not view.here.contributors.peaks:
        return []
    peak = max(view.here.contributors.peaks, key=lambda one: one.excess)
    origin = next((o for o in view.here.contributor_peaks if o.peak.month == peak.month), None)
    line = Line()
    when = line.month("mois du pic des ESMS qui alimentent", peak.month)
    level = _level(view, line, peak.month, "au pic")
    variants: tuple[str, ...] = (
        f"le pic se situe en {when}, avec {level}",
        f"en {when}, {level} ont alimenté Mon espace santé",
        f"le maximum ponctuel est atteint en {when} : {level}",
    )
    clauses = [view.pick(2, variants)]
    if origin is not None:
        clauses += _beside(line, origin)
    found = [line.end(" ; ".join(clauses), view.link(peak.first, peak.last))]
    after = _fall(view, peak)
    return found if after is None else [*found, after]


def _beside(line: Line, origin: PeakOrigin) -> list[str]:
    """The events that stand in a peak."""
    if not origin.events:
        return []
    names = [
        line.quote(f"événement {n} du pic des ESMS", event.label)
        for n, event in enumerate(origin.events, 1)
    ]
    return [f"il coïncide avec {french.listing(names)}"]


def _fall(view: View, peak: Peak) -> Sentence | None:
    """How many ESMS are left in the month after a peak, when they went."""
    month = shift(peak.last, 1)
    fed, top = (view.at(view.measures.contributors, m) for m in (month, peak.month))
    if fed is None or top is None or fed >= top:
        return None
    line = Line()
    when = line.month("mois suivant le pic des ESMS", month)
    left = line.say("ESMS qui alimentent le mois suivant le pic", fed)
    variants: tuple[str, ...] = (
        f"le décrochage est rapide : {left} ESMS alimentent encore en {when}",
        f"le reflux suit aussitôt, avec {left} ESMS en {when}",
        f"dès {when}, ils ne sont plus que {left}",
    )
    return line.end(view.pick(3, variants), view.link(month, parmi="arretes"))


def _dip(view: View) -> Sentence | None:
    """The deepest passing dip of a rise."""
    if view.here.contributors.label not in ROSE:
        return None
    rates = view.measures.rate
    parc = view.at(view.measures.parc, view.received[-1]) or 0.0
    best: tuple[float, dt.date] | None = None
    for month in view.received[6:-3]:
        around = [view.at(rates, shift(month, step)) for step in (-2, -1, 1, 2)]
        here = view.at(rates, month)
        if here is None or any(value is None for value in around):
            continue
        level = min(
            sorted(v for v in around[:2] if v)[-1:] + sorted(v for v in around[2:] if v)[-1:]
            or [0.0]
        )
        ratio = here / level if level else 1.0
        if ratio <= DIP and (best is None or ratio < best[0]):
            best = (ratio, month)
    if best is None or parc < SMALL_BASE:
        return None
    line = Line()
    when = line.month("mois du creux", best[1])
    low = line.say("taux au creux", view.at(rates, best[1]) or 0.0)
    variants: tuple[str, ...] = (
        f"un creux ponctuel est à noter en {when} ({low})",
        f"le mois {of_month(best[1])} marque un léger décrochage ({low}), sans lendemain",
        f"quelques fluctuations subsistent, la plus visible en {when} ({low})",
    )
    return line.end(view.pick(4, variants)) if when else None


# --- Place, contrast, potential --------------------------------------------------------------


def _place(view: View) -> Sentence | None:
    """The rate over 12 months against the region's, and its rank."""
    own, region = rate_12m(view.here), rate_12m(view.whole.region)
    if own is None:
        return None
    line = Line()
    last = view.received[-1]
    fed = line.say(
        "ESMS ayant alimenté sur 12 mois", view.at(view.measures.contributors_12m, last) or 0
    )
    line.keep("ESMS ouverts, base des 12 mois", view.at(view.measures.parc_12m, last))
    months = line.say("nombre de mois du taux annuel", 12)
    rate = line.say("taux sur 12 mois", own)
    against = ""
    if region is not None and view.here is not view.whole.region:
        regional = line.say("taux régional sur 12 mois", region)
        against = f", contre {regional} en région"
    rank = view.rank(rate_12m)
    line.keep("rang du taux sur 12 mois", rank)
    count = sum(rate_12m(other) is not None for other in view.whole.departements.values())
    ranked = ""
    if rank is not None and count > 2:
        ranked = f" ({ordinal(rank)} rang de la région)" if rank <= 3 else ""
        ranked = " (dernier rang de la région)" if rank == count else ranked
    variants: tuple[str, ...] = (
        (
            f"sur {months} mois, {fed} ESMS ont alimenté au moins une fois, soit {rate} de ceux du "
            f"périmètre{against}{ranked}"
        ),
        (
            f"en comptant tous ceux qui ont déposé au moins une fois en {months} mois, le taux est "
            f"de {rate} ({fed} ESMS){against}{ranked}"
        ),
        (
            f"{fed} ESMS ont déposé au moins un document en {months} mois, soit {rate} du "
            f"périmètre{against}{ranked}"
        ),
    )
    return line.end(view.pick(5, variants), view.link())


def _contrast(view: View) -> Sentence | None:
    """Whether volumes and ESMS tell the same."""
    volumes, esms = view.here.documents.label, view.here.contributors.label
    if Label.TOO_SHORT in {volumes, esms}:
        return None
    line = Line()
    line.keep("dynamique des documents", volumes.in_french)
    line.keep("dynamique des ESMS qui alimentent", esms.in_french)
    if esms in ROSE and volumes in ROSE:
        variants: tuple[str, ...] = (
            (
                "cette évolution est cohérente avec la hausse des volumes, qui s’appuie sur un "
                "élargissement du socle"
            ),
            (
                "volumes et nombre d’ESMS progressent de concert : la dynamique ne tient pas aux "
                "seuls effets de volume"
            ),
            "l’élargissement du socle accompagne ainsi celui des volumes",
            "la hausse des volumes est donc partagée par un nombre croissant de structures",
        )
    elif esms in ROSE:
        variants = (
            (
                f"le contraste est net avec des volumes en {_noun(volumes)} : les structures "
                "adhèrent, mais déposent encore de façon inégale"
            ),
            (
                f"cette progression ne se retrouve pas dans les volumes ({volumes.in_french}) : "
                "l’enjeu tient moins à l’adhésion qu’à la régularité et à l’intensité des dépôts"
            ),
        )
    elif esms in UNEVEN and volumes in UNEVEN:
        variants = (
            (
                "le nombre d’ESMS suit donc le même profil que les volumes, sans élargissement "
                "durable du socle"
            ),
            (
                "volumes et ESMS culminent puis refluent ensemble, ce qui laisse le socle à peu "
                "près à son niveau antérieur"
            ),
        )
    elif volumes in ROSE:
        variants = (
            (
                "les volumes progressent sans que le socle s’élargisse : la hausse repose sur les "
                "ESMS déjà actifs"
            ),
        )
    else:
        return None
    return line.end(view.pick(6, variants))


def _noun(label: Label) -> str:
    """A series that does not rise, after "en"."""
    return {
        Label.IRREGULAR: "dents de scie",
        Label.PLATEAU_PEAK: "plateau, pic mis à part",
        Label.PLATEAU: "plateau",
        Label.DECLINING: "baisse",
    }[label]


def _growth(view: View) -> Sentence | None:
    """What new ESMS, those already active and those that stopped make of the change over a year."""
    growth = view.details.growth
    if growth is None or growth.change <= 0 or growth.new_count == 0:
        return None
    line = Line()
    change = line.say("documents gagnés en un an", growth.change)
    new = line.say("nouveaux ESMS sur un an", growth.new_count)
    brought = line.say("documents des nouveaux ESMS", growth.new)
    active = line.say("variation des ESMS déjà actifs", growth.active)
    has = plural(growth.new_count, "a", "ont")
    variants: tuple[str, ...] = (
        (
            f"sur les {change} documents gagnés en un an, {brought} viennent de {new} ESMS qui "
            "n’alimentaient pas l’année précédente"
        ),
        (
            f"la hausse annuelle ({change} documents) doit {brought} documents à {new} ESMS "
            f"nouveaux et {active} à ceux qui étaient déjà actifs"
        ),
        (
            f"{new} ESMS {has} commencé à alimenter en un an et {has} apporté {brought} documents, "
            f"pour une hausse totale de {change}"
        ),
    )
    return line.end(view.pick(7, variants), view.link(parmi="nouveaux"))


def _habits(view: View) -> Sentence | None:
    """How many of those that feed do so regularly."""
    details = view.details
    if not details.contributors or details.regularity is None:
        return None
    if view.here.documents.label in UNEVEN:
        return None  # said as the lever of the documents
    line = Line()
    feeding = line.say("ESMS ayant alimenté sur la fenêtre", details.contributors)
    regular = line.say("ESMS réguliers", details.regular)
    window = view.window_words(line)
    verb = plural(details.regular, "dépose", "déposent")
    variants: tuple[str, ...] = (
        (
            f"parmi les {feeding} ESMS ayant alimenté {window}, {regular} {verb} au moins quatre "
            "mois sur cinq"
        ),
        (
            f"la régularité progresse encore à la marge : {regular} des {feeding} ESMS ayant "
            f"alimenté {window} {verb} au moins quatre mois sur cinq"
        ),
        f"{regular} ESMS sur {feeding} {verb} au moins quatre mois sur cinq {window}",
    )
    return line.end(view.pick(8, (variants[0], variants[2])), view.link())


def _potential(view: View) -> Sentence | None:
    """The ESMS of the perimeter that did not feed over 12 months: the lever."""
    last = view.received[-1]
    fed = view.at(view.measures.contributors_12m, last)
    parc = view.at(view.measures.parc_12m, last)
    if fed is None or parc is None or parc <= fed:
        return None
    line = Line()
    silent = line.count("ESMS sans dépôt sur 12 mois", parc - fed, "ESMS", "ESMS")
    open_ = line.say("ESMS ouverts, base des 12 mois", parc)
    months = line.say("nombre de mois du taux annuel", 12)
    verb = plural(parc - fed, "reste", "restent")
    variants: tuple[str, ...] = (
        (
            f"{silent} sur {open_} {verb} sans dépôt depuis {months} mois : c’est là que se trouve "
            "le potentiel de mobilisation"
        ),
        (
            f"le potentiel demeure important, {silent} sur {open_} n’ayant rien déposé en {months} "
            "mois"
        ),
        (
            f"le levier principal reste l’entrée de nouvelles structures : {silent} sur {open_} "
            f"n’ont déposé aucun document en {months} mois"
        ),
        (
            f"{silent} du périmètre (sur {open_}) sont encore à accompagner vers un premier dépôt "
            f"ou une reprise, faute de document en {months} mois"
        ),
    )
    return line.end(view.pick(9, variants), view.link(parmi="sans-depot"))
