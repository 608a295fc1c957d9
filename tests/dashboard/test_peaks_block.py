"""Where peaks come from: each with the parts of its excess and what stands there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from dashboard.details_page import blocks
from dashboard.exhibits import Block
from dashboard.peaks_block import SHOWN, peaks_block
from indicators.dynamics import Peak
from indicators.peaks import Part, PeakOrigin
from reference.models import Event
from tests.dashboard.builders import build
from tests.dashboard.evidences import around

APRIL, MAY = dt.date(2025, 4, 1), dt.date(2025, 5, 1)
SECRET = "Association de l'Orme"


def origin(month: dt.date, excess: float, *types: Part, event: str = "") -> PeakOrigin:
    return PeakOrigin(
        peak=Peak(month, 900.0, 100.0, month, month),
        excess=excess,
        entities=(Part("21A", SECRET, excess, 1.0),),
        types=types,
        sectors=(Part("PA", "Personnes âgées", excess, 1.0),),
        events=(Event(label=event, month=month),) if event else (),
    )


ONE = origin(
    APRIL,
    800.0,
    Part("SYNTH", "Synthèse", 900.0, 1.125),
    Part("34133-9", "Compte rendu", -100.0, -0.125),
    Part("11488-4", "Consultation", 0.4, 0.0005),
    event="Cible d'avril",
)
OTHER = origin(MAY, 400.0, Part("34133-9", "Compte rendu", 400.0, 1.0))


def block(*origins: PeakOrigin, names: bool = True) -> Block | None:
    return peaks_block(replace(around(build()), peaks=origins), names=names)


def test_each_peak_has_the_excess_and_the_share_of_each_part_the_weightiest_first() -> None:
    found = block(ONE, OTHER)

    assert found is not None
    table = found.exhibits[0].table
    assert table.rows == ("Ensemble", "Synthèse", "Compte rendu")
    assert [one.label for one in table.columns] == [
        "Excédent, avr. 2025", "Part, avr. 2025", "Excédent, mai 2025", "Part, mai 2025",
    ]  # fmt: skip
    assert table.named("excedent-2025-04").texts == ("+800", "+900", "\u2212100")
    assert table.named("part-2025-04").values == (1.0, 1.125, -0.125)
    assert table.named("excedent-2025-05").values == (400.0, 0.0, 400.0)
    assert table.named("part-2025-05").values == (1.0, 0.0, 1.0)


def test_the_message_names_the_peaks_and_the_remarks_what_stands_there() -> None:
    found = block(ONE, OTHER)

    assert found is not None
    assert found.message == (
        "2 pics\u202f: avril 2025 (+800 documents) et mai 2025 (+400 documents)"
    )
    assert found.remarks == (
        "Autour du pic d’avril 2025\u202f: «\u202fCible d’avril\u202f».",
        "Aucun événement n’est saisi autour des autres pics.",
    )
    for origins, which in (((OTHER,), "de ce pic"), ((OTHER, OTHER), "de ces pics")):
        nothing = block(*origins)
        assert nothing is not None
        assert nothing.remarks == (f"Aucun événement n’est saisi autour {which}.",)


def test_organisations_are_named_to_those_who_call_them_only() -> None:
    named, discreet = block(ONE), block(ONE, names=False)

    assert named is not None
    assert discreet is not None
    assert [one.code for one in named.exhibits] == [
        "pics-par-type",
        "pics-par-secteur",
        "pics-par-og",
    ]
    assert named.exhibits[2].table.rows == ("Ensemble", "Association de l’Orme")
    assert [one.code for one in discreet.exhibits] == ["pics-par-type", "pics-par-secteur"]
    assert SECRET[:11] not in repr(discreet)


def test_a_peak_without_excess_has_no_shares_and_a_table_holds_so_many_lines() -> None:
    many = [Part(f"T{rank:02}", f"Type {rank}", float(rank - 30), 0.0) for rank in range(25)]
    found = block(origin(APRIL, sum(part.excess for part in many), *many))

    assert found is not None
    table = found.exhibits[0].table
    assert len(table.rows) == 1 + SHOWN
    assert table.rows[1] == "Type 0"
    assert set(table.named("part-2025-04").values) == {None}


def test_the_page_has_the_block_where_there_is_a_peak() -> None:
    here, there = around(build()), around(build())

    assert peaks_block(here, names=True) is None
    assert "pics" not in {each.code for each in blocks(here, there, names=True)}
    assert "pics" in {each.code for each in blocks(replace(here, peaks=(ONE,)), there, names=True)}
