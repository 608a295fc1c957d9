"""A fictitious register of any size, made in bulk, and files that feed it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.publishing.publish import rebuild_stale
from reference.models import (
    Departement,
    DocumentType,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    raise_data_version,
)

OPENED = dt.date(2010, 1, 1)
HEADER = "Mois;FINESS ET;Type de document;Nombre de documents;DMP alimentés"
#: The share of the lines of a file that hold one of the mistakes of the domain.
MISTAKES = 0.05
WRONG = (
    ("documents", "n.c."),
    ("documents", "-3"),
    ("finess", "2,1E+08"),
    ("finess", "123456789"),
    ("kind", "Bilan de vie"),
)


def numbered(stems: NDArray[np.int64]) -> NDArray[np.str_]:
    """The FINESS numbers that begin with these eight digits, key included."""
    digits = stems[:, None] // 10 ** np.arange(7, -1, -1) % 10
    doubled = digits * np.where(np.arange(8) % 2 == 1, 2, 1)
    sums = (doubled // 10 + doubled % 10).sum(axis=1)
    return np.char.zfill((stems * 10 + -sums % 10).astype("U9"), 9)


def register(
    facilities: int, departements: list[str], *, per_entity: int = 5, first_entity: int = 0
) -> list[str]:
    """Open facilities spread over départements, a few by legal entity; gives their numbers."""
    category = FacilityCategory.objects.filter(in_perimeter=True).order_by("code")[0]
    places = dict(Departement.objects.filter(code__in=departements).values_list("code", "pk"))
    codes = [departements[rank % len(departements)] for rank in range(facilities)]
    stems = [int(code) * 10**6 + rank for rank, code in enumerate(codes, 1000)]
    finess: list[str] = numbered(np.array(stems)).tolist()
    owners = LegalEntity.objects.bulk_create(
        LegalEntity(finess=number, name="OG")
        for number in numbered(
            99_000_000 + first_entity + np.arange(facilities // per_entity + 1)
        ).tolist()
    )
    made = Facility.objects.bulk_create(
        [
            Facility(finess=number, name="ESMS", departement_id=places[code], seen_on=OPENED)
            for number, code in zip(finess, codes, strict=True)
        ],
        batch_size=5000,
    )
    FacilityPeriod.objects.bulk_create(
        [
            FacilityPeriod(
                facility=each,
                category=category,
                legal_entity=owners[rank // len(departements) // per_entity % len(owners)],
                starts_on=OPENED,
            )
            for rank, each in enumerate(made)
        ],
        batch_size=5000,
    )
    raise_data_version("registre d’essai", ground=True)
    rebuild_stale()  # as an import of the register does
    return finess


def write_file(path: Path, finess: list[str], months: list[str], types: int) -> int:
    """A long CSV: each facility feeds each type each month, with mistakes; gives its records."""
    codes = list(DocumentType.objects.order_by("code").values_list("code", flat=True)[:types])
    draws = np.random.default_rng(0)
    grid = pd.MultiIndex.from_product([finess, codes], names=["finess", "kind"])
    path.write_text(HEADER + "\n")
    for month in months:  # one at a time: the memory measured later is not to hold them
        rows = _with_mistakes(grid.to_frame(index=False), draws)
        rows.insert(0, "month", month)
        rows.to_csv(path, sep=";", index=False, header=False, mode="a")
    return len(grid) * len(months)


def _with_mistakes(rows: pd.DataFrame, draws: np.random.Generator) -> pd.DataFrame:
    documents = draws.integers(0, 60, len(rows))
    rows = rows.assign(documents=documents.astype(str), dmp=(documents // 2).astype(str))
    wrong = draws.permutation(len(rows))[: int(len(rows) * MISTAKES)]
    parts = np.array_split(wrong, 6)
    for part, (column, value) in zip(parts, WRONG, strict=False):
        rows.loc[part, column] = value
    rows.loc[parts[5], "finess"] = numbered(21_900_000 + draws.integers(0, 900, len(parts[5])))
    return rows
