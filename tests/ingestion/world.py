"""A fictitious register of two regions, and the small files that feed it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from stdnum import luhn

from indicators.models import CoveredMonth, EntityFeeding, Feeding
from ingestion.models import Extract
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.receive import receive
from reference.models import (
    Facility,
    FacilityPeriod,
    LegalEntity,
    Region,
    raise_data_version,
)

REGION = "27"
HEADER = "Mois;FINESS ET;Type de document;Nombre de documents;DMP alimentés"
MONTH = dt.date(2025, 1, 1)

#: Facilities by département: each of an entity of its own, EHPAD of the perimeter.
HOMES = {"21": 3, "25": 2, "39": 2}


def number(departement: str, rank: int) -> str:
    """A well-formed FINESS number of a département."""
    stem = f"{departement[:2]}{rank:06}"
    return stem + luhn.calc_check_digit(stem)


def facility(departement: str, rank: int) -> str:
    """The FINESS ET of a facility of the world, its rank from 1."""
    return number(departement, 1000 + rank)


def entity(departement: str, rank: int) -> str:
    """The FINESS EJ that owns the facility of the same rank."""
    return number(departement, rank)


def add_facility(departement: str, rank: int, *, owner: str | None = None) -> Facility:
    """One more open facility, of the entity of its rank unless another owns it."""
    owned, _ = LegalEntity.objects.get_or_create(
        finess=owner or entity(departement, rank), defaults={"name": f"OG {rank}"}
    )
    return _open([(departement, rank, owned)])[0]


def _open(homes: Iterable[tuple[str, int, LegalEntity]]) -> list[Facility]:
    """Open facilities, each told by its département, its rank there and who owns it."""
    places = list(homes)
    made = Facility.objects.bulk_create(
        Facility(
            finess=facility(departement, rank),
            name=f"EHPAD fictif {departement}-{rank}",
            departement_id=departement,
            seen_on=dt.date(2025, 1, 1),
        )
        for departement, rank, _ in places
    )
    FacilityPeriod.objects.bulk_create(
        FacilityPeriod(
            facility=each,
            starts_on=dt.date(2010, 1, 1),
            category_id="500",
            legal_entity=owner,
        )
        for each, (_, _, owner) in zip(made, places, strict=True)
    )
    return made


def spread(rank: int = 1) -> str:
    """An entity with facilities in two départements: what it carries cannot be allocated."""
    owner = entity("21", rank)
    add_facility("39", 50 + rank, owner=owner)
    raise_data_version("ouverture d'un second site", ground=True)
    return owner


def build() -> Region:
    """The register: HOMES, and one facility of another region, so that it is more than regional."""
    places = [
        *((code, rank) for code, count in HOMES.items() for rank in range(1, count + 1)),
        ("35", 1),
    ]
    with transaction.atomic():
        owners = LegalEntity.objects.bulk_create(
            LegalEntity(finess=entity(code, rank), name=f"OG {rank}") for code, rank in places
        )
        _open((*place, owner) for place, owner in zip(places, owners, strict=True))
        raise_data_version("registre d'essai")
    return Region.objects.get(code=REGION)


def line(
    finess: str,
    documents: int | str,
    *,
    kind: str = "SYNTH",
    month: str = "2025-01",
    dmp: int | str = "",
) -> str:
    """One line of a file under HEADER."""
    return f"{month};{finess};{kind};{documents};{dmp}"


def content(lines: Iterable[str]) -> bytes:
    """A whole file."""
    return "\n".join([HEADER, *lines, ""]).encode()


def brought(lines: Iterable[str], *, name: str = "extrait.csv", **asked: Any) -> Extract:
    """A file received and read, not published."""
    asked.setdefault("region", Region.objects.get(code=REGION))
    return process(receive(io.BytesIO(content(lines)), name=name, **asked))


def published(lines: Iterable[str], **asked: Any) -> Extract:
    """A file received, read and published."""
    return publish(brought(lines, **asked))


def fed() -> dict[tuple[str, str, str], int]:
    """The published facts of facilities: (month, FINESS, type code) → documents."""
    rows = Feeding.objects.values_list(
        "month", "facility__finess", "document_type__code", "documents"
    )
    return {(f"{month:%Y-%m}", finess, code): documents for month, finess, code, documents in rows}


def carried() -> dict[tuple[str, str | None, str], int]:
    """The published facts of legal entities: (month, departement, FINESS) → documents."""
    rows = EntityFeeding.objects.values_list(
        "month", "departement_id", "legal_entity__finess", "documents"
    )
    return {
        (f"{month:%Y-%m}", place, finess): documents for month, place, finess, documents in rows
    }


def covered() -> set[tuple[str, str]]:
    """The published cells: (month, departement)."""
    return {
        (f"{month:%Y-%m}", code)
        for month, code in CoveredMonth.objects.values_list("month", "departement_id")
    }
