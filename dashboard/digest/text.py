"""The words of a digest: plain French text, problems first, links and never a facility. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.digest.facts import LEAST_FALL, Compared, Facts, Fall
from dashboard.digest.periods import Period
from indicators.selection import Territory
from reference import french
from reference.months import in_french
from reference.numbers import NARROW

#: How many falls, or months, are told one by one.
MOST_TOLD = 5
INTRODUCTION = "Voici le point sur l’alimentation de Mon espace santé par les ESMS"
READING = (
    f"Les volumes sont comparés à la moyenne mensuelle des trois mois précédents{NARROW}; une "
    f"baisse de moins de {french.percent(LEAST_FALL, 0)} n’est pas signalée."
)


@dataclass(frozen=True)
class Links:
    """Whole addresses: of a territory's page, of its list of ESMS ("" for who may not open it)."""

    page: Callable[[Territory], str]
    silent: Callable[[Facts], str]
    firsts: Callable[[Facts], str]
    received: str  # the months received of the région
    subscriptions: str


def subject(region: str, period: Period) -> str:
    """ "Mon espace santé en ESMS : Bourgogne-Franche-Comté, décembre 2025"."""
    return f"Mon espace santé en ESMS{NARROW}: {french.typographic(region)}, {period.name}"


def compose(told: Sequence[Facts], links: Links) -> str:
    """The text of a letter about some territories of a région, for one period."""
    period = told[0].period
    lines = [
        "Bonjour,",
        "",
        f"{INTRODUCTION}{NARROW}: {period.name}.",
    ]
    for facts in told:
        lines += ["", *section(facts, links)]
    lines += [
        "",
        READING,
        "",
        f"Choisir les territoires et la fréquence{NARROW}: {links.subscriptions}",
    ]
    return "\n".join(lines) + "\n"


def section(facts: Facts, links: Links) -> Iterator[str]:
    """What is told of one territory: problems, what is new, what is missing, then the rest."""
    name = french.typographic(facts.territory.name)
    yield name.upper()
    yield _volume(facts)
    yield links.page(facts.territory)
    yield ""
    for sentence, link in (
        *_silence(facts, links),
        *_falls(facts),
        *_firsts(facts, links),
        *_months(facts, links),
    ):
        yield f"- {sentence}"
        if link:
            yield f"  {link}"
    yield f"- {unchanged(facts)}"


def _volume(facts: Facts) -> str:
    parts = [french.count(facts.documents, "document")]
    if facts.contributors is not None and facts.parc is not None:
        fed = french.count(facts.contributors, "ESMS", "ESMS")
        verb = "ont" if facts.contributors >= 2 else "a"
        when = f" en {in_french(facts.period.last)}" if facts.period.quarterly else ""
        parts.append(f"{fed} sur {french.integer(facts.parc)} {verb} alimenté{when}")
    return french.sentence(f"{french.sentence(facts.period.name)[:-1]}{NARROW}: {', '.join(parts)}")


def _silence(facts: Facts, links: Links) -> Iterator[tuple[str, str]]:
    silence = facts.silence
    if not silence.silent:
        return
    many = silence.silent >= 2
    count = french.count(silence.silent, "ESMS", "ESMS")
    verb = "alimentaient n’ont" if many else "alimentait n’a"
    text = f"{count} qui {verb} rien déposé depuis 3 mois reçus"
    if silence.since:
        when = in_french(silence.since)
        if silence.new == silence.silent:
            text += f"{NARROW}; dernier dépôt en {when}"
        else:
            had = "avaient" if silence.new >= 2 else "avait"
            text += f", dont {french.integer(silence.new)} {had} encore déposé en {when}"
            text += " (en tête de la liste)"
    yield f"{text}.", links.silent(facts)


def _falls(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.places.falls:
        yield f"Documents en baisse{NARROW}: {_listed(facts.places.falls, facts.period)}.", ""
    if facts.types.falls:
        listed = _listed(facts.types.falls, facts.period)
        yield f"Types de documents en baisse{NARROW}: {listed}.", ""
    for fall in facts.feeding.falls:
        change, against = french.signed_percent(fall.change), _against(fall, facts.period)
        yield f"Nombre d’ESMS qui alimentent en baisse{NARROW}: {change}, {against}.", ""


def _against(fall: Fall, period: Period) -> str:
    """ "1 200 contre 1 850", of a quarter "1 200 par mois contre 1 850"."""
    pace = " par mois" if period.quarterly else ""
    return f"{french.integer(fall.after)}{pace} contre {french.integer(fall.before)}"


def _listed(falls: Sequence[Fall], period: Period) -> str:
    """ "dans le Jura (−35 %, 1 200 contre 1 850), …"."""
    parts = [
        f"{french.typographic(fall.name)} ({french.signed_percent(fall.change)}, "
        f"{_against(fall, period)})"
        for fall in falls[:MOST_TOLD]
    ]
    others = len(falls) - len(parts)
    if others:
        parts.append(french.count(others, "autre"))
    return french.listing(parts)


def _firsts(facts: Facts, links: Links) -> Iterator[tuple[str, str]]:
    if not facts.firsts:
        return
    count = french.count(facts.firsts, "ESMS", "ESMS")
    verb = "ont" if facts.firsts >= 2 else "a"
    yield (
        f"Premiers dépôts{NARROW}: {count} {verb} alimenté pour la première fois.",
        links.firsts(facts),
    )


def _months(facts: Facts, links: Links) -> Iterator[tuple[str, str]]:
    total = len(facts.territory.departement_codes)
    missing = [in_french(month) for month in facts.missing]
    partial = [
        f"{in_french(month)} ({french.count(count, 'département')} sur {total})"
        for month, count in facts.partial
    ]
    parts = []
    if missing:
        words = "Mois non reçus" if len(missing) > 1 else "Mois non reçu"
        parts.append(f"{words}{NARROW}: {_latest(missing)}.")
    if partial:
        words = "Mois partiels" if len(partial) > 1 else "Mois partiel"
        parts.append(f"{words}{NARROW}: {_latest(partial)}.")
    if facts.provisional:
        month = french.sentence(in_french(facts.period.last))[:-1]
        parts.append(f"{month} est provisoire, jusqu’à un fichier qui le confirme.")
    if parts:
        yield " ".join(parts), links.received


def _latest(months: Sequence[str]) -> str:
    """The last months of a list, and how many more there are."""
    named = list(months[-MOST_TOLD:])
    others = len(months) - len(named)
    return french.listing([*named, *([french.count(others, "autre")] if others else [])])


def unchanged(facts: Facts) -> str:
    """What gives no cause for alarm, in one line."""
    parts = []
    if not facts.silence.silent:
        parts.append("aucun ESMS n’a cessé de déposer depuis 3 mois reçus")
    if facts.places.steady:
        parts.append(_places(facts))
    if facts.types.steady:
        parts.append(f"types de documents{_types(facts.types)}")
    if facts.feeding.steady:
        parts.append("nombre d’ESMS qui alimentent")
    if facts.firsts == 0:
        parts.append("aucun premier dépôt")
    if not facts.missing and not facts.partial:
        parts.append("aucun mois manquant sur les 12 derniers")
    if not parts:
        return f"Sans changement notable{NARROW}: aucun des points suivis."
    return f"Sans changement notable{NARROW}: {f'{NARROW}; '.join(parts)}."


def _places(facts: Facts) -> str:
    if facts.territory.is_region and not facts.places.falls:
        return "documents, dans chaque département"
    return f"documents {french.listing([french.typographic(name) for name in facts.places.steady])}"


def _types(types: Compared) -> str:
    if not types.falls:
        return ", tous"
    return f" ({french.listing([french.typographic(name) for name in types.steady])})"
