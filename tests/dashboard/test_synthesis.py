"""The table of the départements, on evidence made by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard.exports.csv_file import Imprint, write
from dashboard.forms import SORT_KEYS
from dashboard.synthesis import COLUMNS, Row, Synthesis, synthesis
from indicators.evidence import RegionEvidence
from indicators.selection import Territory
from indicators.series import Growth, Measures
from reference.months import shift
from tests.dashboard.builders import NAN, REGION, build, sector_figures
from tests.dashboard.evidences import region_evidence

ND = "n.\u00a0d."
YEAR_AGO = dt.date(2024, 12, 1)


def named(name: str, code: str) -> Territory:
    return Territory(f"D{code}", name, f"en {name}", f"de {name}", "27", code, (code,))


def year(name: str = "", code: str = "", *, end: float = 20, **changes: object) -> Measures:
    """13 months, from December 2024 to December 2025."""
    territory = named(name, code) if code else REGION
    values = [8.0, *[10.0] * 11, end]
    return build(territory=territory, first=YEAR_AGO, contributors=values, **changes)  # type: ignore[arg-type]  # builder


def table(
    *departements: Measures, region: Measures | None = None, sort: str = "departement",
    descending: bool = False,
) -> Synthesis:  # fmt: skip
    known = {str(one.selection.territory.departement_code): one for one in departements}
    evidence: RegionEvidence = region_evidence(region or year(), known)
    return synthesis(evidence, sort=sort, descending=descending)


def texts(row: Row) -> dict[str, str]:
    return {code: cell.text for code, cell in row.cells.items()}


AIN, JURA = year("Ain", "01", end=30), year("Jura", "39", end=50)


def test_a_row_says_volumes_rates_gap_rank_word_sector_and_typing() -> None:
    sectors = (
        sector_figures("PA", contributors=30, documents=90),
        sector_figures("PH", contributors=10, documents=10),
    )
    row = table(year("Ain", "01", end=30, sectors=sectors), JURA).rows[0]

    assert texts(row) == {
        "documents": "350\u202f412",
        "evolution": "+224\u202f% (×3,2)",
        "taux": "30,0\u202f%",
        "taux-12-mois": "30,0\u202f%",
        "ecart": "+10,0 points",
        "rang": "2e sur 2",
        "dynamique": "plateau",
        "secteur-principal": "PA (75\u202f%)",
        "typage": "34\u202f%",
    }
    assert row.spark.end is not None


@pytest.mark.parametrize("sort", SORT_KEYS)
def test_what_is_unknown_sorts_last_whatever_the_column(sort: str) -> None:
    small = year("Lozère", "48", end=3, parc=14, documents_12m=None, growth=Growth(0, 0, 0, None))

    for descending in (True, False):
        names = [row.name for row in table(AIN, JURA, small, sort=sort, descending=descending).rows]
        if sort not in {"departement", "dynamique", "typage", "secteur-principal"}:
            assert names[-1] == "Lozère"
        assert set(names) == {"Ain", "Jura", "Lozère"}


def test_departements_are_sorted_as_asked() -> None:
    for descending, expected in ((True, ["Jura", "Ain"]), (False, ["Ain", "Jura"])):
        rows = table(AIN, JURA, sort="taux", descending=descending).rows
        assert [row.name for row in rows] == expected


def test_equal_rates_share_a_rank() -> None:
    other = year("Doubs", "25", end=50)

    ranks = [row.cells["rang"].text for row in table(AIN, other, JURA).rows]

    assert ranks == ["3e sur 3", "1er sur 3", "1er sur 3"]


def test_a_small_base_is_in_counts_without_gap_nor_rank() -> None:
    sectors = (sector_figures("PA", contributors=8), sector_figures("PH", contributors=6))
    small = year("Lozère", "48", end=3, parc=14, growth=Growth(9, 3, 12, 3.0), sectors=sectors)

    row = texts(table(small, JURA).rows[1])

    assert (row["taux"], row["taux-12-mois"]) == ("3 sur 14", "3 sur 14")
    assert (row["ecart"], row["rang"]) == ("–", "–")
    assert row["evolution"] == "+6 documents"
    assert row["secteur-principal"] == "PA (8 sur 14)"


def test_a_late_departement_says_its_own_month_and_no_rate() -> None:
    row = texts(table(year("Nièvre", "58", end=NAN)).rows[0])

    assert row["documents"] == "350\u202f412 (à nov. 2025)"
    assert row["taux"] == ND
    assert row["secteur-principal"] == ND


def test_a_growth_on_comparable_months_says_how_many() -> None:
    some = year("Ain", "01", growth=Growth(300, 200, 11, 1.5))

    assert texts(table(some).rows[0])["evolution"] == "+50\u202f%, 11 mois sur 12"


def test_what_nobody_claims_and_the_region_come_under_the_departements() -> None:
    shown = table(AIN, JURA, region=year(unallocated=1234))

    assert shown.unallocated is not None
    assert texts(shown.unallocated)["documents"] == "1\u202f234"
    assert texts(shown.unallocated)["taux"] == "–"
    assert shown.table.rows == (
        "Ain", "Jura", "Non ventilé (porté par l’OG)", "Bourgogne-Franche-Comté",
    )  # fmt: skip
    assert (texts(shown.region)["ecart"], texts(shown.region)["rang"]) == ("–", "–")


@pytest.mark.parametrize(
    "region",
    [year(), year(documents_12m=None, unallocated=5), build(territory=REGION, contributors=[NAN])],
)
def test_without_documents_of_nobody_there_is_no_such_line(region: Measures) -> None:
    assert table(AIN, region=region).unallocated is None


def test_the_file_holds_what_the_page_shows() -> None:
    shown = table(AIN, JURA, region=year(unallocated=1234), sort="taux", descending=True)
    imprint = Imprint(JURA.selection, 1, "source", None, "lien")

    lines = write("titre", shown.table, imprint).decode("utf-8-sig").split("\r\n")

    assert lines[0] == (
        "Territoire;Documents sur 12 mois;Évolution sur un an (%);Taux en décembre 2025 (%);"
        "Taux sur 12 mois (%);Écart à la région (points);Rang;Dynamique des documents;"
        "Secteur principal;Typage générique (%)"
    )
    assert lines[1] == f"Jura;350412;224;50;50;30;1;plateau;{ND};34"
    assert lines[3] == "Non ventilé (porté par l’OG);1234;–;–;–;–;–;–;–;–"
    assert [line.split(";")[0] for line in lines[1:5]] == list(shown.table.rows)


def test_every_column_of_the_table_sorts_and_has_a_value_on_screen() -> None:
    assert list(SORT_KEYS) == ["departement", *(code for code, _, _ in COLUMNS)]
    assert all(len(row.shown) == len(COLUMNS) for row in table(AIN, JURA).rows)
    assert shift(YEAR_AGO, 12) == JURA.last_received
