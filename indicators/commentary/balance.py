"""How a région's sectors, programmes and types balance, and its lever."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from indicators.commentary.sectors import share_of, total
from indicators.commentary.sentences import Line, Sentence
from indicators.commentary.types import GENERIC
from indicators.commentary.view import SMALL_BASE, View
from indicators.commentary.words import locative, of, plural
from reference import french

#: A sector balance is an exception when the first sector has at most this share.
BALANCED = 0.65
#: From this share on, the first sector carries by far the most.
DOMINANT = 0.8


def sector_balance(region: View, views: Sequence[View]) -> Sentence | None:
    """The part of PA in the région, its extremes, the départements with another balance."""
    if region.measures.selection.sector is not None:
        return None
    elders = share_of("PA")(region.here)
    if elders is None:
        return None
    line = Line()
    part = line.say("part PA des ESMS qui alimentent", elders)
    fed = line.count("ESMS ayant alimenté sur la fenêtre", total(region.measures), "ESMS", "ESMS")
    window = region.window_words(line)
    link = region.link(secteur="PA")
    return line.end(
        f"l’alimentation reste {'très majoritairement' if elders >= DOMINANT else 'd’abord'} "
        f"portée par le secteur personnes âgées (PA), qui réunit {part} des {fed} ayant alimenté "
        f"{window}{_exceptions(line, views) if elders > BALANCED else ''}",
        link,
        opens=True,
    )


def _exceptions(line: Line, views: Sequence[View]) -> str:
    """The départements whose balance between PA and PH is another."""
    parts, shares = [], []
    for view in views:
        own, disabled = share_of("PA")(view.here), share_of("PH")(view.here)
        if own is None or own > BALANCED:
            continue
        code = view.territory.departement_code
        elders = line.say(f"part PA des ESMS qui alimentent : {code}", own)
        others = line.say(f"part PH des ESMS qui alimentent : {code}", disabled or 0.0)
        parts.append(f"{of(view.territory)} ({elders} PA, {others} PH)")
        shares.append(own)
    if not parts:
        return ""
    how = "plus équilibrée" if min(shares) >= 1 - BALANCED else "différente"
    return f", à l’exception notable {french.listing(parts)}, où la répartition est {how}"


def programme_gaps(region: View) -> Sentence | None:
    """The gap between the members of each programme and the others."""
    line = Line()
    clauses = []
    for gap in region.whole.programmes:
        if gap.rate_members is None or gap.rate_others is None or gap.members < SMALL_BASE:
            continue
        name_ = line.quote(f"programme {gap.code}", gap.name)
        members = line.say(f"taux des membres de {gap.code}", gap.rate_members)
        others = line.say(f"taux des autres que {gap.code}", gap.rate_others)
        clause = (
            f"les membres du programme {name_} alimentent à {members} sur 12 mois, contre {others} "
            "pour les autres"
        )
        clauses.append(clause)
    if not clauses:
        return None
    line.keep("nombre de mois du taux annuel", 12)
    return line.end(" ; ".join(clauses))


def typing(region: View, views: Sequence[View]) -> Sentence | None:
    """The part of generic types, and where it is highest, when it is a subject."""
    generic = region.details.typing.generic
    if generic is None:
        return None
    line = Line()
    part = line.say("part des types génériques", generic)
    high = [
        view
        for view in views
        if (view.details.typing.generic or 0) >= GENERIC
        and view.details.typing.documents >= SMALL_BASE
    ]
    worst = max(high, key=lambda view: view.details.typing.generic or 0, default=None)
    if worst is None and generic < GENERIC:
        return None
    where = ""
    if worst is not None and len(views) > 1:
        code = worst.territory.departement_code
        share = line.say(f"part des types génériques : {code}", worst.details.typing.generic or 0.0)
        where = f", et jusqu’à {share} {locative(worst.territory)}"
    return line.end(
        f"la qualité du typage est le point à surveiller : {part} des documents portent un type "
        f"générique (synthèse, document du secteur, libellé non reconnu){where}",
        region.link(),
    )


def lever(region: View) -> Sentence | None:
    """The ESMS that did not feed over 12 months, beside those that do regularly."""
    last = region.received[-1]
    fed = region.at("contributors_12m", last)
    parc = region.at("parc_12m", last)
    if fed is None or parc is None or parc <= fed:
        return None
    line = Line()
    months = line.say("nombre de mois du taux annuel", 12)
    silent = line.count("ESMS sans dépôt sur 12 mois", parc - fed, "ESMS", "ESMS")
    habits = _habits(region, line)
    return line.end(
        f"le potentiel tient {'à la fois' if habits else 'd’abord'} à l’entrée de nouvelles "
        f"structures, {silent} n’ayant rien déposé en {months} mois{only_received(region, line)}"
        f"{habits}",
        region.link(parmi="sans-depot"),
    )


def only_received(region: View, line: Line) -> str:
    """ " dans les 2 départements reçus sur 8 en février 2026", nothing of a whole last month."""
    last = region.received[-1]
    if not region.measures.is_partial(pd.Timestamp(last)):
        return ""
    count = region.at("received_departements", last) or 0
    received = line.say("départements reçus le dernier mois", count)
    every = line.say("départements", len(region.territory.departement_codes))
    where = plural(count, "le seul département reçu", f"les {received} départements reçus")
    return f" dans {where} sur {every} en {line.month('dernier mois, partiel', last)}"


def _habits(region: View, line: Line) -> str:
    """How few of those that feed do so regularly; nothing when that cannot be told."""
    details = region.details
    if details.regularity is None or not details.contributors:
        return ""
    regular = line.say("ESMS réguliers", details.regular)
    feeding = line.say("ESMS ayant alimenté sur la fenêtre", details.contributors)
    told = f"{regular} sur {feeding} {plural(details.regular, 'dépose', 'déposent')}"
    if not details.regular:
        told = f"aucune des {feeding} ne dépose"
    return (
        f", et à la régularité de celles qui alimentent : {told} au moins quatre mois sur cinq "
        f"depuis {plural(details.regular, 'son', 'leur')} premier dépôt"
    )
