"""The ESMS behind a sentence, against a slow count; the state of each, rule by rule."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from indicators.facilities import Among, Question, facilities
from indicators.facility_states import State, Track, regularity, state_of
from indicators.received import Received
from indicators.selection import Selection
from reference.models import LegalEntity
from reference.months import shift, span
from tests.indicators.oracle import Oracle, add, months_between
from tests.indicators.test_measures import LAST, loaded, one, quick, whole
from tests.indicators.world import SECTORS, TYPES, Period, World
from tests.indicators.worlds import FIRST, worlds

pytestmark = pytest.mark.django_db


def received(world: World) -> Received:
    return {
        code: tuple(sorted(month for month, place in world.covered if place == code))
        for code in world.departements
    }


def expected(oracle: Oracle, question: Question) -> dict[int, int]:
    """Facility → its documents, counted month by month."""
    first, last = question.selection.first, question.selection.last
    if question.among in {Among.FIRST, Among.SILENT}:
        return looked_back(oracle, question)
    compared_from = max(first, add(last, -11))
    found = {}
    for facility in oracle.facilities(oracle.codes):
        home = oracle.world.homes[facility]
        own = sum(oracle.fed(facility, month) for month in months_between(first, last))
        both = [
            month
            for month in months_between(compared_from, last)
            if {(month, home), (add(month, -12), home)} <= oracle.world.covered
        ]
        here = sum(oracle.fed(facility, month) for month in both)
        before = sum(oracle.fed(facility, add(month, -12)) for month in both)
        wanted = {
            Among.FEEDING: own > 0,
            Among.NEW: here > 0 and before == 0,
            Among.STOPPED: here == 0 and before > 0,
            Among.WITHOUT: own == 0
            and oracle.sector_in(facility, last) is not None
            and oracle.is_open(facility, last),
        }[question.among]
        if wanted:
            found[facility] = before if question.among is Among.STOPPED else own
    return found


def looked_back(oracle: Oracle, question: Question) -> dict[int, int]:
    """The lists that look before the months asked for, counted month by month."""
    first, last = question.selection.first, question.selection.last
    known, every = received(oracle.world), oracle.unfiltered
    found = {}
    for facility in oracle.facilities(oracle.codes):
        home = known.get(oracle.world.homes[facility], ())
        fed = [month for month in home if every.fed(facility, month)]
        own = sum(oracle.fed(facility, month) for month in months_between(first, last))
        if question.among is Among.FIRST:
            wanted = own > 0 and first <= fed[0] <= last
            wanted = wanted and sum(month < first for month in home) >= 12
        else:
            seen = [month for month in home if month <= last]
            before = [month for month in fed if month <= last]
            wanted = bool(before) and add(seen[-1], -12) <= before[-1] < seen[-3:][0]
            wanted = wanted and oracle.is_open(facility, last)
            wanted = wanted and oracle.sector_in(facility, last) is not None
        if wanted:
            found[facility] = own
    return found


def listed(question: Question, world: World) -> dict[int, int]:
    rows = facilities(question, received(world)).rows
    return {int(row.finess[1:]): row.documents for row in rows}


@quick
@given(
    worlds(),
    st.integers(0, 25),
    st.integers(0, 25),
    st.sampled_from(Among),
    st.sampled_from([None, *SECTORS]),
    st.booleans(),
)
def test_every_list_is_the_one_counted_by_hand(
    world: World, start: int, length: int, among: Among, sector: str | None, region: bool
) -> None:
    first = add(FIRST, start)
    last = min(add(first, length), LAST)
    code = world.departements[0]
    selection = whole(world, first, last, sector) if region else one(code, first, last, sector)
    codes = world.departements if region else [code]
    question = Question(selection, among)

    with loaded(world):
        assert listed(question, world) == expected(
            Oracle(world, codes, region=region, sector=sector), question
        )


@quick
@given(worlds(), st.sampled_from(TYPES))
def test_the_list_of_one_type_counts_it_alone(world: World, kind: str) -> None:
    oracle = Oracle(world, world.departements, region=True)
    wanted: dict[int, int] = {}
    for (month, facility, code), documents in world.fed.items():
        if code == kind and documents and oracle.sector_in(facility, month) is not None:
            wanted[facility] = wanted.get(facility, 0) + documents

    missed = {
        facility: documents
        for facility, documents in {
            **expected(oracle, Question(whole(world, FIRST, LAST), Among.WITHOUT)),
            **expected(oracle, Question(whole(world, FIRST, LAST))),
        }.items()
        if facility not in wanted
        and oracle.sector_in(facility, LAST) is not None
        and oracle.is_open(facility, LAST)
    }

    with loaded(world):
        assert listed(Question(whole(world, FIRST, LAST), kind=kind), world) == wanted
        without = Question(whole(world, FIRST, LAST), Among.WITHOUT, kind)
        assert listed(without, world) == missed


# --- One small world ----------------------------------------------------------------------------

NOW = dt.date(2024, 12, 1)
WINDOW = dt.date(2024, 1, 1), NOW
ALWAYS = tuple(span(dt.date(2023, 1, 1), NOW))


def small() -> World:
    """Five facilities of one département, received for two years."""
    fed = {(month, 1, "T-1"): 3 for month in ALWAYS}
    fed |= {(dt.date(2024, 11, 1), 2, "T-2"): 5}
    fed |= {(dt.date(2023, 5, 1), 3, "T-1"): 7}
    homes = dict.fromkeys(range(1, 6), "Z01")
    periods = [Period(number, None, None, "TPA") for number in range(1, 5)]
    periods.append(Period(5, None, dt.date(2024, 6, 30), "TPH"))
    nowhere: str | None = None
    carried = {(NOW, nowhere, 1, "T-1"): ("PA", 4)}
    return World(["Z01"], homes, periods, fed, {(m, "Z01") for m in ALWAYS}, carried)


def selection() -> Selection:
    return one("Z01", *WINDOW)


def test_each_line_says_what_it_is_and_what_it_fed() -> None:
    with loaded(small()):
        rows = facilities(Question(selection()), received(small())).rows

    assert [(row.finess, row.documents, row.months, row.state) for row in rows] == [
        ("Z00000001", 36, 12, State.REGULAR),
        ("Z00000002", 5, 1, State.NEW),
    ]
    assert (rows[1].name, rows[1].sector, rows[1].first) == ("Essai 2", "PA", rows[1].latest)


def test_those_that_never_fed_beside_an_og_that_carries_documents_are_told_apart() -> None:
    with loaded(small()):
        rows = facilities(Question(selection(), Among.WITHOUT), received(small())).rows

    assert {row.finess[-1]: row.state for row in rows} == {"3": State.STOPPED, "4": State.CARRIED}


def test_an_og_stands_for_its_whole_group() -> None:
    with loaded(small()):
        found = facilities(Question(selection(), entity="Y00000001"), received(small()))
        assert (len(found.rows), found.entity) == (2, "")
        LegalEntity.objects.update(group="Groupe")
        LegalEntity.objects.create(pk=99, finess="Y00000099", group="Groupe")
        for finess in ("Y00000001", "Y00000099"):  # the latter owns nothing here
            found = facilities(Question(selection(), entity=finess), received(small()))
            assert (len(found.rows), found.entity) == (2, "Groupe")
        nobody = facilities(Question(selection(), entity="Y00000098"), received(small()))
        assert (nobody.rows, nobody.entity) == ([], "")


@pytest.mark.parametrize(
    ("question", "queries"),
    [
        (Question(selection(), kind="T-1"), 4),
        (Question(selection(), Among.WITHOUT), 4),
        (Question(selection(), Among.WITHOUT, "T-1"), 5),
        (Question(selection(), Among.NEW, "T-1"), 3),
    ],
)
def test_few_queries_whatever_is_asked(
    question: Question, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with loaded(small()), django_assert_num_queries(queries):
        facilities(question, received(small()))


def test_a_type_that_nobody_fed_has_no_list() -> None:
    with loaded(small()):
        found = facilities(Question(selection(), kind="T-3"), received(small()))

    assert (found.rows, found.kind) == ([], "")


# --- States -------------------------------------------------------------------------------------


def track(*fed: int, is_open: bool = True, carried: bool = False) -> Track:
    """A facility that fed so many months before the last received."""
    months = sorted(shift(NOW, -back) for back in fed)
    return Track(
        is_open=is_open,
        carried=carried,
        first=months[0] if months else None,
        latest=months[-1] if months else None,
        fed=frozenset(months),
    )


@pytest.mark.parametrize(
    ("given_", "state"),
    [
        (track(0, is_open=False), State.CLOSED),
        (track(is_open=False, carried=True), State.CLOSED),
        (track(carried=True), State.CARRIED),
        (track(), State.NEVER),
        (track(13), State.STOPPED),
        (track(12), State.SILENT),
        (track(3), State.SILENT),
        (track(2), State.NEW),
        (track(0), State.NEW),
        (track(2, 20), State.OCCASIONAL),
        (track(*range(12)), State.REGULAR),
        (track(*range(9), 20), State.INTERMITTENT),
        (track(0, 1, 2, 20), State.INTERMITTENT),
        (track(0, 1, 20), State.OCCASIONAL),
    ],
)
def test_the_first_state_that_applies_is_told(given_: Track, state: State) -> None:
    assert state_of(given_, ALWAYS) is state


def test_nothing_is_new_where_little_was_received_before() -> None:
    assert state_of(track(0), ALWAYS[-14:]) is State.REGULAR
    assert state_of(track(0), ALWAYS[-15:]) is State.NEW


def test_without_a_received_month_nothing_was_fed() -> None:
    assert state_of(track(0), ()) is State.NEVER


@given(st.sets(st.integers(0, 23), min_size=1), st.sets(st.integers(0, 23), min_size=3))
def test_regularity_is_a_share_of_the_months_received_since_the_first(
    fed: set[int], known: set[int]
) -> None:
    months = tuple(sorted(shift(NOW, -back) for back in known))
    one_track = track(*(fed & known or {min(known)}))
    assert one_track.first is not None

    assert 0 <= regularity(one_track.first, one_track.fed, months) <= 1
    assert state_of(one_track, months) in State
