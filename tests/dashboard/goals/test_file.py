"""Events and targets brought as a file, and the words in which months and values are written."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.goals.acts import content
from dashboard.goals.table import RefusedFileError, model_file, read_table, write_table
from dashboard.goals.writing import read_month, read_value, value_typed, value_words
from reference.models import Departement, Event, Region, Target, TargetIndicator
from reference.models.version import current_data_version
from tests.dashboard.goals.common import DECEMBER, IMPORT, PAGE, last_entry, text

pytestmark = pytest.mark.django_db

HEADER = "Nature;Intitulé;Territoire;Mois;Jusqu’à;Indicateur;Secteur;Valeur;Précision\n"


def brought(client: Client, lines: str | bytes, *, header: str = HEADER) -> Any:
    raw = lines if isinstance(lines, bytes) else (header + lines).encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile("reperes.csv", raw)})


@pytest.fixture
def places(region: Region) -> dict[str, Departement]:
    return {each.code: each for each in region.departements.order_by("code")}


# --- Brought as a file ----------------------------------------------------------------------------


def test_a_file_adds_and_changes_but_removes_nothing(owner_client: Client, region: Region) -> None:
    kept = Event.objects.create(region=region, month=dt.date(2024, 1, 1), label="Gardé")
    changed = Event.objects.create(region=region, month=DECEMBER, label="Projet")
    lines = (
        "événement;Projet;;déc.-25;2026-01;;;;Prolongé\n"
        "Cible;;Côte d'Or;01/06/2026;;Part des ESMS qui alimentent dans le mois;PA;33 %;\n"
        "cible;Palier;R27;2026-06;;documents;tous;12 000;\n"
    )

    answer = brought(owner_client, lines)

    assert answer.status_code == 302
    changed.refresh_from_db()
    assert (changed.last_month, changed.note) == (dt.date(2026, 1, 1), "Prolongé")
    assert Event.objects.filter(pk=kept.pk).exists()
    assert set(Target.objects.values_list("departement_id", "sector", "value")) == {
        ("21", "PA", 0.33), (None, "", 12000)
    }  # fmt: skip
    entry = last_entry()
    assert (entry.action, entry.target, len(entry.details["added"])) == (
        "repères importés", "reperes.csv", 2
    )  # fmt: skip
    assert "→" in entry.details["updated"][0]


def test_the_same_file_again_changes_nothing(owner_client: Client) -> None:
    brought(owner_client, "événement;Projet;21;2025-12;;;;;\n")
    version = current_data_version()

    brought(owner_client, "événement;Projet;21;2025-12;;;;;\n")

    assert "0 ajouté, 0 modifié, 1 inchangé" in text(owner_client.get(PAGE))
    assert current_data_version() == version


def test_one_wrong_line_keeps_the_whole_file_out_and_each_is_told(owner_client: Client) -> None:
    lines = (
        "événement;Bon;21;2025-12;;;;;\n"
        "événement;;29;demain;;;;;\n"
        "\n"
        "fête;Autre;;2025-12;;;;;\n"
        "cible;;;2025-12;;documents;;0,5;\n"
        "événement;Valeur;;2025-12;;;;12;\n"
        "cible;;;2025-12;;beauté;Ailleurs;12;\n"
        "événement;bon;21;2025-12;;;;;\n"
        "événement;Long;21;2025-12;;;;;;surplus\n"
    )

    answer = brought(owner_client, lines)

    said = text(answer)
    assert answer.status_code == 400
    assert not Event.objects.exists()
    for expected in (
        "Rien n’a été importé",
        "Donnez un intitulé à l’événement.",
        "Ce territoire n’est pas de la région.",
        "Écrivez le mois sous la forme AAAA-MM",
        "Écrivez « événement » ou « cible ».",
        "Écrivez un nombre entier au-dessus de zéro",
        "Un événement n’a pas cette colonne : videz-la.",
        "Indicateurs possibles : « Documents par mois »",
        "Ce secteur n’existe pas.",
        "Déjà dit à la ligne 2.",
        "Cette valeur n’a pas d’en-tête.",
    ):
        assert expected in said, expected
    assert '<th scope="row" class="mes-number">5</th>' in said  # the blank line counts


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Ce fichier est vide."),
        (b"PK\x03\x04", "C’est un classeur."),
        (b"Nature\0;Mois\nx;y\n", "n’est pas un texte"),
        (b"\x81\x8d\x00", "n’est pas un texte"),
        (b"Nature;Mois;Humeur\ncible;2025-12;bonne\n", "La colonne « Humeur »"),
        (b"Nature;Mois;mois\ncible;2025-12;\n", "est là deux fois"),
        ("Intitulé;Mois\nProjet;2025-12\n".encode(), "Il manque la colonne « Nature »"),
        (b"Nature;Mois\n", "aucune ligne"),
        ('Nature;Mois;Intitulé\ncible;2025-12;"oups\n'.encode(), "Un guillemet de la ligne 2"),
        (b"Nature;Mois\n" + b"cible;2025-12\n" * 1001, "plus de 1000 lignes"),
        (b"x" * ((1 << 20) + 1), "dépasse 1 Mo"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_the_remedy(
    raw: bytes, said: str, owner_client: Client
) -> None:
    answer = brought(owner_client, raw)

    assert answer.status_code == 400
    assert said in text(answer)


def test_without_a_file_the_form_says_so(owner_client: Client) -> None:
    assert "Choisissez un fichier." in text(owner_client.post(IMPORT))


def test_the_model_can_be_brought_back_as_it_is(
    owner_client: Client, region: Region, places: dict[str, Departement]
) -> None:
    answer = owner_client.get(f"{PAGE}modele-reperes.csv")

    assert answer.content.decode() == model_file()
    read = read_table(answer.content, region, places)
    assert [type(goal) for goal in read.goals] == [Event, Target]
    assert read.problems == ()


LABELS = st.text(
    st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=80
) | st.sampled_from(["=1+1", "-x", "@a", "'quoted", "'=1", "a;b", 'a"b'])
MONTHS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 1)).map(lambda day: day.replace(day=1))


@settings(max_examples=40, deadline=None)
@given(
    data=st.data(),
    labels=st.lists(LABELS, max_size=4, unique_by=str.casefold),
    rates=st.lists(st.integers(1, 1000), max_size=4, unique=True),
)
def test_what_is_written_is_read_back_as_it_was(
    data: st.DataObject, labels: list[str], rates: list[int]
) -> None:
    region = Region(code="27", name="Bourgogne-Franche-Comté")
    places = {"21": Departement(code="21", name="Côte-d'Or", region=region)}
    goals: list[Event | Target] = []
    for label in labels:
        first = data.draw(MONTHS)
        last = data.draw(st.none() | st.just(first))
        goals.append(Event(region=region, month=first, last_month=last, label=label, note=label))
    for rank, rate in enumerate(rates):
        month = dt.date(2025, 1 + rank, 1)
        indicator = data.draw(st.sampled_from(TargetIndicator))
        value = rate / 1000 if indicator.is_rate else rate
        goals.append(
            Target(
                region=region, departement=data.draw(st.sampled_from([None, places["21"]])),
                month=month, indicator=indicator, value=value,
                sector=data.draw(st.sampled_from(["", "PA", "INCONNU"])),
            )
        )  # fmt: skip
    if not goals:
        with pytest.raises(RefusedFileError):
            read_table(write_table(goals).encode(), region, places)
        return

    read = read_table(write_table(goals).encode(), region, places)

    assert read.problems == ()
    assert [content(goal)[:-1] for goal in read.goals] == [content(goal)[:-1] for goal in goals]
    assert [content(goal)[-1] for goal in read.goals] == pytest.approx(
        [content(goal)[-1] for goal in goals]
    )


@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: (HEADER + t).encode()))
@settings(max_examples=100, deadline=None)
def test_whatever_the_bytes_a_file_is_read_or_refused(raw: bytes) -> None:
    region = Region(code="27", name="Bourgogne-Franche-Comté")
    with suppress(RefusedFileError):
        read = read_table(raw, region, {})
        assert bool(read.goals) != bool(read.problems)


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2025-12", "12/2025", "2025-12-01", "31/12/2025", "déc. 2025", "décembre 2025", "déc-25",
        " Décembre  2025 ", "2025/12", "2025-12-01 00:00:00",
    ],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it(written: str) -> None:
    assert read_month(written) == DECEMBER


@pytest.mark.parametrize("written", ["jui 2025", "2025", "13/2025", "1999-01", "2101-01", "x", ""])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="mois"):
        read_month(written)


@given(indicator=st.sampled_from(TargetIndicator), number=st.integers(1, 100_000))
def test_a_value_is_typed_again_as_it_was_read(indicator: TargetIndicator, number: int) -> None:
    value = number / 100_000 if indicator.is_rate else float(number)

    assert read_value(indicator, value_typed(indicator, value)) == pytest.approx(value)
    assert value_words(indicator, value)[0].isdigit()
