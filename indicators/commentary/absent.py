"""What is said when there is little to say: nothing received, one month, too few, all zero."""

from __future__ import annotations

from indicators.commentary.sentences import Line, Paragraph, Sentence
from indicators.commentary.view import View
from indicators.commentary.words import locative, of, period
from indicators.dynamics import Label


def without_series(view: View) -> Paragraph | None:
    """The short paragraph of a territory whose documents have no shape; None when they have."""
    sentence = nothing_received(view) or _no_document(view) or _too_short(view)
    return None if sentence is None else Paragraph((sentence,))


def nothing_received(view: View) -> Sentence | None:
    """The sentence of a territory of which no month was received."""
    if view.received:
        return None
    selection = view.measures.selection
    line = Line()
    line.month("mois de début", selection.first)
    line.month("mois de fin", selection.last)
    when = period(selection.first, selection.last)
    return line.end(
        f"aucun mois n’a été reçu {locative(view.territory)} {when} : l’alimentation y est n. d."
    )


def _no_document(view: View) -> Sentence | None:
    if view.documents(view.received) > 0:
        return None
    line = Line()
    line.keep("documents de la période", 0.0)
    return line.end(
        f"aucun document n’a été déposé par les ESMS {of(view.territory)} {_when(view, line)}"
    )


def _too_short(view: View) -> Sentence | None:
    if view.here.documents.label != Label.TOO_SHORT:
        return None
    line = Line()
    total = line.count("documents de la période", view.documents(view.received), "document")
    when = _when(view, line)
    months = line.count("nombre de mois reçus", len(view.received), "mois reçu", "mois reçus")
    return line.end(
        f"les ESMS {of(view.territory)} ont déposé {total} {when} ; avec {months}, il est trop tôt "
        "pour qualifier une évolution"
    )


def _when(view: View, line: Line) -> str:
    """The received period, whose months are kept."""
    first, last = view.received[0], view.received[-1]
    line.month("mois de début", first)
    line.month("mois de fin", last)
    return period(first, last)
