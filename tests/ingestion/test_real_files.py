"""The reference files, where they are at hand: exactly what is expected of every record."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.checking.check import check
from ingestion.checking.ground import load_ground
from ingestion.reading.pipeline import NormalisedFile, ReadOptions, read_records
from reference.documents import document_type_index
from reference.finess.register import apply_register

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
EXTRACTS = SHARED / "extracts"
EXPECTED: dict[str, Any] = (
    json.loads((EXTRACTS / "expected.json").read_text()) if EXTRACTS.exists() else {}
)


def read(name: str) -> NormalisedFile:
    return read_records(EXTRACTS / name, name, ReadOptions(types=document_type_index()))


@pytest.mark.django_db
def test_real_layouts_give_exactly_what_is_expected_where_they_are_at_hand() -> None:
    """The reference files stay outside of the project; fictitious ones stand in elsewhere."""
    if EXPECTED:
        register = SHARED / "finess" / "etalab-cs1100502-bfc-20210108.csv.gz"
        apply_register(register, register.name)
    ground = load_ground("27")

    found = {name: read(name) for name in EXPECTED}

    for name, file in found.items():
        counts = check(file.records, ground).counts
        assert {"months": [f"{m:%Y-%m}" for m in file.months], **counts} == EXPECTED[name]
    assert set(found) == set(EXPECTED)
