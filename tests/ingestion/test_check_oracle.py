"""Checking against a slow and plain reading of the domain's table, on any mixture of lines."""

from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.checking.check import check
from ingestion.reading.pipeline import ReadOptions, read_records
from tests.ingestion import files

Line = tuple[str, str, str, str, str]

HERE = {"21", "39"}
KNOWN = {row[0]: row[1:] for row in files.FACILITIES}
WRONG_KEY = files.HOME_A[:-1] + str((int(files.HOME_A[-1]) + 1) % 10)
UNKNOWN, UNKNOWN_FAR = files.finess("21999999"), files.finess("01999999")
NUMBERS = (
    *(files.HOME_A, files.HOME_B, files.HOME_A, files.SPREAD_B, files.CLOSED, files.HOSPITAL),
    *(files.FAR, *files.ENTITIES, UNKNOWN, UNKNOWN_FAR, WRONG_KEY, "2,1E+08", "EHPAD", ""),
    *(files.HOME_A[:-1], files.BORDER_FAR[1:], files.FAR[1:], "21999998"),
)
# What a count becomes: None is refused.
COUNTS = {"0": 0, "12": 12, "12,0": 12, "1\u202f234": 1234, "-3": None, "2,5": None, "n.c.": None}
DMP = {"": None, "10": 10, "9": 9, "n.c.": None}
MONTHS = {
    "2025-01": "2025-01",
    "01/2025": "2025-01",
    "mai 2024": "2024-05",
    "13/2025": None,
    "": None,
}
LABELS = {"SYNTH": "SYNTH", "synthèse": "SYNTH", "57833-6": "57833-6"}
REPAIRED = {
    files.HOME_A[:-1]: files.HOME_A,
    files.BORDER_FAR[1:]: files.BORDER_FAR,
}

lines = st.lists(
    st.tuples(
        st.sampled_from(sorted(MONTHS)) | st.just("2025-01"),
        st.sampled_from(NUMBERS),
        st.sampled_from([*LABELS, "SYNTH", "Bilan", "Journal", ""]),
        st.sampled_from([*COUNTS, "12", "12", ""]),
        st.sampled_from(sorted(DMP)),
    ),
    min_size=1,
    max_size=40,
)


def oracle_of_number(number: str, month: str) -> str:
    """The outcome that a number alone gives to a record of a region 27 file."""
    number = REPAIRED.get(number, number)
    if number in KNOWN:
        departement, _, _, inside, _ = KNOWN[number]
        return "accepted" if departement in HERE and inside else "out_of_scope"
    if number in files.ENTITIES:
        owned = [row for row in KNOWN.values() if row[1] == files.ENTITIES[number]]
        opened = [row for row in owned if row[4] is None or month <= row[4][:7]]
        if not {row[0] for row in owned} & HERE:
            return "out_of_scope"
        wholly = opened and all(row[0] in HERE and row[3] for row in opened)
        return "accepted" if wholly else "quarantined"
    return {UNKNOWN: "quarantined", UNKNOWN_FAR: "out_of_scope"}.get(number, "refused")


def oracle(rows: list[Line]) -> list[str]:
    """The outcome of each line that is a record, in order, one line at a time."""
    records = [row for row in rows if row[3]]
    found, entries = [], defaultdict(list)
    for month, number, label, count, dmp in records:
        said = MONTHS[month]
        if said is None or COUNTS[count] is None:
            found.append("refused")
            continue
        found.append(oracle_of_number(number, said))
        if found[-1] == "accepted":
            what = LABELS.get(label, f"unrecognised {label}")
            key = (said, REPAIRED.get(number, number), what)
            entries[key].append((len(found) - 1, COUNTS[count], DMP[dmp]))
    for same in entries.values():
        conflict = len({(count, dmp) for _, count, dmp in same}) > 1
        for rank, (position, _, _) in enumerate(same):
            if conflict or rank:
                found[position] = "refused" if conflict else "duplicate"
    return found


def outcomes_of(rows: list[Line]) -> list[str]:
    """The outcomes of the records of a file of these lines, by the real chain."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stored"
        path.write_bytes(files.text([*rows, SENTINEL]))
        records = read_records(path, "extrait.csv", ReadOptions(today=files.TODAY)).records
    checked = check(records, files.ground())
    assert sum(checked.counts.values()) == 2 * checked.counts["read"] == 2 * len(records)
    assert not (set(checked.remarks["line"]) - set(records["line"]))
    fate = checked.records["outcome"].tolist()
    assert fate.pop() == "accepted"
    explained = set(checked.remarks["line"])
    for line, outcome in zip(checked.records["line"], checked.records["outcome"], strict=True):
        assert outcome == "accepted" or line in explained
    return fate


# So that the file is never without a record; nothing else is of this type.
SENTINEL: Line = ("2025-02", files.SPREAD_A, "SYNTH", "1", "1")


@given(rows=lines)
@settings(max_examples=25, deadline=None)
def test_each_record_has_the_outcome_that_the_domain_says(rows: list[Line]) -> None:
    assert outcomes_of(rows) == oracle(rows)


@given(rows=lines, data=st.data())
@settings(max_examples=8, deadline=None)
def test_the_order_of_lines_changes_no_outcome(rows: list[Line], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))

    def fates(ordered: list[Line]) -> Counter[tuple[object, ...]]:
        kept = [row for row in ordered if row[3]]
        # Which of several identical records is the one kept is a matter of order, not of content.
        return Counter(
            (MONTHS[row[0]], REPAIRED.get(row[1], row[1]), LABELS.get(row[2], row[2]), fate)
            for row, fate in zip(kept, outcomes_of(ordered), strict=True)
        )

    assert fates(rows) == fates(shuffled)
