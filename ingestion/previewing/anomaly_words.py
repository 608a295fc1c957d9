"""Anomalies as French sentences: what was seen, against what, and what to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.previewing.anomalies import Anomaly
from reference.months import in_french, parse_month
from reference.numbers import grouped

Facts = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """How the places and facilities that anomalies speak of are called.

    `locatives`: département → "en Côte-d'Or". `facilities`, `entities`: identifier → (FINESS,
    name).
    """

    locatives: Mapping[str, str] = field(default_factory=dict)
    facilities: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    entities: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def of(self, facts: Facts) -> str:
        """The facility or legal entity of an anomaly: its name and number."""
        if "facility" in facts:
            finess, name = self.facilities[facts["facility"]]
        else:
            finess, name = self.entities[facts["entity"]]
        return f"{name} ({finess})"


def say(anomaly: Anomaly, names: Names) -> str:
    """The sentence of an anomaly."""
    return _SENTENCES[anomaly.code](anomaly.facts, names)


def percent(share: float, digits: int = 0) -> str:
    """A share as text: 0.125 is "13 %"."""
    return f"{grouped(share * 100, digits)}\u202f%"


def _month(facts: Facts, key: str = "month") -> str:
    return in_french(parse_month(facts[key]))


def _place(facts: Facts, names: Names) -> str:
    return f"{names.locatives[facts['departement']]} en {_month(facts)}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _cell_lost(facts: Facts, names: Names) -> str:
    return (
        f"Le fichier ne contient rien {_place(facts, names)}, mois déjà publié\u202f: il y reste "
        "tel qu’il est. Publiez après vérification."
    )


def _cell_refused(facts: Facts, names: Names) -> str:
    end = "ce mois n’y change pas." if facts["published"] else "ce mois y restera non reçu."
    return f"Aucun enregistrement accepté {_place(facts, names)}\u202f: {end}"


def _departement_absent(facts: Facts, names: Names) -> str:
    return (
        f"Le fichier ne contient rien {_place(facts, names)}, alors que le mois précédent "
        f"({_month(facts, 'since')}) y a été reçu."
    )


def _facility_jump(facts: Facts, names: Names) -> str:
    ratio = facts["documents"] / facts["usual"]
    return (
        f"{names.of(facts)}\u202f: {grouped(facts['documents'])} documents en {_month(facts)}, "
        f"soit ×{grouped(ratio)} par rapport à ses {facts['months']} derniers mois reçus "
        f"(médiane\u202f: {grouped(facts['usual'])})."
    )


def _month_drop(facts: Facts, names: Names) -> str:
    change = facts["documents"] / facts["reference"] - 1
    same = facts["against"] == facts["month"]
    against = "publiés aujourd’hui pour ce mois" if same else f"en {_month(facts, 'against')}"
    count = facts["documents"]
    return (
        f"{_capital(_place(facts, names))}\u202f: {grouped(count)} document{'s' * (count > 1)} "
        f"contre {grouped(facts['reference'])} {against} (−{percent(-change)})."
    )


def _others_jump(facts: Facts, _names: Names) -> str:
    reference = facts["reference"]
    whole = 0 if facts["share"] == 1 else 1
    against = "" if reference is None else f", contre {percent(reference, 1)} jusqu’ici"
    return (
        f"En {_month(facts)}, {percent(facts['share'], whole)} des documents sont d’un type non "
        f"reconnu{against}. Un type a sans doute changé de nom."
    )


def _month_closed(facts: Facts, _names: Names) -> str:
    return (
        f"{_capital(_month(facts))} est un mois clos ({facts['since']} mois reçus depuis)\u202f: "
        "le publier de nouveau changerait des chiffres déjà communiqués."
    )


def _many_refused(facts: Facts, _names: Names) -> str:
    share = facts["refused"] / facts["read"]
    return (
        f"{grouped(facts['refused'])} enregistrements refusés sur {grouped(facts['read'])} "
        f"({percent(share)})\u202f: l’export s’est sans doute mal passé. Voyez les motifs plus bas."
    )


def _entity_subtotal(facts: Facts, _names: Names) -> str:
    lines = facts["lines"]
    if lines == 1:
        begins = "Une ligne d’organisme gestionnaire égale la somme de ses établissements"
    else:
        begins = (
            f"{grouped(lines)} lignes d’organismes gestionnaires égalent la somme de leurs "
            "établissements"
        )
    return f"{begins}\u202f: sous-total probable, ces documents seraient comptés deux fois."


def _months_to_come(facts: Facts, _names: Names) -> str:
    lines = facts["lines"]
    carry = "enregistrement porte" if lines == 1 else "enregistrements portent"
    return f"{grouped(lines)} {carry} un mois à venir ({_month(facts)})\u202f: refusés."


def _sheets_unread(facts: Facts, _names: Names) -> str:
    named = ", ".join(f"«\u202f{title}\u202f»" for title in facts["sheets"])
    return (
        "Une seule feuille du classeur a été lue. Non lues, bien qu’elles y ressemblent\u202f: "
        f"{named}. Déposez-les à part, ou publiez après vérification."
    )


def _series_falls(facts: Facts, names: Names) -> str:
    return (
        f"{names.of(facts)}\u202f: le cumul baisse en {_month(facts)}, de "
        f"{grouped(facts['reference'])} à {grouped(facts['documents'])} documents. Un cumul ne "
        "peut que monter."
    )


def _cell_emptied(facts: Facts, names: Names) -> str:
    count = facts["documents"]
    several = "s" * (count > 1)
    return (
        f"{_capital(_place(facts, names))}\u202f: {grouped(count)} document{several} "
        f"publié{several} disparaîtrai{'en' * (count > 1)}t, car le fichier n’y compte rien."
    )


def _series_returns(facts: Facts, names: Names) -> str:
    return (
        f"{names.of(facts)}\u202f: absent du cumul du mois précédent, et de retour en "
        f"{_month(facts)}\u202f: tout son cumul, {grouped(facts['documents'])} documents, "
        "compterait dans ce seul mois."
    )


def _other_counting(facts: Facts, _names: Names) -> str:
    published = "un cumul" if facts["cumulative"] else "les documents du mois"
    mine = "les documents du mois" if facts["cumulative"] else "un cumul"
    return (
        f"{_capital(_month(facts))}\u202f: ce fichier est lu comme comptant {mine}, alors que ce "
        f"mois ou le précédent viennent d’une source qui compte {published}. Vérifiez la source "
        "choisie au dépôt."
    )


def _more(facts: Facts, _names: Names) -> str:
    others = facts["more"]
    return f"… et {grouped(others)} autre{'s' * (others > 1)} du même genre."


_SENTENCES: dict[str, Callable[[Facts, Names], str]] = {
    "cell_lost": _cell_lost,
    "cell_refused": _cell_refused,
    "departement_absent": _departement_absent,
    "facility_jump": _facility_jump,
    "month_drop": _month_drop,
    "others_jump": _others_jump,
    "month_closed": _month_closed,
    "many_refused": _many_refused,
    "entity_subtotal": _entity_subtotal,
    "months_to_come": _months_to_come,
    "sheets_unread": _sheets_unread,
    "series_falls": _series_falls,
    "cell_emptied": _cell_emptied,
    "series_returns": _series_returns,
    "other_counting": _other_counting,
    "more": _more,
}
