"""What made a peak: how much of its excess comes from which OG, types and sectors.

The excess of a peak is what its months hold above the ordinary level around it: the mean of the
5 received months on either side, those that other peaks lift left out. A mean and not a median, so
that the excesses of the parts add up to the excess of the whole. The excess of a part is counted
in the same way, from its own level, and is negative for what fed less than usual.

An OG is the legal entity that the facility had in the month (or its groupe de rattachement), or
the one that carries the documents; a sector is the facility's in the month.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from indicators.dynamics import Dynamics, Peak
from indicators.dynamics.thresholds import NEIGHBOURS
from indicators.models import CoveredMonth
from indicators.selection import Selection
from reference.models import Event, Sector
from reference.months import shift, span

#: The documents of each OG, type and sector in the months of each peak and in those around it:
#: those of OG from the contributors and from what OG carry, the others from the volumes.
#: The period of a facility that speaks for a month is the last that began by its end, else the
#: first, as in `reference.standing` (registers close a period before they append the next).
PARTS = """
WITH cell AS (
    SELECT * FROM unnest(%(peaks)s::int[], %(departements)s::text[], %(months)s::date[],
                         %(inside)s::bool[]) AS cell (peak, departement_id, month, inside)
),
owner AS (
    SELECT period.facility_id, period.legal_entity_id, period.starts_on,
           row_number() OVER life = 1 AS is_first,
           lead(period.starts_on) OVER life AS next_on
    FROM reference_facilityperiod period
    JOIN reference_facility facility ON facility.id = period.facility_id
    WHERE facility.departement_id = ANY (%(places)s)
    WINDOW life AS (
        PARTITION BY period.facility_id ORDER BY period.starts_on NULLS FIRST, period.id
    )
),
fact AS (
    SELECT cell.peak, cell.inside, owner.legal_entity_id, NULL::smallint AS document_type_id,
           NULL AS sector, contributor.documents
    FROM cell
    JOIN indicators_facilitymonth contributor USING (departement_id, month)
    JOIN owner
      ON owner.facility_id = contributor.facility_id
     AND (owner.is_first OR owner.starts_on < cell.month + interval '1 month')
     AND (owner.next_on IS NULL OR owner.next_on >= cell.month + interval '1 month')
    WHERE %(sector)s::text IS NULL OR contributor.sector = %(sector)s
    UNION ALL
    SELECT cell.peak, cell.inside, carried.legal_entity_id, NULL, NULL, carried.documents
    FROM cell
    JOIN indicators_entityfeeding carried
      ON carried.month = cell.month
     AND coalesce(carried.departement_id, '') = coalesce(cell.departement_id, '')
    WHERE carried.region_id = %(region)s
      AND (%(sector)s::text IS NULL OR carried.sector = %(sector)s)
    UNION ALL
    SELECT cell.peak, cell.inside, NULL, volume.document_type_id, volume.sector, volume.documents
    FROM cell
    JOIN indicators_monthlyvolume volume
      ON volume.month = cell.month
     AND coalesce(volume.departement_id, '') = coalesce(cell.departement_id, '')
    WHERE volume.region_id = %(region)s
      AND (%(sector)s::text IS NULL OR volume.sector = %(sector)s)
),
part AS (
    SELECT peak, legal_entity_id, document_type_id, sector,
           coalesce(sum(documents) FILTER (WHERE inside), 0) AS inside,
           coalesce(sum(documents) FILTER (WHERE NOT inside), 0) AS around
    FROM fact
    GROUP BY GROUPING SETS ((peak, legal_entity_id), (peak, document_type_id), (peak, sector))
    HAVING num_nonnulls(legal_entity_id, document_type_id, sector) = 1
)
SELECT part.peak,
       CASE WHEN part.sector IS NOT NULL THEN 'sectors'
            WHEN part.document_type_id IS NOT NULL THEN 'types' ELSE 'entities' END,
       coalesce(part.sector, kind.code, entity.finess),
       coalesce(
           kind.label, nullif(entity.group, ''), nullif(entity.name, ''), entity.finess, ''
       ),
       coalesce(nullif(entity.group, ''), part.sector, kind.code, entity.finess),
       part.inside::bigint, part.around::bigint
FROM part
LEFT JOIN reference_legalentity entity ON entity.id = part.legal_entity_id
LEFT JOIN reference_documenttype kind ON kind.id = part.document_type_id
ORDER BY 3
"""

#: The months of a peak, and the ordinary ones around it.
Cells = tuple[tuple[dt.date, ...], tuple[dt.date, ...]]


@dataclass(frozen=True)
class Part:
    """One OG, type or sector: its excess over its own level outside the peak, and its share.

    `code`: FINESS of the EJ (of a group: the first of those that fed around the peak), code of the
    type or of the sector.
    """

    code: str
    label: str
    excess: float  # documents
    share: float  # of the excess of the peak; 0 when that is not positive


@dataclass(frozen=True)
class PeakOrigin:
    """A peak and where its excess comes from, the greatest parts first; `events` stand there.

    Each of `entities`, `types` and `sectors` holds every part that changed, those that fell too,
    so that its excesses sum to `excess`. `excess` is in documents, over all months of the peak.
    """

    peak: Peak
    excess: float
    entities: tuple[Part, ...]
    types: tuple[Part, ...]
    sectors: tuple[Part, ...]
    events: tuple[Event, ...]


def explain(
    selection: Selection, dynamics: Mapping[str, Dynamics]
) -> dict[str, tuple[PeakOrigin, ...]]:
    """Say what made each peak of the documents of some territories, in three queries.

    Args:
        selection: the question that was measured: only its months and its sector are looked at.
        dynamics: how the documents moved, by territory code: the selection's own ("R27") or one of
            its départements ("D21").

    Returns:
        By the same codes, one origin per peak, in the same order. The events are those of the
        département and of its région that stand in the peak's months, one more on either side
        (for a région: its own).
    """
    received = _received(selection)
    peaks = [(code, peak, found) for code, found in dynamics.items() for peak in found.peaks]
    cells = [_cells(received(code), peak, found.peaks) for code, peak, found in peaks]
    volumes = _read(selection, [code for code, _, _ in peaks], cells)
    events = list(Event.objects.filter(region=selection.territory.region_code)) if peaks else []
    origins: dict[str, list[PeakOrigin]] = {code: [] for code in dynamics}
    for (code, peak, _), (inside, around), rows in zip(peaks, cells, volumes, strict=True):
        near = {None, _departement(code)}
        there = tuple(
            event for event in events if event.departement_id in near and stands_in(event, peak)
        )
        # How many months of the peak there are to one around: nothing around is a level of 0.
        weight = len(inside) / len(around) if around else 0.0
        origins[code].append(_origin(peak, rows, weight, there))
    return {code: tuple(found) for code, found in origins.items()}


@dataclass
class _Volume:
    """What a part holds in the months of a peak and in those around, all together."""

    kind: str  # "entities", "types" or "sectors"
    code: str
    label: str
    inside: int = 0
    around: int = 0


def _received(selection: Selection) -> Callable[[str], list[dt.date]]:
    """The function that tells the received months of a territory code, sorted."""
    by_departement: defaultdict[str, list[dt.date]] = defaultdict(list)
    rows = CoveredMonth.objects.filter(
        departement__in=selection.territory.departement_codes,
        month__range=(selection.first, selection.last),
    ).order_by("month")
    for departement, month in rows.values_list("departement_id", "month"):
        by_departement[departement].append(month)
    everywhere = sorted({month for months in by_departement.values() for month in months})

    def received(code: str) -> list[dt.date]:
        departement = _departement(code)
        return everywhere if departement is None else by_departement[departement]

    return received


def _departement(code: str) -> str | None:
    """The département of a territory code, None for a région."""
    return None if code.startswith("R") else code[1:]


def _cells(received: list[dt.date], peak: Peak, peaks: Iterable[Peak]) -> Cells:
    """The received months of a peak, and the ordinary ones around it.

    Other peaks are ordinary too when nothing else stands around.
    """
    inside = tuple(month for month in received if peak.first <= month <= peak.last)
    lifted = {month for other in peaks for month in span(other.first, other.last)}
    for left_out in (lifted, set(inside)):
        before = [m for m in received if m < peak.first and m not in left_out][-NEIGHBOURS:]
        after = [m for m in received if m > peak.last and m not in left_out][:NEIGHBOURS]
        if before or after:
            break
    return inside, (*before, *after)


def _read(
    selection: Selection, codes: Sequence[str], cells: Sequence[Cells]
) -> list[list[_Volume]]:
    """The volumes of the parts of each peak, in the order of the peaks' territory codes."""
    place = selection.territory
    # "Non ventilé" is of a région and of no département.
    everywhere: list[str | None] = [*place.departement_codes, None]
    wanted = [
        (number, departement, month, month in inside)
        for number, (code, (inside, around)) in enumerate(zip(codes, cells, strict=True))
        for departement in (everywhere if _departement(code) is None else [_departement(code)])
        for month in (*inside, *around)
    ]
    found: list[dict[tuple[str, str], _Volume]] = [{} for _ in codes]
    if not wanted:
        return [[] for _ in codes]
    peaks, departements, months, inside_ = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            PARTS,
            {
                "peaks": peaks,
                "departements": departements,
                "places": sorted({code for code in departements if code}),
                "months": months,
                "inside": inside_,
                "region": place.region_code,
                "sector": selection.sector and str(selection.sector),
            },
        )
        for number, kind, code, label, key, inside, around in cursor:
            # The entities of one group are one part, under the first of their numbers.
            part = found[number].setdefault((kind, key), _Volume(kind, code, label))
            part.inside += inside
            part.around += around
    return [list(parts.values()) for parts in found]


def _origin(
    peak: Peak, volumes: Iterable[_Volume], weight: float, events: tuple[Event, ...]
) -> PeakOrigin:
    """Turn volumes into excesses; every document has one type, so types sum to the whole."""
    changes = [(volume, volume.inside - weight * volume.around) for volume in volumes]
    total = sum(change for volume, change in changes if volume.kind == "types")

    def parts(kind: str) -> tuple[Part, ...]:
        found = [
            Part(
                volume.code,
                Sector(volume.code).label if kind == "sectors" else volume.label,
                change,
                change / total if total > 0 else 0.0,
            )
            for volume, change in changes
            if volume.kind == kind and change
        ]
        return tuple(sorted(found, key=lambda part: (-part.excess, part.code)))

    return PeakOrigin(peak, total, parts("entities"), parts("types"), parts("sectors"), events)


def stands_in(event: Event, peak: Peak) -> bool:
    """Whether an event stands within a peak's months, or a month before or after them."""
    last = event.last_month or event.month
    return event.month <= shift(peak.last, 1) and last >= shift(peak.first, -1)
