"""Whatever an address says, it is answered: never an internal error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from ingestion import tasks
from tests import places

pytestmark = pytest.mark.django_db

SELECTION = ("de", "a", "secteur", "documents", "esms", "tri", "ordre")
TRAIL = ("page", "action", "par", "du", "au")
#: The parameters that pages read; the others read none.
PARAMETERS = {
    "accounts:journal": TRAIL,
    "accounts:journal_csv": TRAIL,
    "accounts:login": ("next",),
    "dashboard:departement": SELECTION,
    "dashboard:departement_chart": SELECTION,
    "dashboard:freshness": ("page",),
    "dashboard:perimeter": ("proposition", "secteur", "toutes"),
    "dashboard:region": SELECTION,
    "dashboard:region_table": SELECTION,
    "ingestion:correction": ("lignes",),
    "ingestion:difference": ("before", "after", "page"),
    "ingestion:extract": ("sort", "motif", "page"),
    "ingestion:history": ("region", "state", "kind", "month", "page"),
    "ingestion:quarantine": ("region", "page"),
    "ingestion:settings": ("region",),
    "ingestion:upload": ("kind", "page"),
}
#: What people and programs write by mistake or on purpose.
ODD = (
    "", " ", "\x00", "a\x00b", "abc", "-1", "0", "1e9", "9" * 30, "9999-99", "9999-12", "1900-01",
    "2199-12", "0001-01-01", "9999-12-31", "9999-12", "27", "53", "inconnue", "personne", "publie",
    "accepted", "refused", "' OR 1=1 --", "<script>", "\u202e", "\ud7ff", "é" * 300, "[]", "PA",
    "toutes", "../..", "%00", "१", "²", "inf", "nan",
)  # fmt: skip

values = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
texts = values.filter(lambda text: text.strip("/") and "/" not in text and text not in {".", ".."})
once = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def opened(owner: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """One address of each name, on a world that has something to show."""
    monkeypatch.setattr(tasks, "safely", lambda *_: True)
    return places.addresses(places.build(owner))


@once
@given(data=st.data())
def test_no_query_string_breaks_a_page(
    data: Any, opened: dict[str, str], owner_client: Client
) -> None:
    name = data.draw(st.sampled_from(sorted(PARAMETERS)))
    one_or_several = values | st.lists(values, max_size=3)
    query = data.draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(PARAMETERS[name], one_or_several))
    )

    answer = owner_client.get(opened[name], query)

    if answer.streaming:
        answer.getvalue()  # to its end, where its file is closed
    assert answer.status_code in {200, 302, 400, 404, 405}


@once
@given(data=st.data())
def test_no_part_of_a_path_breaks_a_page(
    data: Any, opened: dict[str, str], owner_client: Client
) -> None:
    name, named = data.draw(
        st.sampled_from(
            [
                ("ingestion:month", ("slug", "month")),
                ("ingestion:difference", ("slug", "month")),
                ("ingestion:withdraw_month", ("slug", "month")),
                ("ingestion:arbitrate", ("slug", "finess")),
                ("ingestion:forget_decision", ("slug", "finess")),
                ("ingestion:models", ("name",)),
                ("ingestion:extract", ("pk",)),
                ("ingestion:source", ("pk",)),
                ("ingestion:mapping_edit", ("pk",)),
                ("dashboard:departement", ("code",)),
                ("dashboard:departement_chart", ("code", "chart")),
                ("accounts:password_reset_confirm", ("uidb64", "token")),
            ]
        )
    )
    drawn = {
        "slug": places.SLUG,
        "chart": data.draw(st.from_regex(r"[-a-zA-Z0-9_]{1,30}", fullmatch=True)),
        "pk": data.draw(st.integers(0, 10**30)),
    }
    address = reverse(
        name, kwargs={each: drawn[each] if each in drawn else data.draw(texts) for each in named}
    )

    answers = [owner_client.get(address), owner_client.post(address)]

    assert {answer.status_code for answer in answers} <= {200, 302, 400, 404, 405}


@pytest.mark.parametrize("cells", [1, 6_060])
def test_the_zeros_of_every_month_of_the_nation_can_be_confirmed_at_once(
    cells: int, opened: dict[str, str], owner_client: Client
) -> None:
    posted = [f"{2000 + i // 300}-{1 + i % 12:02}:{i % 100:02}" for i in range(cells)]

    answer = owner_client.post(opened["ingestion:confirm"], {"cell": posted})

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("accounts:journal", "?au=9999-12-31&du=0001-01-01", 200),
        ("accounts:journal_csv", "?au=9999-12-31", 200),
        ("ingestion:extract", "?motif=%00", 200),
        ("ingestion:quarantine", "?region=a%00", 404),
        ("ingestion:quarantine", "?region=nulle-part", 404),
    ],
)
def test_the_queries_that_once_broke_a_page_are_answered(
    name: str, query: str, status: int, opened: dict[str, str], owner_client: Client
) -> None:
    answer = owner_client.get(opened[name] + query)

    assert (answer.status_code, bool(answer.getvalue())) == (status, True)
