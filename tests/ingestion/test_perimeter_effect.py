"""What the page of the perimeter announces is what the recomputation then gives."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from dashboard.perimeter import Place, apply, as_choices, categories, fingerprint
from indicators.models import MonthlyReach
from indicators.perimeter import Effect, effect, last_month, read_basis, received_months
from ingestion.models import Extract, LineReport
from ingestion.publishing.feeders import feeders
from ingestion.publishing.publish import rebuild_stale
from reference.models import Facility, FacilityPeriod, Region, Sector
from tests.ingestion import world

pytestmark = pytest.mark.django_db

FEBRUARY = dt.date(2025, 2, 1)
REACH = ["departement", "month", "sector", "parc", "contributors", "contributors_12m"]
#: EHPAD and SSIAD (counted), a hospital (out of the field), AHI of little confidence.
PLACED = {"500": ["21", "25"], "354": ["21", "39"], "355": ["21", "25"], "219": ["39"]}


@pytest.fixture
def region(db: None) -> Region:
    """Three months of files: everybody feeds now and then, those out of the perimeter included."""
    region = world.build()
    rank = 10
    for category, departements in PLACED.items():
        for departement in departements:
            rank += 1
            made = world.add_facility(departement, rank)
            FacilityPeriod.objects.filter(facility=made).update(category=category)
    finess = sorted(
        Facility.objects.filter(departement__region="27").values_list("finess", flat=True)
    )
    for back in range(3):
        month = pd.Timestamp(FEBRUARY) - pd.DateOffset(months=back)
        world.published(
            [
                world.line(each, (index + back) % 3, month=f"{month:%Y-%m}")
                for index, each in enumerate(finess)
                if (index + back) % 4
            ],
            name=f"{month:%Y-%m}.csv",
        )
    return region


def stored(month: dt.date) -> pd.DataFrame:
    """The summary as it is, in the order of `in_order`."""
    rows = MonthlyReach.objects.filter(month=month).values_list(
        "departement_id", "month", "sector", "parc", "contributors", "contributors_12m"
    )
    return in_order(pd.DataFrame(rows, columns=REACH))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[REACH].assign(month=pd.to_datetime(frame["month"]).astype("datetime64[s]"))
    frame[["departement", "sector"]] = frame[["departement", "sector"]].astype("str")
    return frame.sort_values(REACH[:3], ignore_index=True)


def announced(region: Region, wanted: dict[str, Place]) -> pd.DataFrame:
    found = foreseen(region, wanted)
    month = found.month
    assert month == FEBRUARY
    pd.testing.assert_frame_equal(in_order(found.before), stored(month))
    assert found.exact
    return in_order(found.after)


def foreseen(region: Region, wanted: dict[str, Place]) -> Effect:
    received = received_months(["21", "25", "39"])
    month = last_month(received)
    assert month is not None
    basis = read_basis(["21", "25", "39"], received, month)
    return effect(region, basis, as_choices(region, categories(region), wanted))


def applied(region: Region, wanted: dict[str, Place], actor: User) -> pd.DataFrame:
    apply(region, wanted, seen=fingerprint(categories(region)), actor=actor)
    assert rebuild_stale()
    return stored(FEBRUARY)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=st.dictionaries(
        st.sampled_from(sorted(PLACED)),
        st.builds(
            Place, st.sampled_from([Sector.PA, Sector.DOM, Sector.AHI, Sector.OTHER]), st.booleans()
        ),
        min_size=1,
        max_size=3,
    )
)
def test_the_recomputation_gives_what_was_announced(
    region: Region, owner: User, wanted: dict[str, Place]
) -> None:
    expected = announced(region, wanted)

    known = categories(region)
    moved = any(known[code].place != place for code, place in wanted.items())

    if moved:
        pd.testing.assert_frame_equal(applied(region, wanted, owner), expected)
    else:
        pd.testing.assert_frame_equal(stored(FEBRUARY), expected)


def test_what_enters_brings_the_documents_that_it_fed_while_out(
    region: Region, owner: User
) -> None:
    before = stored(FEBRUARY)
    after = announced(region, {"355": Place(Sector.PH, inside=True)})
    entered = after[after["sector"] == "PH"]

    assert before.loc[before["sector"] == "PH", "parc"].sum() == 0
    assert entered["parc"].sum() == 2
    assert entered["contributors_12m"].sum() == 2


def test_looking_at_an_effect_writes_nothing(region: Region) -> None:
    remarks, grounds = (
        LineReport.objects.count(),
        set(Extract.objects.values_list("checked_ground")),
    )

    announced(region, {"355": Place(Sector.PH, inside=True)})

    assert LineReport.objects.count() == remarks
    assert set(Extract.objects.values_list("checked_ground")) == grounds


def test_a_file_that_is_lost_makes_the_effect_a_least(region: Region) -> None:
    extract = Extract.objects.order_by("pk").first()
    assert extract is not None
    extract.records.storage.delete(str(extract.records.name))
    wanted = {"355": Place(Sector.PH, inside=True)}

    assert feeders(region, [FEBRUARY]) is None
    found = foreseen(region, wanted)
    assert not found.exact


def test_nobody_fed_where_nothing_was_received(region: Region) -> None:
    assert len(feeders(region, [dt.date(2020, 1, 1)])) == 0  # type: ignore[arg-type]  # read well
