"""The monthly files of the demonstration, such as people receive them.

Those of the past are clean; the next one, left to the newcomer, holds a handful of the mistakes
that real files have, each of which its report explains.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from stdnum import luhn

from ingestion.demo.register import (
    FACILITY_BLOCK,
    HOSPITAL,
    SHARED_BETWEEN,
    DemoFacility,
    entity_name,
    number,
)
from ingestion.demo.story import MONTHS, NEXT_MONTH
from ingestion.demo.volumes import Demo
from reference.months import in_french, iso

HEADER = (
    *("Période", "FINESS ET", "FINESS EJ", "Raison sociale", "Type de document"),
    *("Nombre de documents", "Nombre de DMP alimentés"),
)
#: What files write where no document type has a name of its own.
UNKNOWN_LABEL = "Note interne fictive"
UNRECOGNISED = "AUTRES"
#: Two legal entities deposit for sites that they do not name: one works in two départements,
#: the other in this one only.
CARRYING_DEPARTEMENT = "71"
#: A type that hospitals feed, and that the story does not know.
DISCHARGE_LETTER = "11490-0"
SUMMARY = "SYNTH"
#: From this year on, files hold codes instead of labels.
CODES_SINCE = 2025


@dataclass(frozen=True)
class Line:
    """One line of a file, as it is written."""

    finess: str
    entity: str
    name: str
    type: str
    documents: str
    dmp: str


def file_name(month: dt.date) -> str:
    """The name of the file of a month; it says that it is fictitious."""
    return f"alimentation_fictive_{iso(month)}.csv"


def write_month(demo: Demo, month: dt.date, labels: Mapping[str, str]) -> bytes:
    """The file of a month: title lines, a header, a line per facility and type, a total.

    `labels`: document type codes → labels. In cp1252 with labels before 2025, in UTF-8 with
    codes since; the month after the story holds its mistakes too.
    """
    lines = list(_lines(demo, month))
    if month == NEXT_MONTH:
        lines = _with_mistakes(lines, demo)
    with_codes = month.year >= CODES_SINCE
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Alimentation FICTIVE de Mon espace santé : données inventées"])
    writer.writerow([f"Extraction de démonstration, {in_french(month)}"])
    writer.writerow([])
    writer.writerow(HEADER)
    for line in lines:
        kind = line.type if with_codes else labels.get(line.type, line.type)
        writer.writerow(
            [f"{month:%m/%Y}", line.finess, line.entity, line.name, kind, line.documents, line.dmp]
        )
    total = sum(
        int(line.documents)
        for line in lines
        if line.documents.isascii() and line.documents.isdigit()
    )
    writer.writerow(["Total", "", "", "", "", str(total), ""])
    return text.getvalue().encode("utf-8-sig" if with_codes else "cp1252")


def _lines(demo: Demo, month: dt.date) -> Iterator[Line]:
    position = MONTHS.index(month)
    by_finess = {facility.finess: facility for facility in demo.facilities}
    for (finess, code), documents in sorted(demo.volumes[position].items()):
        yield _line(by_finess[finess], code, documents, position)
    for facility in demo.facilities:
        if facility.category == HOSPITAL:  # outside the perimeter, as real files have some
            yield _line(facility, DISCHARGE_LETTER, 40 + position, position)
        elif facility.sector == "AHI" and facility.rank == 1:  # nothing fed is 0, and said
            yield _line(facility, SUMMARY, 0, position)
    for entity in carrying_entities(demo):
        documents = 4 + position // 2
        yield Line(entity, entity, entity_name(entity), SUMMARY, str(documents), str(documents))


def carrying_entities(demo: Demo) -> tuple[str, str]:
    """The legal entities that deposit for sites they do not name: of two départements, of one."""
    across, within = (
        [f.entity for f in demo.facilities if f.departement == departement and f.sector == sector]
        for departement, sector in ((SHARED_BETWEEN[0], "PDE"), (CARRYING_DEPARTEMENT, "DOM"))
    )
    return across[-1], within[0]


def _line(facility: DemoFacility, code: str, documents: int, position: int) -> Line:
    share = 60 + (int(facility.finess[4:8]) * 7 + position * 11) % 36
    return Line(
        facility.finess,
        facility.entity,
        facility.name,
        UNKNOWN_LABEL if code == UNRECOGNISED else code,
        str(documents),
        str(-(-documents * share // 100)),
    )


def _with_mistakes(lines: Sequence[Line], demo: Demo) -> list[Line]:
    """The lines of a month with one of each mistake that a report explains."""
    kept = list(lines)
    kept[0] = replace(kept[0], finess=kept[0].finess[:-1])  # the key was lost
    kept[5] = replace(kept[5], documents=f" {kept[5].documents},0")  # still read
    kept[9] = replace(kept[9], dmp=str(int(kept[9].documents) + 3))  # more records than documents
    twice, disputed = kept[20], kept[40]
    disputed = replace(disputed, documents=str(int(disputed.documents) + 7))
    model = replace(kept[60], type=DISCHARGE_LETTER, documents="6", dmp="6")
    hospital = next(f for f in demo.facilities if f.category == HOSPITAL)
    wrong_key = f"{model.finess[:-1]}{(int(model.finess[-1]) + 1) % 10}"
    elsewhere = f"69{FACILITY_BLOCK}0001"
    mistakes = [
        twice,
        disputed,
        replace(model, documents="n.c."),
        replace(model, type="74465-6", documents="-3"),
        replace(model, type="34112-3", documents="2,5"),
        replace(model, finess=wrong_key),
        replace(model, finess="2,1E+08"),
        replace(model, finess=f"{elsewhere}{luhn.calc_check_digit(elsewhere)}"),
        replace(model, finess=number("21", FACILITY_BLOCK, 9999), name="EHPAD fictif inconnu"),
        replace(model, finess=hospital.entity, name=entity_name(hospital.entity)),
        replace(model, type="Fiche de liaison maison (fictive)"),
    ]
    step = len(kept) // len(mistakes)
    for rank, mistake in enumerate(mistakes, start=1):
        kept.insert(rank * step, mistake)
    return kept
