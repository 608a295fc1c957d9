"""The three layouts of the register, read line by line."""

from __future__ import annotations

import datetime as dt
import io
import random
from pathlib import Path
from typing import Any

import pytest

from reference.finess import number as finess
from reference.finess.layout import Register, open_register
from reference.finess.rows import RegisterError, RegisterRow, Remark
from tests.reference import registers
from tests.reference.registers import compressed, document, facility, flat, line, number

ONE = number("2100", 1)
TWO = number("2100", 2)
REAL_FILES = Path(__file__).parents[3] / "shared" / "data" / "finess"


def read(file: io.BytesIO) -> list[RegisterRow | Remark]:
    with open_register(file) as register:
        return list(register.rows)


def only_row(file: io.BytesIO) -> RegisterRow:
    (row,) = read(file)
    assert isinstance(row, RegisterRow), row
    return row


def only_refusal(file: io.BytesIO) -> Remark:
    (remark,) = read(file)
    assert isinstance(remark, Remark), remark
    return remark


def refusal_of(file: io.BytesIO) -> str:
    with pytest.raises(RegisterError) as caught, open_register(file) as register:
        list(register.rows)
    return str(caught.value)


def test_a_line_of_a_flat_register_says_what_a_facility_is() -> None:
    text = line(ONE, name="EHPAD", long_name="EHPAD LES LILAS", category_label="Maison")

    row = only_row(flat("2021-01-08", text))

    assert row == RegisterRow(
        line=2, finess=ONE, name="EHPAD LES LILAS", departement="21", commune="DIJON",
        category="500", category_label="Maison", entity=registers.ENTITY, entity_name="",
        siren="", opens=dt.date(1990, 1, 1), closes=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "layout"),
    [
        (flat("2021-01-08", line(ONE)), "etalab"),
        (flat("2026-07-08", line(ONE), source="finess-plus;v1.0.0"), "finess-plus-plat"),
        (document("2026-07-08", facility(ONE)), "finess-plus"),
    ],
)
@pytest.mark.parametrize("gz", [False, True])
def test_a_layout_is_told_by_content_compressed_or_not(
    file: io.BytesIO, layout: str, gz: bool
) -> None:
    with open_register(compressed(file) if gz else file) as register:
        rows = list(register.rows)

    assert register.layout == layout
    assert [row.finess for row in rows] == [ONE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_accents_survive_in_every_encoding_met(encoding: str) -> None:
    file = flat("2021-01-08", line(ONE, name="RÉSIDENCE ÉTÉ"), encoding=encoding)

    assert only_row(file).name == "RÉSIDENCE ÉTÉ"


def test_a_name_is_read_through_the_quotes_of_csv_even_doubled() -> None:
    once = only_row(flat("2021-01-08", line(ONE, name='"EHPAD ""LES LILAS"""')))
    twice = only_row(flat("2021-01-08", line(ONE, name='"""EHPAD """"LES LILAS"""""""')))

    assert once.name == twice.name == 'EHPAD "LES LILAS"'


def test_1900_is_no_date_and_1901_is_one() -> None:
    none = only_row(flat("2021-01-08", line(ONE, opens="1900-01-01")))
    empty = only_row(flat("2021-01-08", line(ONE, opens="")))
    real = only_row(flat("2021-01-08", line(ONE, opens="1901-01-01")))

    assert (none.opens, empty.opens, real.opens) == (None, None, dt.date(1901, 1, 1))


def test_geolocation_and_empty_lines_are_no_facilities() -> None:
    file = flat("2021-01-08", line(ONE).removesuffix(";"), "geolocalisation;210000017;1;2", "")

    assert only_row(file).finess == ONE


@pytest.mark.parametrize(
    ("column", "start", "departement"),
    [
        ("9A", "9701", "971"),
        ("9B", "9702", "972"),
        ("9C", "9703", "973"),
        ("9D", "9704", "974"),
        ("9F", "9805", "976"),
        ("2A", "2A00", "2A"),
        ("2b", "2B00", "2B"),
        ("21", "7500", "21"),
        ("", "9805", "976"),
        ("", "0100", "01"),
    ],
)
def test_the_departement_is_the_column_s_else_the_number_s(
    column: str, start: str, departement: str
) -> None:
    row = only_row(flat("2021-01-08", line(number(start), departement=column)))

    assert row.departement == departement


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line(""), "numéro FINESS de l’établissement absent"),
        (line("21000"), "numéro FINESS de l’établissement mal formé"),
        (line("210001385"), "clé du numéro FINESS de l’établissement fausse"),
        (line(ONE, entity="2"), "numéro FINESS de l’entité juridique mal formé"),
        (line(ONE, name=""), "nom de l’établissement absent"),
        (line(ONE, departement="9E"), "hors des 101 départements"),
        (line(ONE, departement="ZZ"), "département illisible"),
        (line(ONE, category="EHPAD"), "code de catégorie illisible"),
        (line(ONE, opens="hier"), "date d’ouverture illisible"),
        (line(ONE, opens="2021-02-30"), "date d’ouverture illisible"),
        (f"structureet;{ONE};x", "3 colonnes au lieu de 32"),
        (line(ONE) + ";", "33 colonnes au lieu de 32"),
        (f'structureet;{ONE};"{"x" * 200_000}', "ligne illisible"),
        ("equipement;1", "section inconnue"),
        ("seul", "section inconnue"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_number(text: str, reason: str) -> None:
    refused, kept = read(flat("2021-01-08", text, line(TWO)))

    assert isinstance(refused, Remark)
    assert refused.line == 2
    assert reason in refused.reason
    assert (kept.line, kept.finess) == (3, TWO)


def test_an_open_quote_spoils_its_own_line_only() -> None:
    refused, kept = read(flat("2021-01-08", line(ONE, name='"EHPAD'), line(TWO)))

    assert isinstance(refused, Remark)
    assert isinstance(kept, RegisterRow)


def test_a_facility_of_finess_plus_says_what_it_is_and_whose() -> None:
    row = only_row(document("2026-08-13", facility(ONE, long_name="EHPAD LES LILAS")))

    assert row == RegisterRow(
        line=1, finess=ONE, name="EHPAD LES LILAS", departement="21", commune="DIJON",
        category="500", category_label="", entity=registers.ENTITY, entity_name="ASSOCIATION X",
        siren="775544562", opens=dt.date(1990, 1, 1), closes=None,
    )  # fmt: skip


def test_the_closing_date_of_finess_plus_is_the_last_day_open() -> None:
    row = only_row(document("2026-08-13", facility(ONE, closes="2019-03-03")))

    assert row.closes == dt.date(2019, 3, 3)


def warnings_of(file: io.BytesIO) -> tuple[RegisterRow, Register]:
    with open_register(file) as register:
        (row,) = register.rows
    assert isinstance(row, RegisterRow)
    return row, register


def test_a_facility_closed_without_a_date_closes_at_the_register_s_and_it_is_said() -> None:
    row, register = warnings_of(document("2026-08-13", facility(ONE, state="I")))

    assert row.closes == dt.date(2026, 8, 13)
    assert "fermé sans date" in register.warnings[0].reason


def test_an_opening_after_the_closing_is_left_out_and_it_is_said() -> None:
    wrong = facility(ONE, opens="2020-01-01", closes="2019-01-01")

    row, register = warnings_of(document("2026-08-13", wrong))

    assert (row.opens, row.closes) == (None, dt.date(2019, 1, 1))
    assert "ouverture (01/01/2020) après la fermeture" in register.warnings[0].reason


@pytest.mark.parametrize(
    ("commune", "departement"), [("2A004", "2A"), ("97411", "974"), ("01143", "01")]
)
def test_the_site_s_commune_gives_the_departement(commune: str, departement: str) -> None:
    row = only_row(document("2026-08-13", facility(ONE, commune_code=commune)))

    assert row.departement == departement


@pytest.mark.parametrize("addresses", [None, [], ["x"], [{"usageAdresse": "06"}]])
def test_without_a_site_the_number_gives_the_departement(addresses: object) -> None:
    row = only_row(document("2026-08-13", facility(ONE, addresses=addresses)))

    assert (row.departement, row.commune) == ("21", "")


def test_a_legal_entity_may_have_no_name() -> None:
    file = document("2026-08-13", facility(ONE), entity={"denominationPm": None})

    assert only_row(file).entity_name == ""


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (facility("21000"), "mal formé"),
        (facility(ONE, commune_code="97502"), "hors des 101 départements"),
        (facility(ONE, category=None), "code de catégorie illisible"),
        (facility(ONE, closes="jamais"), "date de fermeture illisible"),
        ({}, "numéro FINESS de l’établissement absent"),
        ({"informationsGeneralesEGE": []}, "numéro FINESS de l’établissement absent"),
    ],
)
def test_a_facility_that_cannot_be_read_is_refused_with_its_rank(
    broken: dict[str, Any], reason: str
) -> None:
    kept, refused = read(document("2026-08-13", facility(TWO), broken))

    assert kept.finess == TWO
    assert isinstance(refused, Remark)
    assert refused.line == 2
    assert reason in refused.reason


def test_objects_of_an_unexpected_shape_hold_no_facility() -> None:
    assert read(document("2026-08-13", pmej=["x", {"ege": "x"}, {}])) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "le fichier est vide"),
        (b"  \n", "le fichier est vide"),
        (b"PK\x03\x04rest", "archive .zip"),
        (b"\x89PNG\r\n", "n’est pas un registre FINESS"),
        (b"mois;finess;documents\n", "n’est pas un registre FINESS"),
        (b"finess;etab;documents\n", "première ligne"),
        (b"finess;etalab;93\n", "première ligne"),
        (b"finess;etalab;93;08/01/21\n", "date du registre est illisible"),
        (b"{}", "n’est pas un registre FINESS+"),
        (b'{"schemaVersion": "v1.0.0", "pmej": []}', "n’est pas un registre FINESS+"),
        (b'{"schemaVersion": "v2.0.0", "generatedAt": "2027-01-01"}', "version de FINESS+"),
        (b'{"schemaVersion": "v1.0.0", "generatedAt": "hier"}', "date du registre"),
        (b'{"schemaVersion": "v1', "incomplet ou mal form"),
        (b"{not json", "incomplet ou mal form"),
        (b"\x1f\x8b\x08\x00rest", "incomplète ou abîmée"),
        (b"\x1f\x8bxx", "incomplète ou abîmée"),
    ],
)
def test_what_is_no_register_is_refused_whole_and_it_is_said_why(
    content: bytes, message: str
) -> None:
    assert message in refusal_of(io.BytesIO(content))


def test_a_register_cut_on_its_way_is_refused_whole() -> None:
    noise = random.Random(1)  # so that a piece of the file is not all of its content
    names = ["".join(noise.choices("ABCDEF", k=60)) for _ in range(2000)]
    lines = [line(number("2100", rank), name=name) for rank, name in enumerate(names)]
    whole = compressed(flat("2021-01-08", *lines)).getvalue()
    json_whole = document("2026-08-13", facility(ONE), facility(TWO)).getvalue()

    assert "abîmée" in refusal_of(io.BytesIO(whole[: len(whole) // 2]))
    assert "incomplet" in refusal_of(io.BytesIO(json_whole[:-40]))


def test_a_register_is_opened_by_path_too(tmp_path: Path) -> None:
    path = tmp_path / "registre.csv"
    path.write_bytes(flat("2021-01-08", line(ONE)).getvalue())

    with open_register(path) as register:
        rows = list(register.rows)

    assert (register.date, len(rows)) == (dt.date(2021, 1, 8), 1)
    with pytest.raises(FileNotFoundError), open_register(tmp_path / "absent"):
        pass


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("etalab-cs1100502-bfc-20210108.csv.gz", 4948),
        ("etalab-cs1100502-france-20210108.csv.gz", 95333),
        ("finess-structures-mensuel-202607-echantillon.json.gz", 1753),
    ],
)
def test_every_line_of_the_real_registers_is_read(name: str, rows: int) -> None:
    path = REAL_FILES / name
    if not path.exists():  # a checkout without the real files proves the rest
        return

    with open_register(path) as register:
        read_rows = list(register.rows)

    assert len(read_rows) == rows
    assert all(isinstance(row, RegisterRow) for row in read_rows)
    assert all(finess.has_valid_key(row.finess) for row in read_rows)
