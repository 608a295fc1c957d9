"""Generated sentences that the public version leaves out: they tell few documents of one ESMS.

What people wrote and published is theirs, and is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from dashboard.pieces.behind import discreet, of_territory, small
from indicators.commentary.sentences import Fact, Paragraph
from indicators.evidence import RegionEvidence, TerritoryEvidence
from reference import french

UNSAID = (
    "Le texte généré dit des nombres de documents d’un seul ESMS\u202f: il n’est que dans la "
    "version de travail."
)
#: Facts that count documents; those over a year against another begin with GROWTH.
COUNTS = ("documents", "variation des ESMS déjà actifs")
GROWTH = "évolution des documents"


def of_departement(paragraph: Paragraph, here: TerritoryEvidence) -> Paragraph:
    """The paragraph of a département, or none of its sentences: each leans on the one before."""
    if not discreet(here):
        return paragraph
    grown = of_territory(here).before.few
    told = any(
        _counts_few(name, value) or (grown and name.startswith(GROWTH))
        for name, value in paragraph.facts.items()
    )
    return Paragraph(()) if told else paragraph


def of_region(
    paragraph: Paragraph, known: RegionEvidence, masked: Collection[str] = ()
) -> Paragraph:
    """The paragraph of a région without the sentences that tell few documents of one ESMS.

    `masked`: the codes of the départements whose documents are not told.
    """
    few = {code for code, each in known.departements.items() if of_territory(each).few}
    reserved = few.union(masked)
    masks, grown = discreet(known.region), of_territory(known.region).before.few

    def secret(name: str, value: Fact) -> bool:
        if name.startswith(GROWTH):
            _, _, code = name.partition(" : ")
            return code in reserved if code else grown
        return masks and _counts_few(name, value)

    return _without(paragraph, secret)


def of_committee(paragraph: Paragraph, places: Collection[str], *, region: bool) -> Paragraph:
    """What changed since a committee, without the documents of the `places` that are masked.

    `places`: by name, as tables write it. `region`: whether those of the région are masked too.
    """

    def secret(name: str, _value: Fact) -> bool:
        if name.startswith(GROWTH):
            _, _, place = name.partition(", ")
            return french.typographic(place) in places if place else region
        return region and name.startswith(COUNTS)

    return _without(paragraph, secret)


def _counts_few(name: str, value: Fact) -> bool:
    """Whether a fact is a small count of documents, or a sector's part of them."""
    if name.startswith("part ") and name.endswith(" des documents"):
        return True
    return name.startswith(COUNTS) and not isinstance(value, str) and small(value)


def _without(paragraph: Paragraph, secret: Callable[[str, Fact], bool]) -> Paragraph:
    """A paragraph without the sentences that have a secret fact."""
    kept = (
        sentence
        for sentence in paragraph.sentences
        if not any(secret(name, value) for name, value in sentence.facts.items())
    )
    return replace(paragraph, sentences=tuple(kept))
