"""Registers that follow each other: invented ones, whatever they say, and real ones."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.finess.register import apply_register
from reference.models import (
    Facility,
    RegisterImport,
)
from reference.standing import load_periods, standing
from tests.reference import registers
from tests.reference.applied import (
    BEFORE,
    FOUR,
    LATER,
    LATEST,
    ONE,
    REAL_FILES,
    THREE,
    TWO,
    counts,
    load,
    spans,
)
from tests.reference.registers import flat, line

pytestmark = pytest.mark.django_db


fates = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["500", "209", "355"]),
        "entity": st.sampled_from([registers.ENTITY, registers.OTHER_ENTITY]),
        "opens": st.sampled_from(["", "1900-01-01", "1990-01-01", "2021-06-01", "2030-01-01"]),
    }
)
histories = st.lists(
    st.tuples(
        st.sampled_from([BEFORE, LATER, "2022-06-01", LATEST]),
        st.dictionaries(st.sampled_from([ONE, TWO, THREE, FOUR]), fates, min_size=1),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_whatever_registers_follow_each_other_periods_neither_overlap_nor_reverse(
    history: list[tuple[str, dict[str, dict[str, str]]]],
) -> None:
    Facility.objects.all().delete()
    RegisterImport.objects.all().delete()
    for date, content in history:
        file = flat(date, *(line(finess, **fields) for finess, fields in content.items()))

        load(file)
        again = load(file)

        assert counts(again) == {"read": len(content), "unchanged": len(content)}

    for known in Facility.objects.all():
        told = [
            (starts or dt.date.min, ends or dt.date.max) for starts, ends in spans(known.finess)
        ]
        assert all(starts <= ends for starts, ends in told)
        assert all(one[1] < two[0] for one, two in pairwise(told)), told


def test_the_real_regional_register_has_the_known_parc() -> None:
    path = REAL_FILES / "etalab-cs1100502-bfc-20210108.csv.gz"
    if not path.exists():  # a checkout without the real files proves the rest
        return

    report = apply_register(path, path.name)
    parc = standing(load_periods(), dt.date(2021, 1, 1))

    assert counts(report) == {"read": 4948, "created": 4948}
    assert int((parc["open"] & parc["in_perimeter"]).sum()) == 2622
    assert report.covered == ["21", "25", "39", "58", "70", "71", "89", "90"]


def test_the_real_finess_plus_sample_loads_over_the_regional_register() -> None:
    files = [
        REAL_FILES / "etalab-cs1100502-bfc-20210108.csv.gz",
        REAL_FILES / "finess-structures-mensuel-202607-echantillon.json.gz",
    ]
    if not all(path.exists() for path in files):
        return

    _, report, again = (apply_register(path, path.name) for path in [*files, files[1]])

    assert report.read == 1753
    assert report.closed_by_absence == 0
    assert {"21", "25", "39", "58", "70", "71", "89", "90"} <= {
        place.departement for place in report.uncovered
    }
    assert counts(again) == {"read": 1753, "unchanged": 1753}
