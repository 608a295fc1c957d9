"""The paragraph under the chart of documents: shape, peaks, types, what to watch, one lever."""

from __future__ import annotations

import datetime as dt

from indicators.commentary.absent import without_series
from indicators.commentary.peaks import SEVERAL, one_peak, several_peaks
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
from indicators.dynamics import Label, Trait
from reference.models import Event

#: Concentration on five organisations that a committee should know of.
CONCENTRATED = 0.6


def write_documents(view: View) -> Paragraph:
    """The reading of the documents of a département."""
    absent = without_series(view)
    if absent is not None:
        return absent
    written = [
        _opening(view),
        *_inflections(view),
        *_peaks(view),
        carriers(view),
        diversification(view),
        others_rise(view),
        generic_types(view),
        _watch(view),
        _lever(view),
    ]
    return Paragraph(tuple(sentence for sentence in written if sentence is not None))


# --- Shape -----------------------------------------------------------------------------------


def _opening(view: View) -> Sentence:
    line = Line()
    moved = view.here.documents
    first, last = view.received[0], view.received[-1]
    line.month("mois de début", first)
    line.month("mois de fin", last)
    line.keep("dynamique des documents", moved.label.in_french)
    when, whose = period(first, last), of(view.territory)
    total = line.count("documents de la période", view.documents(view.received), "document")
    start = line.say("documents par mois au début", moved.start_level or 0.0)
    end = line.count("documents par mois à la fin", moved.end_level or 0.0, "document")
    variants = {
        Label.PROGRESSIVE: (
            (
                f"{when}, l’alimentation de Mon espace santé par les ESMS {whose} connaît une "
                f"montée en charge progressive : le volume mensuel passe de {start} à {end}, pour "
                f"un total de {total}"
            ),
            (
                f"les ESMS {whose} ont déposé {total} {when}, selon une progression d’ensemble qui "
                f"porte le niveau mensuel de {start} à {end}"
            ),
            (
                f"{locative(view.territory)}, les volumes progressent tout au long de la période "
                f"({when}) : partis de {start} par mois, ils se situent en fin de période autour "
                f"de {end} mensuels, soit {total} au total"
            ),
            (
                f"avec {total} {when}, l’alimentation par les ESMS {whose} suit une trajectoire "
                f"ascendante, le niveau mensuel passant de {start} à {end}"
            ),
        ),
        Label.PLATEAU_PEAK: (
            (
                f"{when}, l’alimentation de Mon espace santé par les ESMS {whose} se caractérise "
                f"davantage par une stabilité que par une progression continue ({total}) : hors "
                f"pic, le niveau mensuel se tient entre {start} et {end}"
            ),
            (
                f"les ESMS {whose} ont déposé {total} {when}, sans montée en charge marquée : hors "
                f"de l’épisode décrit ci-après, le niveau mensuel va de {start} à {end}"
            ),
        ),
        Label.IRREGULAR: (
            (
                f"{when}, l’alimentation de Mon espace santé par les ESMS {whose} évolue par "
                f"à-coups, sans trajectoire de montée en charge continue ; elle totalise {total}, "
                f"avec un niveau de fond allant de {start} à {end} par mois"
            ),
            (
                f"les volumes déposés {locative(view.territory)} {when} ({total}) dessinent une "
                f"dynamique heurtée, faite de pics ponctuels au-dessus d’un fond allant de {start} "
                f"à {end} mensuels"
            ),
        ),
        Label.PLATEAU: (
            (
                f"{when}, les volumes déposés par les ESMS {whose} restent stables : le niveau "
                f"mensuel va de {start} à {end}, pour un total de {total}"
            ),
            (
                f"l’alimentation par les ESMS {whose} forme un plateau {when}, de {start} à {end} "
                f"par mois ({total} au total)"
            ),
        ),
        Label.RISE_PLATEAU: (
            (
                f"{when}, les volumes déposés par les ESMS {whose} montent, de {start} à {end} par "
                f"mois, puis se stabilisent ; ils totalisent {total}"
            ),
            (
                f"après une montée en charge, l’alimentation par les ESMS {whose} atteint un "
                f"palier : le niveau mensuel passe de {start} à {end} {when}, pour un total de "
                f"{total}"
            ),
        ),
        Label.DECLINING: (
            (
                f"{when}, l’alimentation de Mon espace santé par les ESMS {whose} recule : le "
                f"niveau mensuel passe de {start} à {end}, pour un total de {total}"
            ),
            (
                f"les volumes déposés {locative(view.territory)} diminuent {when}, de {start} à "
                f"{end} par mois ({total} au total)"
            ),
        ),
    }
    return line.end(view.pick(0, variants[moved.label]), view.link(first, last))


def _inflections(view: View) -> list[Sentence]:
    """The month from which the series rises faster or stops rising, and the change over a year."""
    moved = view.here.documents
    found: list[Sentence] = []
    faster = moved.modifier(Trait.ACCELERATION)
    line = Line()
    change = yearly(view, line)
    if faster is not None and faster.month is not None:
        when = line.month("mois d’accélération des documents", faster.month)
        soit = f", soit {change} sur un an" if change else ""
        variants: tuple[str, ...] = (
            f"la progression s’accélère à compter de {when}{soit}",
            f"le rythme s’élève nettement depuis {when}{soit}",
            f"une accélération est visible depuis {when}{soit}",
            f"le mouvement gagne en ampleur à compter de {when}{soit}",
        )
        found.append(line.end(view.pick(1, variants), view.link(faster.month, view.received[-1])))
    elif change and moved.label != Label.IRREGULAR:
        variants = (
            f"sur un an, l’évolution est de {change}",
            f"d’une année sur l’autre, les dépôts évoluent de {change}",
            f"l’évolution sur un an s’établit à {change}",
        )
        found.append(line.end(view.pick(1, variants), view.link()))
    if moved.plateau_from is not None and moved.label == Label.RISE_PLATEAU:
        line = Line()
        when = line.month("mois de début du plateau des documents", moved.plateau_from)
        found.append(line.end(f"le palier est tenu depuis {when}"))
    return found


def yearly(view: View, line: Line) -> str:
    """ "+224 % (×3,2)", nothing when n. d. or over too few documents."""
    growth = view.measures.growth
    if growth.change is None or growth.earlier < SMALL_VOLUME:
        return ""
    words = line.say("évolution des documents sur un an", growth.change)
    if growth.comparable_months == 12:
        return words
    months = line.say("nombre de mois comparables", growth.comparable_months)
    return f"{words}, à mois comparables ({months}),"


# --- Peaks -----------------------------------------------------------------------------------


def _peaks(view: View) -> list[Sentence]:
    """The highest peak and its origin; from three on, all of them and what they share."""
    peaks = view.here.documents.peaks
    origins = {origin.peak.month: origin for origin in view.here.peaks}
    if not peaks:
        return []
    if len(peaks) >= SEVERAL:
        return several_peaks(view, origins)
    found: list[Sentence] = []
    main = max(peaks, key=lambda peak: peak.excess)
    for peak in sorted(peaks, key=lambda peak: peak != main):
        found += one_peak(view, peak, origins.get(peak.month), main=peak == main)
    return found


# --- What to do ------------------------------------------------------------------------------


def _watch(view: View) -> Sentence | None:
    """One point to watch, the first that the evidence raises."""
    moved, line = view.here.documents, Line()
    turn = moved.modifier(Trait.RECENT_TURN)
    end = view.received[-1]
    if turn is not None and turn.month is not None and (turn.change or 0) < 0:
        when = line.month("mois de l’inflexion des documents", turn.month)
        last = line.say("documents du dernier mois", view.documents([end]))
        month = line.month("mois de fin", end)
        variants: tuple[str, ...] = (
            (
                f"l’inflexion observée depuis {when} ({last} documents en {month}) reste à "
                "surveiller pour confirmer la pérennité de la dynamique"
            ),
            (
                f"le repli qui commence en {when}, avec {last} documents en {month}, demande à "
                "être suivi au prochain fichier mensuel"
            ),
        )
        return line.end(view.pick(2, variants), view.link(turn.month, end))
    quiet = [peak for peak in moved.peaks if not _events(view, peak.month)]
    if moved.label == Label.PLATEAU_PEAK and quiet:
        main = max(quiet, key=lambda peak: peak.excess)
        when = line.month("mois du pic des documents", main.month)
        return line.end(
            f"aucun événement n’étant saisi autour {of_month(main.month)}, l’origine de ce pic "
            "reste à documenter auprès des ESMS concernés"
            if when
            else "",
            view.link(main.first, main.last),
        )
    share = view.details.concentration.share
    if share is not None and share >= CONCENTRATED and view.details.concentration.entities > 5:
        part = line.say("part des cinq premiers organismes dans les documents", share)
        variants = (
            (
                f"cinq organismes gestionnaires concentrent {part} des documents "
                f"{view.window_words(line)} : la dynamique dépend de peu d’acteurs"
            ),
            (
                "la dépendance à quelques acteurs est à surveiller : cinq organismes "
                f"gestionnaires font {part} des documents {view.window_words(line)}"
            ),
        )
        return line.end(view.pick(2, variants), view.link())
    return None


def _events(view: View, month: dt.date) -> tuple[Event, ...]:
    """The events that stand in the peak of a month."""
    return next((o.events for o in view.here.peaks if o.peak.month == month), ())


def _lever(view: View) -> Sentence | None:
    """One lever, which the evidence calls for."""
    moved, details, line = view.here.documents, view.details, Line()
    regularity = details.regularity
    if moved.label in {Label.IRREGULAR, Label.PLATEAU_PEAK} and details.contributors:
        regular = line.count("ESMS réguliers", details.regular, "ESMS", "ESMS")
        feeding = line.say("ESMS ayant alimenté sur la fenêtre", details.contributors)
        window = view.window_words(line)
        line.keep("part médiane des mois avec un dépôt", regularity)
        variants: tuple[str, ...] = (
            (
                f"le levier est la régularité : sur {feeding} ESMS ayant alimenté {window}, "
                f"{regular} {plural(details.regular, 'dépose', 'déposent')} au moins quatre mois "
                "sur cinq, et l’automatisation des dépôts est à rechercher pour les autres"
            ),
            (
                f"l’enjeu est de transformer ces épisodes en dépôts mensuels : {regular} sur "
                f"{feeding} ayant alimenté {window} "
                f"{plural(details.regular, 'atteint', 'atteignent')} aujourd’hui quatre mois sur "
                "cinq"
            ),
            (
                f"l’accompagnement gagnerait à viser la constance des dépôts, que seuls {regular} "
                f"sur {feeding} {plural(details.regular, 'atteint', 'atteignent')} {window} (au "
                "moins quatre mois sur cinq)"
            ),
        )
        return line.end(view.pick(3, variants), view.link())
    generic = details.typing.generic
    if generic is not None and generic >= GENERIC:
        line.keep("part des types génériques", generic)
        variants = (
            (
                "le levier est qualitatif : employer le type précis lorsqu’il existe, pour rendre "
                "les documents plus faciles à retrouver"
            ),
            (
                "une revue des documents versés permettrait de distinguer l’usage par défaut du "
                "besoin réel, et de mieux équilibrer les types"
            ),
        )
        return line.end(view.pick(3, variants), view.link())
    if details.intensity is None or not details.contributors:
        return None
    median = line.count("documents par ESMS et par mois", details.intensity, "document")
    variants = (
        (
            "la marge de progrès tient à l’intensité : un ESMS qui alimente dépose le plus "
            f"souvent {median} par mois (médiane)"
        ),
        (
            f"avec {median} par ESMS et par mois en médiane, le potentiel reste ouvert chez ceux "
            "qui alimentent déjà"
        ),
        (
            f"l’intensité des dépôts ({median} par ESMS qui alimente et par mois, en médiane) est "
            "le levier le plus immédiat"
        ),
    )
    return line.end(view.pick(3, variants), view.link())
