"""A fictitious list of the facilities that the ESMS Numérique programme financed."""

from __future__ import annotations

import csv
import io
from collections import Counter

from ingestion.demo.draws import Draws
from ingestion.demo.register import OUTSIDE, entity_name
from ingestion.demo.story import LAST_MONTH, LAST_YEAR
from ingestion.demo.volumes import Demo
from reference.months import last_day

#: Financed facilities, and how many of the contributors of the last year are not financed.
MEMBERS = 1794
CONTRIBUTORS_WITHOUT = 66


def draw_members(demo: Demo, seed: int) -> list[str]:
    """FINESS numbers of the financed facilities, sorted.

    Those who came for the peaks are among them: payment depends on usage at the target dates.
    """
    draws = Draws(seed, 2)
    by_month = [{finess for finess, _ in demo.volumes[position]} for position in LAST_YEAR]
    months = Counter(finess for feeding in by_month for finess in feeding)
    parc = [
        f.finess
        for f in demo.facilities
        if f.sector != OUTSIDE and f.is_open(LAST_MONTH, last_day(LAST_MONTH))
    ]
    shuffled = sorted(parc, key=lambda finess: (draws.below(1 << 32), finess))
    steady = [finess for finess in shuffled if months[finess] > 1]
    left_out = set(steady[:CONTRIBUTORS_WITHOUT])
    members = [finess for finess in shuffled if months[finess] and finess not in left_out]
    members += [finess for finess in shuffled if not months[finess]][: MEMBERS - len(members)]
    return sorted(members)


def write_members(demo: Demo, seed: int) -> bytes:
    """The list as a CSV that a spreadsheet opens (UTF-8 with BOM, `;`)."""
    facilities = {f.finess: f for f in demo.facilities}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["FINESS ET", "Raison sociale", "Porteur", "Projet", "Millésime"])
    for finess in draw_members(demo, seed):
        facility = facilities[finess]
        project = f"Projet fictif {facility.departement}"
        vintage = "2022" if int(finess[4:8]) % 2 else "2023"
        writer.writerow([finess, facility.name, entity_name(facility.entity), project, vintage])
    return text.getvalue().encode("utf-8-sig")
