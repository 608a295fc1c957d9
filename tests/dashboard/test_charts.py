"""What each chart says, by rule."""

from __future__ import annotations

import pytest

from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import growth_words, volumes
from dashboard.exports.plotly import figure
from indicators.series import Growth
from reference.models import Sector
from tests.dashboard.builders import (
    FEW,
    GROUPS,
    KINDS,
    MANY,
    NAN,
    REGION,
    build,
    sector_figures,
)

ND = "n.\u00a0d."


# --- Nombre de documents alimentés -----------------------------------------------------------


@pytest.mark.parametrize(
    ("parc", "said"),
    [
        (18, "Aucun des 18 ESMS n’alimente Mon espace santé en mars 2025"),
        (1, "Le seul ESMS n’alimente pas Mon espace santé en mars 2025"),
    ],
)
@pytest.mark.parametrize("counts", [True, False])
def test_that_nobody_feeds_is_said_in_words(parc: int, said: str, counts: bool) -> None:
    measures = build(contributors=(0, 0, 0), parc=parc)

    assert contributors(measures, counts=counts).message == said


def test_volumes_are_stacked_by_group_in_a_fixed_order_without_the_empty_ones() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    assert [mark.column for mark in chart.marks] == ["prescription", "synthese"]
    assert chart.table.named("synthese").values == (6, 6, 6)
    assert chart.table.named("total").values == (16, 26, 36)


def test_volumes_say_twelve_months_and_the_growth() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    assert chart.message == "350\u202f412 documents sur 12 mois, +224\u202f% (×3,2) en un an"
    assert chart.subtitle == (
        "Documents alimentés par mois en Côte-d'Or, de janvier 2025 à mars 2025"
    )


def test_volumes_say_that_months_are_missing_from_the_year() -> None:
    growth = Growth(300, 200, 11, 1.5)

    chart = volumes(build(received_12m=11, growth=growth, documents_12m=1000), GROUPS)

    assert chart.message == (
        "1\u202f000 documents sur 12 mois (11 mois reçus sur 12), "
        "+50\u202f% en un an, à mois comparables (11 sur 12)"
    )


def test_volumes_of_less_than_nine_months_are_those_of_the_period() -> None:
    chart = volumes(build(documents_12m=None, growth=Growth(0, 0, 0, None)), GROUPS)

    assert chart.message == "300 documents sur 3 mois reçus"


def test_a_change_on_a_tiny_base_is_a_count() -> None:
    assert growth_words(Growth(40, 10, 12, 4.0)) == "+30 documents en un an"
    assert growth_words(Growth(11, 10, 12, 1.1)) == "+1 document en un an"


def test_a_growth_that_is_not_known_is_not_said() -> None:
    assert growth_words(Growth(40, 0, 0, None)) == ""


def test_shares_of_each_month_add_up_to_one() -> None:
    chart = volumes(build(documents=KINDS), GROUPS, shares=True)

    parts = [chart.table.named(mark.column).values for mark in chart.marks]
    assert [sum(filter(None, month)) for month in zip(*parts, strict=True)] == pytest.approx(
        [1, 1, 1]
    )
    assert figure(chart)["layout"]["yaxis"]["range"] == [0, 100]


def test_a_month_that_was_not_received_is_a_gap_with_a_band_and_never_zero() -> None:
    chart = volumes(build(contributors=[10, NAN, 14], documents=KINDS), GROUPS)

    drawn = figure(chart)
    assert [trace["y"][1] for trace in drawn["data"]] == [None, None]
    assert drawn["layout"]["shapes"][0]["x0"] == "2025-02-01"
    assert chart.table.lines[1] == ("févr. 2025 (non reçu)", (ND, ND, ND))
    assert f"{ND}\u202f: févr. 2025 (mois non reçu)." in chart.notes


def test_the_provisional_month_is_hatched_named_and_noted() -> None:
    chart = volumes(build(documents=KINDS), GROUPS)

    drawn = figure(chart)
    assert drawn["data"][0]["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert drawn["layout"]["annotations"][0]["text"] == "provisoire"
    assert chart.table.rows[2] == "mars 2025 (provisoire)"
    assert any("Mars 2025 est provisoire" in note for note in chart.notes)


def test_the_documents_of_a_region_that_no_department_claims_are_told_apart() -> None:
    chart = volumes(build(territory=REGION, documents=KINDS, unallocated=4), GROUPS)

    assert chart.table.named("non-ventile").values == (0, 0, 4)
    assert any("4 documents déposés par un organisme" in note for note in chart.notes)


def test_nothing_received_is_said_in_words() -> None:
    measures = build(contributors=[NAN, NAN], documents={}, documents_12m=None, provisional=False)

    for chart in (volumes(measures, GROUPS), contributors(measures), sectors(measures)):
        assert chart.message == "Aucun mois reçu en Côte-d'Or sur la période"
        assert not chart.has_data
    assert rates(measures).message == "Aucun mois reçu en Côte-d'Or sur la période"


# --- Part des ESMS alimentant Mon espace santé ------------------------------------------------


def test_the_rate_is_said_beside_the_region() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000)

    chart = contributors(build(), region)

    assert chart.message == (
        "14,0\u202f% des ESMS alimentent Mon espace santé en mars 2025, "
        "6,0 points de plus que la région"
    )
    assert [mark.strong for mark in chart.marks] == [True, False]
    assert figure(chart)["data"][1]["line"]["dash"] == "dash"
    assert [column.code for column in chart.table.columns] == [
        "alimentent", "ouverts", "taux", "region-alimentent", "region-ouverts", "region-taux",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("feeding", "words"), [(140, "comme la région"), (200, "6,0 points de moins que la région")]
)
def test_the_rate_equal_to_or_below_the_region(feeding: float, words: str) -> None:
    region = build(territory=REGION, contributors=[feeding] * 3, parc=1000)

    assert contributors(build(), region).message.endswith(words)


def test_the_number_is_drawn_alone_and_the_table_keeps_the_rates() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000)

    chart = contributors(build(), region, counts=True)

    assert chart.heading == "Nombre d’ESMS alimentant Mon espace santé"
    assert chart.message == "14 ESMS sur 100 alimentent Mon espace santé en mars 2025"
    assert [mark.column for mark in chart.marks] == ["alimentent"]
    assert chart.table.named("taux").texts[2] == "14,0\u202f%"


def test_few_facilities_are_counted_whole_on_the_axis() -> None:
    few = figure(contributors(build(contributors=[1, 2, 4]), counts=True))
    many = figure(contributors(build(contributors=[10, 20, 40]), counts=True))

    assert few["layout"]["yaxis"]["dtick"] == 1
    assert "dtick" not in many["layout"]["yaxis"]


def test_a_small_parc_is_always_in_counts_without_any_percentage_of_its_own() -> None:
    chart = contributors(build(contributors=[1, 1, 1], parc=14))

    assert chart.message == "1 ESMS sur 14 alimente Mon espace santé en mars 2025"
    assert "%" not in str(chart.table.lines)
    assert "Moins de 20 ESMS\u202f: effectifs, et non pourcentages." in chart.notes


def test_no_open_facility_is_said_in_words() -> None:
    chart = contributors(build(contributors=[0, 0, 0], parc=0))

    assert chart.message == "Aucun ESMS du périmètre ouvert en mars 2025"


def test_a_partial_region_is_said() -> None:
    region = build(territory=REGION, contributors=[40, 60, 80], parc=1000, received=[8, 8, 7])

    assert (
        "Région partielle en mars 2025\u202f: 7 départements sur 8."
        in contributors(build(), region).notes
    )
    assert any(
        note.startswith("Mois partiel\u202f: mars 2025, 7 départements sur 8")
        for note in contributors(region).notes
    )
    assert contributors(region).table.rows[2] == "mars 2025 (7 départements sur 8, provisoire)"


def test_a_single_month_and_sector_are_written_in_the_subtitle() -> None:
    chart = contributors(build(contributors=[12], sector=Sector.PA))

    assert chart.subtitle.endswith("en Côte-d'Or, janvier 2025, secteur PA (personnes âgées)")
    assert chart.alt == f"{chart.message}."


def test_missing_months_break_the_line() -> None:
    drawn = figure(contributors(build(contributors=[10, NAN, 14])))

    assert drawn["data"][0]["y"] == [10.0, None, 14.0]
    assert drawn["data"][0]["connectgaps"] is False


# --- Secteurs alimentant Mon espace santé -----------------------------------------------------


def test_the_split_says_the_leading_sector_beside_the_region() -> None:
    chart = sectors(build(sectors=MANY), build(territory=REGION, sectors=MANY))

    assert chart.message == (
        "Le secteur PA porte 89\u202f% des ESMS qui alimentent, 89\u202f% dans la région"
    )
    assert [mark.column for mark in chart.marks] == [
        "esms", "region-esms", "documents", "region-documents",
    ]  # fmt: skip
    assert [entry.label for entry in chart.legend] == [
        "PA – Personnes âgées",
        "PH – Personnes handicapées",
    ]


def test_small_bases_are_split_in_counts() -> None:
    chart = sectors(build(sectors=FEW))

    assert chart.message == "8 PA, 6 PH sur 14 ESMS qui alimentent"
    assert [trace["text"][0] for trace in figure(chart)["data"]] == ["8", "6"]
    assert not any(column.code == "esms-part" for column in chart.table.columns)


def test_no_contributor_at_all_is_said_in_words() -> None:
    chart = sectors(build(contributors=[0, 0, 0]))

    assert chart.message == "Aucun ESMS n’a alimenté Mon espace santé en Côte-d'Or"
    assert not chart.has_data


def test_an_unknown_sector_that_leads_is_named_in_words() -> None:
    unknown = sector_figures("INCONNU", contributors=30, documents=1, month=(3, 40))

    assert "secteur inconnu" in sectors(build(sectors=[unknown])).message


# --- Taux d’alimentation par secteur ----------------------------------------------------------


def test_rates_by_sector_say_the_first_two_and_write_small_bases_in_counts() -> None:
    chart = rates(build(sectors=MANY), build(territory=REGION, sectors=MANY))

    assert chart.message == "30,0\u202f% des ESMS PA alimentent en mars 2025, 5,0\u202f% des PH"
    taux = chart.table.named("taux")
    assert taux.texts[chart.table.rows.index("AHI – Accueil, hébergement, insertion")] == "3 sur 14"
    assert taux.texts[chart.table.rows.index("DOM – Domicile")] == "aucun ESMS ouvert"
    assert any("(AHI)\u202f: effectifs" in note for note in chart.notes)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (FEW, "Moins de 20 ESMS ouverts dans chaque secteur en mars 2025"),
        ([sector_figures("PA", month=(0, 50))], "Aucun secteur n’alimente en mars 2025"),
        (
            [sector_figures("PA", month=(5, 50))],
            "10,0\u202f% des ESMS PA alimentent en mars 2025",
        ),
        (
            [sector_figures("PA", month=(5, 50)), sector_figures("PH", month=(0, 50))],
            "10,0\u202f% des ESMS PA alimentent en mars 2025, aucun dans les autres secteurs",
        ),
    ],
)
def test_rates_by_sector_when_few_feed(figures: list[object], message: str) -> None:
    assert rates(build(sectors=figures)).message == message  # type: ignore[arg-type]  # parametrised


def test_the_unknown_sector_is_shown_only_when_it_holds_someone() -> None:
    unknown = sector_figures("INCONNU", month=(1, 30))

    assert "Secteur inconnu" not in rates(build(sectors=MANY)).table.rows
    chart = rates(build(sectors=[*MANY, unknown]))
    assert "Secteur inconnu" in chart.table.rows
    assert "Secteur inconnu" in figure(chart)["data"][0]["y"]
