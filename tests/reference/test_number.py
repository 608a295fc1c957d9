"""A FINESS number: its shape, its key, its repairs, and the département in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from reference.finess import number as finess

REAL = "210001384"
CORSICAN = "2A0000006"

bodies = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["01", "09", "21", "2A", "2B", "75", "97", "98"]),
        st.text("0123456789", min_size=6, max_size=6),
    ),
)


def with_key(body: str) -> str:
    digits = body.replace("2A", "21", 1).replace("2B", "22", 1) if body[0] == "2" else body
    return body + luhn.calc_check_digit(digits)


@pytest.mark.parametrize(
    "written",
    [
        "210001384",
        " 210 001 384 ",
        "210\u00a0001\u202f384",
        "'210001384",
        "’210001384",
        "210001384.0",
        "210001384.00",
        "\ufeff210001384",
    ],
)
def test_what_a_spreadsheet_adds_to_a_number_is_stripped(written: str) -> None:
    assert finess.clean(written) == REAL


def test_corsican_letters_are_read_in_any_case() -> None:
    assert finess.clean("2a0000006") == CORSICAN


@given(st.text())
def test_cleaning_twice_changes_nothing_more_than_once(text: str) -> None:
    once = finess.clean(text)

    assert finess.clean(finess.clean(once)) == finess.clean(once)


@pytest.mark.parametrize(
    "text", ["", "21000138", "2100013844", "2C0001384", "2,1E+08", "A10001384"]
)
def test_a_number_is_nine_characters_with_letters_only_in_second_place(text: str) -> None:
    assert not finess.is_well_formed(text)
    assert not finess.has_valid_key(text)


def test_only_ascii_digits_make_a_number() -> None:
    assert not finess.is_well_formed("21000138\u0664")


@pytest.mark.parametrize("number", [REAL, "010000024", "710976747"])
def test_real_numbers_have_a_valid_key(number: str) -> None:
    assert finess.has_valid_key(number)


@pytest.mark.parametrize("letters", ["0A", "3B", "9A"])
def test_a_letter_that_stands_for_no_departement_has_no_key(letters: str) -> None:
    number = f"{letters}0000000"

    assert finess.is_well_formed(number)
    assert not finess.has_valid_key(number)
    assert finess.candidates(number[:8]) == ()


@given(bodies)
def test_exactly_one_key_is_right(body: str) -> None:
    valid = [key for key in "0123456789" if finess.has_valid_key(body + key)]

    assert [body + key for key in valid] == [with_key(body)]


@given(bodies)
def test_a_missing_key_is_found_again(body: str) -> None:
    whole = with_key(body)

    assert whole in finess.candidates(whole[:-1])


@given(bodies.filter(lambda body: body[0] == "0"))
def test_a_lost_leading_zero_is_found_again(body: str) -> None:
    whole = with_key(body)

    assert whole in finess.candidates(whole[1:])


@given(st.text("0123456789AB", max_size=12))
def test_candidates_are_distinct_valid_numbers_and_only_for_eight_characters(text: str) -> None:
    found = finess.candidates(text)

    assert all(finess.has_valid_key(number) for number in found)
    assert len(set(found)) == len(found)
    assert not found or len(text) == 8


def test_eight_digits_may_stand_for_two_numbers() -> None:
    both = next(
        text
        for text in map(str, range(10_000_000, 10_001_000))
        if len(finess.candidates(text)) == 2
    )

    restored, completed = finess.candidates(both)

    assert (restored, completed[:8]) == ("0" + both, both)


@pytest.mark.parametrize(
    ("number", "departement"),
    [
        ("210001384", "21"),
        ("010000024", "01"),
        ("2A0000006", "2A"),
        ("2B0000004", "2B"),
        ("970100012", "971"),
        ("970400024", "974"),
        ("980500011", "976"),
        ("980600011", None),
        ("970500011", None),
        ("200000011", None),
        ("960000011", None),
        ("000000000", None),
        ("21", None),
    ],
)
def test_the_departement_of_a_number(number: str, departement: str | None) -> None:
    assert finess.departement_of(number) == departement
