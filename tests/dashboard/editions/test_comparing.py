"""Editions compared with today."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dashboard.committees import head_of
from dashboard.edition_figures import summary
from dashboard.editions import freeze
from dashboard.models import Edition
from dashboard.since import Since, compare, kept_since, since, since_table
from dashboard.synthesis import UNALLOCATED
from indicators.models import CoveredMonth, MonthlyReach
from reference import french
from reference.models import Region, raise_data_version
from tests.dashboard.editions.common import COMMITTEE, LIST, html_of, plain, today
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db


def moved(edition: Edition, **changes: dict[str, Any]) -> dict[str, Any]:
    """The summary of an edition, some figures of some territories being others then."""
    before: dict[str, Any] = copy.deepcopy(edition.content["summary"])
    for code, figures in changes.items():
        before[code].update(figures)
    return before


def compared(edition: Edition, before: dict[str, Any], month: dt.date | None = None) -> Since:
    region = edition.region
    head = replace(head_of(edition), month=month or edition.month)
    return compare(head, before, today(region))


def test_without_an_edition_there_is_nothing_to_compare(received: None, region: Region) -> None:
    assert since(region, today(region)) is None


def test_the_latest_committee_is_compared_in_one_query(
    edition: Edition, region: Region, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    freeze(region, "Plus ancien", dt.date(2025, 6, 1), actor=owner)
    evidence = today(region)

    with django_assert_num_queries(1):
        found = since(region, evidence)

    assert found is not None
    assert (found.title, found.committee_on) == ("Comité stratégique", COMMITTEE)
    assert found.url == f"{LIST}{edition.pk}/"


def test_a_committee_to_come_is_not_compared_while_one_has_met(
    edition: Edition, region: Region, owner: User
) -> None:
    freeze(region, "Prochain comité", dt.date(2100, 1, 26), actor=owner)
    evidence = today(region)
    met, to_come = since(region, evidence), since(region, evidence, dt.date(2100, 2, 1))
    CoveredMonth.objects.update(received_on=dt.date(2100, 1, 26))
    raise_data_version("fichier reçu")
    later = since(region, today(region))

    assert met is not None
    assert to_come == replace(met, here="à cette édition")
    assert (met.title, met.meeting.met) == ("Comité stratégique", True)
    assert later is not None
    assert (later.title, later.meeting.met) == ("Prochain comité", True)


def test_a_committee_is_compared_with_the_one_before(
    edition: Edition, region: Region, owner: User
) -> None:
    freeze(region, "Plus ancien", dt.date(2025, 6, 1), actor=owner)
    evidence = today(region)

    found = since(region, evidence, COMMITTEE)

    assert found is not None
    assert found.title == "Plus ancien"
    assert since(region, evidence, dt.date(2025, 6, 1)) is None


def test_an_edition_keeps_what_had_changed_since_the_committee_before(
    edition: Edition, region: Region, owner: User, owner_client: Client
) -> None:
    later, _ = freeze(region, "Comité de mars", dt.date(2026, 3, 2), actor=owner)
    found = since(region, today(region), later.committee_on)
    assert found is not None
    kept = kept_since(later.content)

    assert edition.content["since"] is None
    assert kept is not None
    assert replace(kept, paragraph=found.paragraph) == found
    assert kept.paragraph.text == found.paragraph.text
    MonthlyReach.objects.update(contributors=0, contributors_12m=0)
    raise_data_version("correction")
    html = html_of(owner_client, f"{LIST}{later.pk}/")
    assert "Depuis le comité du 26 janvier 2026" in html
    assert "Documents à cette édition" in html
    address = f"{LIST}%s/?format=csv&tableau=precedent"
    lines = lines_of(owner_client.get(address % later.pk))
    assert [line[0] for line in lines[1:]] == [each.name for each in found.lines]
    assert owner_client.get(address % edition.pk).status_code == 404


def test_headings_tell_the_last_month_of_each_side_or_which_of_the_two(edition: Edition) -> None:
    same = compared(edition, edition.content["summary"])
    older = compared(edition, edition.content["summary"], dt.date(2025, 10, 1))

    assert (same.then, same.today) == ("au comité", "aujourd’hui")
    assert (older.then, older.today) == ("à fin octobre 2025", "à fin décembre 2025")


def test_when_nothing_changed_the_paragraph_says_so(edition: Edition) -> None:
    found = compared(edition, edition.content["summary"])

    assert plain(found.paragraph.text) == (
        "Depuis le comité du 26 janvier 2026, les données vont toujours jusqu’à décembre 2025. "
        "Les chiffres de la région et de ses départements sont les mêmes."
    )
    assert {row.documents.change for row in found.rows} == {"0,0\u202f%", "–"}


def test_each_figure_that_moved_is_in_the_table_and_in_the_paragraph(edition: Edition) -> None:
    now = edition.content["summary"]
    before = moved(
        edition,
        R27={
            "documents": now["R27"]["documents"] / 2,
            "rate": now["R27"]["rate"] - 0.02,
            "parc": now["R27"]["parc"] - 3,
        },
        D21={"rate": now["D21"]["rate"] - 0.031},
        D25={"rate": now["D25"]["rate"] + 0.011},
        D39={"documents": now["D39"]["documents"] * 2},
    )

    found = compared(edition, before, dt.date(2025, 10, 1))

    text = plain(found.paragraph.text)
    for words in (
        "qui disposait des données jusqu’à octobre 2025, 2 mois de plus ont été reçus",
        "(+100 %) et la part des ESMS qui ont alimenté passe de",
        "(+2,0 points)",
        "ESMS ouverts, contre",
        "progresse en Côte-d’Or (+3,1 points).",
        "recule dans le Doubs (−1,1 point).",
        "reculent le plus dans le Jura (−50 %).",
        "du 5e au 1er rang en Côte-d’Or, du 1er au 2e rang dans le Doubs",
    ):
        assert words in text
    jura = next(row for row in found.rows if row.name == "Jura")
    assert plain(jura.documents.change) == "−50 %"
    assert plain(next(row for row in found.rows if row.name == "Côte-d’Or").rank.change) == "+4"
    assert found.total.url == ""
    assert found.paragraph.facts["mois reçus depuis"] == 2


@pytest.mark.parametrize(
    ("then", "now", "written"),
    [
        (4.0, 6.0, ("4", "6", "+50 %")),
        (None, 6.0, ("0", "6", "–")),
        (4.0, None, ("4", "0", "−100 %")),
        ("not kept", 6.0, ("n. d.", "6", "–")),
        ("not kept", None, None),
        (None, None, None),
    ],
)
def test_documents_without_a_departement_have_their_line(
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
    then: Any,
    now: float | None,
    written: tuple[str, ...] | None,
) -> None:
    before = moved(edition, R27={"unallocated": then})
    if then == "not kept":
        del before["R27"]["unallocated"]
    monkeypatch.setattr("dashboard.edition_figures.unallocated_12m", lambda *_: now)

    found = compared(edition, before)

    row = found.unallocated
    assert written == (
        row and tuple(map(plain, (row.documents.before, row.documents.after, row.documents.change)))
    )
    assert [each.name for each in found.lines][-2:-1] == [
        UNALLOCATED if written else found.rows[-1].name
    ]
    assert since_table(found).rows == tuple(each.name for each in found.lines)


def test_documents_of_fewer_received_months_are_not_compared(edition: Edition) -> None:
    now = edition.content["summary"]
    full, fewer = {"received": 12.0}, {"received": 11.0}
    before = moved(
        edition,
        R27={"documents": now["R27"]["documents"] / 2, "unallocated": 4.0, **full},
        D21={"documents": now["D21"]["documents"] / 3, **full},
        D25={"documents": now["D25"]["documents"] / 2},
    )
    after = {
        code: {**each, **(fewer if code in {"R27", "D21"} else {})} for code, each in now.items()
    }
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("dashboard.since.summary", lambda _: after)
        found = compared(edition, before, dt.date(2025, 9, 1))

    text = plain(found.paragraph.text)
    assert "ne se comparent pas : 11 mois reçus sur 12 aujourd’hui, 12 au comité." in text
    assert "augmentent le plus dans le Doubs (+100 %)" in text
    assert "passent de" not in text
    assert found.unallocated is not None
    apart = (found.total, found.unallocated, found.rows[0])
    assert [row.documents.change for row in apart] == ["–", "–", "–"]
    assert "3 mois de plus ont été reçus" in text


def test_beyond_three_the_places_that_moved_are_counted(edition: Edition) -> None:
    now = edition.content["summary"]
    steps = {"D21": 0.04, "D25": 0.03, "D39": 0.02, "D58": 0.01, "D70": 0.01}
    rates = {code: {"rate": now[code]["rate"] - step} for code, step in steps.items()}

    text = plain(compared(edition, moved(edition, **rates)).paragraph.text)

    assert (
        "progresse en Côte-d’Or (+4,0 points), dans le Doubs (+3,0 points), dans le Jura "
        "(+2,0 points) et dans 2 autres départements." in text
    )


def test_what_one_of_the_dates_does_not_know_is_not_compared(edition: Edition) -> None:
    nothing = dict.fromkeys(("documents", "growth", "contributors", "parc", "rate", "rank"))
    before = moved(edition, D21=nothing)
    del before["D25"]

    found = compared(edition, before)

    row = next(row for row in found.rows if row.name == "Côte-d’Or")
    assert plain(row.documents.before) == "n. d."
    assert (row.rate.change, row.rank.before, row.documents.change) == ("–", "–", "–")


def test_too_few_esms_are_counted_and_never_make_a_percentage(edition: Edition) -> None:
    before = moved(edition, D21={"parc": 12.0, "contributors": 3.0, "rate": 0.25, "rank": 3})

    found = compared(edition, before)

    row = next(row for row in found.rows if row.name == "Côte-d’Or")
    assert row.rate.before == "3 sur 12"
    assert row.rate.change == "–"
    assert "Côte-d’Or" not in found.paragraph.text


def test_equal_rates_share_a_rank_and_no_rate_has_none(edition: Edition, region: Region) -> None:
    found = summary(today(region))

    rates = {code: each["rate"] for code, each in found.items() if code != "R27"}
    known = sorted((rate for rate in rates.values() if rate is not None), reverse=True)
    assert found["R27"]["rank"] is None
    for code, rate in rates.items():
        assert found[code]["rank"] == (None if rate is None else known.index(rate) + 1)


def test_the_page_of_an_edition_compares_with_today_when_asked(
    edition: Edition, owner_client: Client
) -> None:
    at = f"{LIST}{edition.pk}/"

    assert "Depuis le comité du 26/01/2026" not in html_of(owner_client, at)
    assert "Depuis le comité du 26/01/2026" in html_of(owner_client, f"{at}?aujourdhui=1")


def test_before_its_committee_an_edition_is_called_by_the_day_on_which_it_was_frozen(
    received: None, region: Region, owner: User, owner_client: Client
) -> None:
    freeze(region, "Prochain comité", dt.date(2100, 1, 26), actor=owner)
    day = f"{timezone.localdate():%d/%m/%Y}"

    html = html_of(owner_client, "/regions/bourgogne-franche-comte/")

    assert f"Depuis l’édition figée le {day} pour le comité du 26/01/2100" in html
    assert "Documents à l’édition" in html
    assert "Depuis le comité" not in html


def test_too_few_esms_have_no_rank_and_rank_nobody(
    edition: Edition, region: Region, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = today(region)
    parc = {code: each.measures.parc_12m.iloc[-1] for code, each in evidence.departements.items()}
    monkeypatch.setattr("dashboard.charts.contributors.SMALL_BASE", max(parc.values()))

    found = summary(evidence)

    largest = {code for code, base in parc.items() if base == max(parc.values())}
    assert {code for code in parc if found[f"D{code}"]["rank"]} == largest
    assert len(largest) < len(parc)


def test_an_edition_that_ranked_too_few_esms_is_ranked_again_as_today(
    received: None, region: Region, owner: User
) -> None:
    """The first editions did: a change of rule is no change of rank."""
    few = MonthlyReach.objects.filter(departement="21")
    few.exclude(sector="PH").delete()
    few.update(parc=12, contributors=3, contributors_12m=11)
    edition = freeze(region, "Comité stratégique", COMMITTEE, actor=owner)[0]
    now = edition.content["summary"]
    order = sorted(
        (code for code in now if code != "R27" and now[code]["rate"] is not None),
        key=lambda code: -now[code]["rate"],
    )
    before = moved(edition, **{code: {"rank": order.index(code) + 1} for code in order})

    found = compared(edition, before)

    assert order[0] == "D21"  # 11 of 12, which ranked first
    ranks = {row.rank.before: (row.rank.after, row.rank.change) for row in found.rows}
    known = [f"{french.ordinal(rank)} sur 4" for rank in range(1, 5)]
    assert ranks == {rank: (rank, "–") for rank in ("–", *known)}
    assert "rang" not in found.paragraph.text
