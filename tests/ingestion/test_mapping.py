"""Saying what the columns of a file are: once for a header set, in words that stay editable."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from ingestion import mappings
from ingestion.forms.columns import ColumnsForm, roles_of
from ingestion.models import Extract, HeaderMapping, Mode, State, default_source
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.reading.headers import Field
from ingestion.reading.layout import Columns, header_keys
from ingestion.receive import receive
from reference.models import Region
from tests.conftest import MakeUser
from tests.ingestion.files import workbook
from tests.ingestion.world import build, facility, fed

A1 = facility("21", 1)
UNKNOWN = ("Identifiant national", "Papier", "Combien", "Commentaire")


def brought(
    headers: tuple[str, ...] = UNKNOWN,
    cells: tuple[str, ...] = (A1, "SYNTH", "12", "rien"),
    *,
    name: str = "2025-01.csv",
    **asked: Any,
) -> Extract:
    """A file of one line whose headers nobody knows, read."""
    data = "\n".join([";".join(headers), ";".join(cells), ""]).encode()
    region = asked.pop("region", Region.objects.get(code="27"))
    return process(receive(io.BytesIO(data), name=name, region=region, **asked))


def roles(*chosen: str) -> dict[str, str]:
    """What the form sends: the role of each column."""
    return {f"column_{position}": role for position, role in enumerate(chosen)}


SAID = roles("finess", "type", "documents", "")


def page_of(extract: Extract) -> str:
    return f"/fichiers-mensuels/{extract.pk}/colonnes/"


# --- What the form takes ---------------------------------------------------------------------


def form(headers: tuple[str, ...], *chosen: str) -> ColumnsForm:
    keyed = list(zip(header_keys(headers), headers, strict=True))
    return ColumnsForm(roles(*chosen), headers=keyed, proposed={})


@pytest.mark.parametrize(
    ("headers", "chosen", "columns"),
    [
        (
            ("A", "B", "C"),
            ("finess", "type", "documents"),
            Columns({Field.FINESS: "a", Field.TYPE: "b", Field.DOCUMENTS: "c"}),
        ),
        (
            ("A", "Synthèse", "Ordonnance", "Ordonnance"),
            ("finess", "types", "types", ""),
            Columns({Field.FINESS: "a"}, types=("synthese", "ordonnance")),
        ),
        (
            ("A", "T", "janv. 2025", "févr. 2025"),
            ("finess", "type", "months", "months"),
            Columns({Field.FINESS: "a", Field.TYPE: "t"}, months=("2025-01", "2025-02")),
        ),
    ],
)
def test_a_table_is_long_or_wide_by_type_or_by_month(
    headers: tuple[str, ...], chosen: tuple[str, ...], columns: Columns
) -> None:
    said = form(headers, *chosen)

    assert said.is_valid(), said.errors
    assert said.columns == columns
    keys = dict(zip(header_keys(headers), chosen, strict=True))
    assert roles_of(columns) == {key: role for key, role in keys.items() if role}


TYPES = [("SYNTH", "Synthèse"), ("57833-6", "Prescription de produits de santé")]


def test_a_column_counts_the_type_that_a_person_names_whatever_its_header() -> None:
    keyed = [("a", "A"), ("vol synthese", "Vol. Synthèse"), ("ordonnance", "Ordonnance")]
    chosen = roles("finess", "type:SYNTH", "types")
    said = ColumnsForm(chosen, headers=keyed, proposed={}, types=TYPES)
    expected = Columns(
        {Field.FINESS: "a"}, ("vol synthese", "ordonnance"), named={"vol synthese": "SYNTH"}
    )

    assert said.is_valid(), said.errors
    assert said.columns == expected == Columns.from_json(expected.as_json())
    assert roles_of(expected) == {
        "a": "finess",
        "vol synthese": "type:SYNTH",
        "ordonnance": "types",
    }


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            ("finess", "type:SYNTH", "type:SYNTH"),
            "«\u202fDocuments\u202f: Synthèse\u202f» est choisi",
        ),
        (("finess", "type:SYNTH", "documents"), "ignorez «\u202fNombre de documents\u202f»."),
        (("finess", "type:AUTRE", ""), "Choisissez un contenu de la liste."),
    ],
)
def test_a_named_type_is_one_of_the_list_and_has_one_column(
    chosen: tuple[str, ...], message: str
) -> None:
    keyed = [("a", "A"), ("b", "B"), ("c", "C")]
    said = ColumnsForm(roles(*chosen), headers=keyed, proposed={}, types=TYPES)

    assert not said.is_valid()
    assert message in str(said.errors)


@pytest.mark.django_db
def test_a_column_of_finess_numbers_is_proposed_as_such_under_any_header(
    owner_client: Client,
) -> None:
    build()

    of_numbers = owner_client.get(page_of(brought()))
    of_words = owner_client.get(page_of(brought(cells=("x", "SYNTH", "12", "rien"))))

    assert of_numbers.context["form"].fields["column_0"].initial == "finess"
    assert of_words.context["form"].fields["column_0"].initial == ""


@pytest.mark.django_db
def test_odd_headers_are_given_their_types_and_next_month_s_file_follows(
    owner_client: Client, sent: list[int]
) -> None:
    build()
    headers = ("Structure n°", "Vol. Synthèse", "Vol. Presc")
    extract = brought(headers, (A1, "12", "3"))

    owner_client.post(page_of(extract), roles("finess", "type:SYNTH", "type:57833-6"))
    publish(process(Extract.objects.get(pk=sent[-1])))
    publish(brought(headers, (A1, "20", "4"), name="2025-02.csv"))
    source = owner_client.get(f"/fichiers-mensuels/sources/{extract.source_id}/").content.decode()

    assert fed() == {
        ("2025-01", A1, "SYNTH"): 12,
        ("2025-01", A1, "57833-6"): 3,
        ("2025-02", A1, "SYNTH"): 20,
        ("2025-02", A1, "57833-6"): 4,
    }
    assert "Documents\u202f: Prescription de produits de santé" in source


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (("finess", "", "documents", ""), "Indiquez la colonne «\u202fType de document\u202f»."),
        (("", "type", "documents", ""), "Indiquez la colonne «\u202fFINESS ET\u202f»."),
        (("finess", "type", "", ""), "Indiquez la colonne «\u202fNombre de documents\u202f»."),
        (("finess", "finess", "documents", "type"), "est choisi pour plusieurs colonnes"),
        (("finess", "types", "documents", ""), "ignorez «\u202fNombre de documents\u202f»."),
        (("finess", "types", "", "months"), "soit des mois, pas les deux"),
        (("finess", "months", "type", ""), "ne se lit pas comme un mois"),
        (("finess", "type", "autre chose", ""), "Choisissez un contenu de la liste."),
    ],
)
def test_what_no_table_can_be_is_refused_in_words(chosen: tuple[str, ...], message: str) -> None:
    said = form(("A", "B", "C", "2025-01"), *chosen)

    assert not said.is_valid()
    assert message in str(said.errors)


def test_columns_without_header_and_those_of_our_report_are_not_asked_about() -> None:
    said = form(("A", "", "Motif (à corriger)", "B"), "finess")

    assert [cell is None for cell in said.cells] == [False, True, True, False]


# --- The page --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_unknown_header_set_is_shown_mapped_and_read(
    owner_client: Client, owner: User, sent: list[int]
) -> None:
    build()
    extract = brought()
    assert extract.state == State.TO_MAP

    page = owner_client.get(page_of(extract)).content.decode()
    answer = owner_client.post(page_of(extract), SAID)

    assert all(header in page for header in UNKNOWN)
    assert A1 in page  # the first rows
    assert answer["Location"] == f"/fichiers-mensuels/{extract.pk}/"
    extract.refresh_from_db()
    assert (extract.state, sent) == (State.RECEIVED, [extract.pk])
    remembered = HeaderMapping.objects.get()
    assert (remembered.source, remembered.author) == (default_source(), owner)
    assert AuditEntry.objects.get(action="colonnes indiquées").target == "2025-01.csv"
    publish(process(extract))
    assert fed() == {("2025-01", A1, "SYNTH"): 12}


@pytest.mark.django_db
def test_two_columns_that_look_alike_are_not_proposed_as_the_same_thing(
    owner_client: Client,
) -> None:
    build()
    extract = brought(
        ("Structure n°", "Intitulé", "Papier", "Combien"), (A1, "EHPAD", "SYNTH", "1")
    )

    page = owner_client.get(page_of(extract)).content.decode()

    assert page.count('<option value="name" selected>') == 1


@pytest.mark.django_db
def test_the_month_that_nothing_says_is_told_with_the_columns(
    owner_client: Client, sent: list[int]
) -> None:
    build()
    extract = brought(name="extrait.csv")

    wrong = owner_client.post(page_of(extract), SAID | {"month": "janvier"})
    owner_client.post(page_of(extract), SAID | {"month": "2025-01"})

    assert wrong.status_code == 400
    assert "sous la forme AAAA-MM" in wrong.content.decode()
    publish(process(Extract.objects.get()))
    assert fed() == {("2025-01", A1, "SYNTH"): 12}


@pytest.mark.django_db
def test_what_was_said_holds_for_the_next_file_with_these_headers(
    owner_client: Client, sent: list[int]
) -> None:
    build()
    owner_client.post(page_of(brought()), SAID)

    following = brought(cells=(A1, "SYNTH", "15", ""), name="2025-02.csv")

    assert (following.state, following.counts["accepted"]) == (State.READY, 1)


@pytest.mark.django_db
def test_the_word_of_a_region_wins_over_that_of_the_country(owner: User) -> None:
    extract = brought()
    said = {"source": default_source(), "signature": "s", "headers": []}
    HeaderMapping.objects.create(**said, region=None, columns={"fields": {"finess": "pays"}})
    other = Region.objects.get(code="53")
    HeaderMapping.objects.create(**said, region=other, columns={"fields": {"finess": "autre"}})
    assert mappings.known(extract)["s"] == {"fields": {"finess": "pays"}}

    HeaderMapping.objects.create(**said, region_id="27", columns={"fields": {"finess": "ici"}})

    assert mappings.known(extract)["s"] == {"fields": {"finess": "ici"}}


@pytest.mark.django_db
def test_a_wrong_answer_changes_nothing_and_keeps_what_was_chosen(
    owner_client: Client, sent: list[int]
) -> None:
    extract = brought()

    answer = owner_client.post(page_of(extract), roles("finess", "type", "", "name"))

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Indiquez la colonne «\u202fNombre de documents\u202f»." in page
    assert '<option value="name" selected>' in page
    extract.refresh_from_db()
    assert (extract.state, sent) == (State.TO_MAP, [])
    assert not HeaderMapping.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.RECEIVED, State.READING, State.PUBLISHED])
def test_a_file_that_waits_for_nothing_keeps_its_columns(
    owner_client: Client, sent: list[int], state: str
) -> None:
    extract = brought()
    Extract.objects.update(state=state)

    answer = owner_client.post(page_of(extract), SAID, follow=True)

    assert "n’attend plus ses colonnes" in answer.content.decode()
    assert (Extract.objects.get().state, sent) == (state, [])


@pytest.mark.django_db
def test_two_people_who_answer_at_once_do_not_have_it_read_twice(owner: User) -> None:
    extract = brought()
    columns = Columns({Field.FINESS: "a"})
    first = mappings.remember(extract, columns, author=owner)

    second = mappings.remember(extract, columns, author=owner)

    assert (first, second) == (extract, None)
    assert mappings.choose_sheet(extract, "", author=owner) is None
    assert AuditEntry.objects.filter(action="colonnes indiquées").count() == 1


@pytest.mark.django_db
def test_a_file_that_is_no_table_has_no_columns_to_say(owner_client: Client) -> None:
    extract = brought()
    Extract.objects.update(state=State.REFUSED, offer={})

    assert owner_client.get(page_of(extract)).status_code == 404


@pytest.mark.django_db
def test_another_sheet_of_a_workbook_can_be_read(owner_client: Client, sent: list[int]) -> None:
    build()
    sheets: dict[str, list[tuple[str, ...]]] = {
        "Notes": [UNKNOWN, (A1, "SYNTH", "1", "")],
        "Données": [("FINESS ET", "Type de document", "Nombre de documents"), (A1, "SYNTH", "9")],
    }
    region = Region.objects.get(code="27")
    file = io.BytesIO(workbook(sheets))
    extract = process(receive(file, name="2025-01.xlsx", region=region, sheet="Notes"))
    assert extract.state == State.TO_MAP

    refused = owner_client.post(
        page_of(extract), {"choose_sheet": "1", "sheet": "Absente"}, follow=True
    )
    owner_client.post(page_of(extract), {"choose_sheet": "1", "sheet": "Données"})

    assert "Cette feuille n’est pas dans le classeur." in refused.content.decode()
    extract.refresh_from_db()
    assert (extract.state, extract.sheet, sent) == (State.RECEIVED, "Données", [extract.pk])
    assert process(extract).counts["accepted"] == 1
    assert AuditEntry.objects.get(action="feuille choisie").details["sheet"] == "Données"


@pytest.mark.django_db
def test_columns_are_said_by_the_administrators_of_the_region(
    colleague_client: Client, stranger_client: Client, make_user: MakeUser
) -> None:
    address = page_of(brought())
    reader = Client()
    reader.force_login(make_user("l@exemple.fr", Role.READER, Region.objects.get(code="27")))

    answers = [client.get(address) for client in (colleague_client, stranger_client, reader)]

    assert [answer.status_code for answer in answers] == [404, 302, 403]


@pytest.mark.django_db
def test_the_page_costs_as_much_whatever_it_shows(
    owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    extract = brought(tuple("ABCDEFGHIJ"), tuple("0123456789"))

    with django_assert_max_num_queries(8):
        owner_client.get(page_of(extract))


@pytest.mark.django_db
@pytest.mark.parametrize("mode", Mode.values)
def test_reading_again_keeps_what_was_asked_of_the_file(owner: User, mode: str) -> None:
    extract = brought(mode=mode, publish=True)
    columns = Columns({Field.FINESS: "identifiant national"})

    again = mappings.remember(extract, columns, author=owner)

    assert again is not None
    assert (again.asked_mode, again.publish_when_ready, again.offer) == (mode, True, {})


@pytest.mark.django_db
def test_columns_said_wrongly_can_be_said_again(owner_client: Client, sent: list[int]) -> None:
    build()
    headers, cells = ("Identifiant", "Papier", "Combien", "Quand"), (A1, "SYNTH", "12", "2025-01")
    extract = brought(headers, cells, name="sans-date.csv")
    owner_client.post(page_of(extract), SAID)
    refused = process(Extract.objects.get())
    assert (refused.state, "Rien ne dit le mois" in refused.message) == (State.REFUSED, True)
    link = f'href="{page_of(extract)}"'
    assert link in owner_client.get(f"/fichiers-mensuels/{extract.pk}/").content.decode()

    page = owner_client.get(page_of(extract)).content.decode()
    owner_client.post(page_of(extract), roles("finess", "type", "documents", "month"))

    assert page.count(" selected>") == 4  # as they were said
    assert process(Extract.objects.get()).state == State.READY
    assert HeaderMapping.objects.count() == 1


@pytest.mark.django_db
def test_a_file_that_was_understood_can_be_read_otherwise_before_it_is_published(
    owner_client: Client, sent: list[int]
) -> None:
    build()
    headers = ("Mois", "FINESS ET", "Type de document", "Nombre de documents", "Dont relus")
    extract = brought(headers, ("2025-01", A1, "SYNTH", "12", "7"))
    assert extract.state == State.READY

    page = owner_client.get(page_of(extract)).content.decode()
    owner_client.post(page_of(extract), roles("month", "finess", "type", "", "documents"))
    publish(process(Extract.objects.get()))

    assert '<option value="documents" selected>' in page
    assert fed() == {("2025-01", A1, "SYNTH"): 7}
