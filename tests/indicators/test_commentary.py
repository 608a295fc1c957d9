"""The paragraphs: every number is a fact, every fact is a measure, and the French is set in type.

A thousand territories are invented from seeds, so that each sentence is written many times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from indicators.commentary import (
    Paragraph,
    Sentence,
    fact_text,
    write_departement,
    write_region,
)
from indicators.commentary.sentences import Fact, Line
from indicators.dynamics import Label, Trait
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.peaks import PeakOrigin
from tests.indicators.commentary_oracle import Oracle
from tests.indicators.evidences import invented_region

TERRITORIES = 1000
REGIONAL_EVENT = re.compile("événement [0-9]+ : [0-9]{2}")
NUMBER = re.compile(r"[0-9][0-9\u202f]*(?:,[0-9]+)?")


@cache
def written() -> list[tuple[RegionEvidence, TerritoryEvidence, str, Paragraph]]:
    """Every paragraph of enough regions to hold a thousand territories."""
    found = []
    territories = seed = 0
    while territories < TERRITORIES:
        region = invented_region(seed)
        found.append((region, region.region, "region", write_region(region)))
        for code, here in region.departements.items():
            for subject, paragraph in write_departement(code, region).items():
                found.append((region, here, subject, paragraph))
        territories += 1 + len(region.departements)
        seed += 1
    return found


def sentences() -> Iterator[tuple[TerritoryEvidence, str, Sentence]]:
    for _, here, subject, paragraph in written():
        for sentence in paragraph.sentences:
            yield here, subject, sentence


# --- Every number ----------------------------------------------------------------------------


@pytest.mark.no_cover  # a thousand territories
def test_every_number_of_a_text_is_one_of_its_facts() -> None:
    for _, subject, sentence in sentences():
        told = {
            n for name, value in sentence.facts.items() for n in numbers(fact_text(name, value))
        }

        assert set(numbers(sentence.text)) <= set(numbers(" | ".join(told))), (subject, sentence)


@pytest.mark.no_cover  # a thousand territories
def test_every_fact_is_what_the_evidence_says() -> None:
    oracles: dict[int, Oracle] = {}
    for region, here, subject, paragraph in written():
        oracle = oracles.setdefault(id(here), Oracle(region, here))
        for name, value in paragraph.facts.items():
            if REGIONAL_EVENT.fullmatch(name):
                continue  # the next test but one
            expected = oracle.fact(name)
            if isinstance(value, float | int) and expected is not None:
                assert value == pytest.approx(expected), (subject, name)
            else:
                assert value == expected, (subject, name)


def test_the_same_name_is_always_the_same_fact_of_a_paragraph() -> None:
    for _, _, subject, paragraph in written():
        held: dict[str, Fact] = {}
        for sentence in paragraph.sentences:
            for name, value in sentence.facts.items():
                assert held.setdefault(name, value) == value, (subject, name)


def test_a_passing_dip_of_a_rise_is_told_whenever_there_is_one() -> None:
    met = set()
    for region, here, subject, paragraph in written():
        rose = here.contributors.label in {Label.PROGRESSIVE, Label.RISE_PLATEAU}
        parc = here.measures.parc.dropna()
        if subject != "esms" or not rose or parc.empty or parc.iloc[-1] < 20:
            continue
        told = "mois du creux" in paragraph.facts
        assert told == bool(Oracle(region, here).dips())
        met.add(told)

    assert met == {True, False}


def test_a_recent_turn_of_documents_is_told_whichever_way_it_goes() -> None:
    ways = set()
    for _, here, subject, paragraph in written():
        turn = here.documents.modifier(Trait.RECENT_TURN)
        told = subject == "documents" and "dynamique des documents" in paragraph.facts
        if told and turn and turn.change:
            assert "mois de l’inflexion des documents" in paragraph.facts
            ways.add(turn.change > 0)

    assert ways == {True, False}


#: Facts that two years have in common only on the months received in both.
OVER_TWO_YEARS = {
    "évolution des documents sur un an",
    "documents gagnés en un an",
    "part des ESMS déjà actifs dans la hausse",
}


def test_two_years_are_compared_on_months_that_are_told_once_unless_they_are_all_there() -> None:
    ways = set()
    for _, here, subject, paragraph in written():
        months = here.measures.growth.comparable_months
        told = paragraph.text.lower().count(f"à mois comparables ({months} sur 12)")
        compared = not OVER_TWO_YEARS.isdisjoint(paragraph.facts)
        assert told == (compared and months < 12), (subject, paragraph.text)
        ways.add((subject, bool(told)))

    assert ways >= {(name, told) for name in ("documents", "esms", "region") for told in (0, 1)}


def test_a_departement_compared_on_other_months_than_its_region_says_so_there() -> None:
    found = [
        sentence
        for _, subject, sentence in sentences()
        for name, months in sentence.facts.items()
        if subject == "region" and name.startswith("nombre de mois comparables : ")
        if f"à mois comparables ({months} sur 12)" in sentence.text
    ]

    assert found


def test_a_rate_of_some_departements_is_told_as_theirs_and_nothing_is_compared_with_it() -> None:
    seen = set()
    for region, here, subject, paragraph in written():
        received = here.measures.received_departements
        if "taux sur 12 mois" not in paragraph.facts:
            continue
        last = received[received > 0].index[-1]
        around = region.region.measures.received_departements[last]
        partial = 0 < around < len(region.departements)
        told = not {"taux régional sur 12 mois", "rang du taux sur 12 mois"}.isdisjoint(
            paragraph.facts
        )
        if subject == "region":
            told = "départements reçus le dernier mois" not in paragraph.facts
        assert not (partial and told), (subject, paragraph.text)
        seen.add((subject, bool(partial)))

    assert seen >= {(name, partial) for name in ("esms", "region") for partial in (True, False)}


def test_a_total_says_which_months_or_departements_it_lacks() -> None:
    ways = set()
    for region, here, subject, paragraph in written():
        oracle = Oracle(region, here)
        if subject not in {"documents", "region"} or "mois de fin" not in paragraph.facts:
            continue
        if here.documents.label == Label.TOO_SHORT or not here.measures.total_documents.sum():
            continue  # said in one sentence
        holes = oracle.holes()
        assert ("n’a pas été reçu\u202f:" in paragraph.text) == (len(holes) == 1)
        assert ("mois non reçus\u202f:" in paragraph.text) == (len(holes) > 1)
        ways.add((subject, min(2, len(holes))))
        if subject == "region":
            assert ("ce total est partiel" in paragraph.text.lower()) == bool(oracle.lacking())
            ways.add(("partial", min(2, len(oracle.lacking()))))

    assert ways >= {(of, n) for of in ("documents", "partial") for n in (0, 1, 2)}
    assert ("region", 2) in ways


def test_regularity_is_not_told_where_it_is_not_known() -> None:
    unknown = [one for one in written() if one[1].details.regularity is None]

    assert unknown
    for _, _, subject, paragraph in unknown:
        assert "ESMS réguliers" not in paragraph.facts, subject


def test_typing_is_a_point_to_watch_of_a_region_only_where_generic_types_abound() -> None:
    for region, here, subject, paragraph in written():
        shares = [
            other.details.typing.generic or 0.0
            for other in [here, *region.departements.values()]
            if other is here or other.details.typing.documents >= 20
        ]
        if subject == "region" and max(shares) < 0.4:
            assert "point à surveiller" not in paragraph.text


def test_nothing_but_an_entered_event_is_given_beside_a_peak() -> None:
    for region, here, subject, paragraph in written():
        labels = {event.label for event in here.events}
        if subject == "region":
            labels |= {e.label for other in region.departements.values() for e in other.events}
        named = {v for name, v in paragraph.facts.items() if name.startswith("événement")}

        assert named <= labels
        assert ("coïncide" in paragraph.text or "saisi au moment" in paragraph.text) <= bool(named)


def test_a_region_gives_an_event_to_the_departements_in_whose_peaks_it_stands() -> None:
    met = set()
    for region, _, subject, paragraph in written():
        if subject != "region" or "coïncide avec" not in paragraph.text:
            continue
        sentence = next(s for s in paragraph.sentences if "coïncide avec" in s.text)
        named = [
            other
            for code, other in region.departements.items()
            if f"mois du pic : {code}" in sentence.facts
        ]
        for key, label in sentence.facts.items():
            if REGIONAL_EVENT.fullmatch(key):
                there = [
                    label in {event.label for event in highest(other).events} for other in named
                ]
                typeset = str(label).replace("'", "’").replace("« ", "“").replace(" »", "”")
                alone = f"{typeset}\u202f» (" in sentence.text
                assert alone == (not all(there)), (label, sentence.text)
                met.add(alone)

    assert met == {True, False}


def highest(evidence: TerritoryEvidence) -> PeakOrigin:
    """The peak of the documents with the largest excess."""
    return max(evidence.peaks, key=lambda origin: origin.peak.excess)


def numbers(text: str) -> list[str]:
    """The numbers that a text writes."""
    return [found.rstrip("\u202f") for found in NUMBER.findall(text)]


# --- The French ------------------------------------------------------------------------------


def test_texts_are_set_as_french_is() -> None:
    for _, subject, sentence in sentences():
        text = sentence.text

        assert re.search(r"[^\u202f][;:?!»%]", text) is None, (subject, text)
        assert re.search(r"«[^\u202f]|'|\.\.|  |,,|\( | \)| ,| \.(?!$)", text) is None, (
            subject,
            text,
        )
        assert text[0].isupper() or text[0] == "«", (subject, text)
        assert text.endswith("."), (subject, text)
        assert re.search(r"\b(nan|None|inf|0 ESMS (ont|restent))\b", text) is None, (subject, text)
        assert text.count("(") == text.count(")"), (subject, text)
        assert not re.search(r"\bde (avril|août|octobre)|à compter de [ao]", text), (subject, text)


def test_small_bases_are_counts() -> None:
    for here, subject, sentence in sentences():
        fed = sum(figures.contributors for figures in here.measures.sectors)
        if subject == "secteurs" and fed < 20:
            assert not any("des ESMS qui alimentent" in name for name in sentence.facts)


def test_every_departement_of_a_region_is_named() -> None:
    for region, _, subject, paragraph in written():
        if subject != "region" or region.region.documents.label == Label.TOO_SHORT:
            continue
        if not region.region.measures.total_documents.sum():
            continue
        for other in region.departements.values():
            name = other.measures.selection.territory.name.replace("'", "’")
            assert name in paragraph.text


def test_links_ask_only_for_what_the_list_of_esms_knows() -> None:
    for _, _, sentence in sentences():
        assert set(sentence.esms) <= {"de", "a", "type", "og", "secteur", "parmi"}
        if sentence.esms:
            assert sentence.esms["de"] <= sentence.esms["a"]
            assert sentence.esms.get("parmi", "nouveaux") in {"sans-depot", "nouveaux", "arretes"}


def test_the_list_behind_what_is_left_after_a_peak_is_of_that_month() -> None:
    name = "mois suivant le pic des ESMS"
    left = [sentence for _, _, sentence in sentences() if name in sentence.facts]

    assert left
    for sentence in left:
        assert sentence.esms["de"] == sentence.esms["a"] == sentence.facts[name]
        assert "parmi" not in sentence.esms


def test_the_list_behind_generic_types_is_of_the_greatest_of_them() -> None:
    for here, subject, sentence in sentences():
        if subject == "documents" and "part des types génériques" in sentence.facts:
            generic = [kind for kind in here.details.types if kind.generic]
            first = max(generic, key=lambda kind: kind.documents)
            assert sentence.esms.get("type", first.code) == first.code


def test_no_organisation_is_named() -> None:
    assert not any("OG fictif" in sentence.text for _, _, sentence in sentences())


# --- Little or nothing -----------------------------------------------------------------------


def test_nothing_received_is_said_in_one_sentence() -> None:
    empty = [
        paragraph
        for _, here, _, paragraph in written()
        if here.measures.received_departements.sum() == 0
    ]

    assert empty
    for paragraph in empty:
        assert len(paragraph.sentences) == 1
        assert "n. d." in paragraph.text


def test_too_few_months_are_not_given_a_shape() -> None:
    short = [
        paragraph
        for _, here, subject, paragraph in written()
        if subject == "documents"
        and here.documents.label == Label.TOO_SHORT
        and here.measures.total_documents.sum() > 0
    ]

    assert short
    for paragraph in short:
        assert "trop tôt" in paragraph.text
        assert "dynamique des documents" not in paragraph.facts


# --- Pieces ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("part X", 0.1234, "12\u202f%"),
        ("part X", 0.0123, "1,2\u202f%"),
        ("part X", 0.0996, "10\u202f%"),
        ("part X", 0.998, "99,8\u202f%"),
        ("part X", 1.0, "100\u202f%"),
        ("taux X", 0.0, "0\u202f%"),
        ("évolution X", 2.24, "+224\u202f% (×3,2)"),
        ("rapport X", 3.04, "3,0"),
        ("mois X", "2025-04", "avril 2025"),
        ("mot", "progressive", "progressive"),
        ("nombre", 1234.0, "1\u202f234"),
        ("nombre", None, "n.\u00a0d."),
    ],
)
def test_a_fact_is_written_by_its_name(name: str, value: Fact, text: str) -> None:
    assert fact_text(name, value) == text


def test_blocks_of_a_paragraph_are_separated_by_an_empty_line() -> None:
    line = Line()
    paragraph = Paragraph((line.end("un"), line.end("deux"), line.end("trois", opens=True)))

    assert paragraph.text == "Un. Deux.\n\nTrois."
    assert [len(block) for block in paragraph.blocks] == [2, 1]
    assert Paragraph(()).text == ""
