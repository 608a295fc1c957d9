"""What is missing within the period of which a paragraph tells the documents."""

from __future__ import annotations

from indicators.commentary.sentences import Line, Sentence
from indicators.commentary.view import View
from reference.months import span


def missing_months(view: View) -> Sentence | None:
    """The months that were not received between the first and the last that were."""
    received = view.received
    missing = [month for month in span(received[0], received[-1]) if month not in received]
    if not missing:
        return None
    line = Line()
    on = line.count("nombre de mois reçus", len(received), "mois", "mois")
    if len(missing) == 1:
        what = f"{line.month('mois non reçu', missing[0])} n’a pas été reçu"
    else:
        months = line.say("nombre de mois non reçus", len(missing))
        what = f"cette période compte {months} mois non reçus"
    return line.end(f"{what} : ce total porte sur {on}")


def partial_months(region: View) -> Sentence | None:
    """The months for which départements of a région are missing, its last one aside.

    DOMAIN: a month computed on those received is marked as partial. The rates of the last month
    say it themselves.
    """
    whole = len(region.territory.departement_codes)
    partial = [
        month
        for month in region.received[:-1]
        if (region.at("received_departements", month) or 0) < whole
    ]
    if not partial:
        return None
    line = Line()
    if len(partial) == 1:
        when = line.month("mois partiel", partial[0])
        there = line.say(
            "départements reçus du mois partiel",
            region.at("received_departements", partial[0]) or 0,
        )
        every = line.say("départements", whole)
        return line.end(
            f"ce total est partiel en {when} (départements reçus : {there} sur {every})"
        )
    months = line.say("nombre de mois partiels", len(partial))
    return line.end(f"ce total est partiel : à {months} mois manque au moins un département")
