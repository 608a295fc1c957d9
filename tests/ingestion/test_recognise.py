"""Recognising: the header row and its columns, in the words that people use."""

import pytest

from ingestion.errors import RefusedFile
from ingestion.reading.header_row import NO_CLUES
from ingestion.reading.headers import Field, field_of
from ingestion.reading.recognise import Recognised, recognise
from tests.ingestion import files


def recognised(*rows: tuple[str, ...]) -> Recognised:
    return recognise(files.table(*rows), NO_CLUES)


def cells(found: Recognised) -> dict[int, dict[str, str]]:
    """What each line says of each field, the counted documents with them."""
    places = {field.value: i for field, i in found.fields.items()}
    return {
        int(line): {field: str(row[i]) for field, i in places.items()}
        for line, *row in found.cells.itertuples()
    }


def refusal(*rows: tuple[str, ...]) -> RefusedFile:
    with pytest.raises(RefusedFile) as refused:
        recognised(*rows)
    return refused.value


ROW = ("2025-01", files.HOME_A, "SYNTH", "12", "10")


@pytest.mark.parametrize(
    ("field", "writings"),
    [
        (Field.MONTH, "Mois|Période|PERIODE|Mois d'alimentation|Période de référence|Date"),
        (
            Field.FINESS,
            (
                "Et  finess|FINESS ET|FINESS EG|N° FINESS EG|FINESS géographique|finess_et|FINESS"
                "|Numéro FINESS|n°finess|FINESS de l’établissement|Code FINESS|NoFinessET"
            ),
        ),
        (Field.ENTITY, "Ej finess|FINESS EJ|FINESS PMEJ|FINESS entité juridique|Finess OG"),
        (
            Field.TYPE,
            (
                "Type de document|Type doc|TYPE DOCUMENTS|Type|Code type document|Document"
                "|Nature du document|Libellé du type de document"
            ),
        ),
        (
            Field.DOCUMENTS,
            (
                "Nbre docs *|Nb de documents|Nombre de documents déposés|Documents|nb_documents"
                "|Nombre de documents alimentés dans le DMP|Docs alimentés|Total documents|Nombre"
            ),
        ),
        (Field.DMP, "Nbre DMP alimentés|DMP alimentés|Nb DMP|Nombre de dossiers alimentés|DMP"),
        (Field.NAME, "Et rs |Raison sociale|Nom|Nom de l'établissement|Établissement"),
    ],
)
def test_people_write_headers_in_many_ways(field: Field, writings: str) -> None:
    for writing in writings.split("|"):
        found = field_of(writing)
        assert found is not None, writing
        assert found[0] is field, writing


@pytest.mark.parametrize(
    "header",
    ["", "Ej rs", "Date d'extraction", "Secteur", "Type d'établissement", "Commune", "Total", "12"],
)
def test_other_headers_are_nothing(header: str) -> None:
    assert field_of(header) is None


def test_the_header_is_found_below_titles_and_the_rows_below_it() -> None:
    found = recognised(("Alimentation du DMP",), ("Documents", "par mois"), files.HEADER, ROW)

    assert cells(found) == {
        4: dict(zip(("month", "finess", "type", "documents", "dmp"), ROW, strict=True))
    }
    assert found.said["nombre de documents"] == "Nombre de documents"


def test_columns_may_come_in_any_order_among_others() -> None:
    header = ("Région", "Nbre\ndocs *", "Type doc", "Secteur", "Et  finess", "Ej finess")

    found = recognised(header, ("BFC", "12", "SYNTH", "PA", files.HOME_A, files.EJ_HOME))

    assert cells(found)[2] == {
        "finess": files.HOME_A,
        "entity_finess": files.EJ_HOME,
        "type": "SYNTH",
        "documents": "12",
    }
    assert found.said["nombre de documents"] == "Nbre docs *"
    assert found.others == (0, 3)


def test_the_surest_writing_is_preferred() -> None:
    header = ("FINESS", "FINESS ET", "Libellé type", "Code type", "Documents", "Nom", "Nom")

    found = recognised(header, ("1", "2", "Synthèse", "SYNTH", "12", "a", "b"))

    assert cells(found)[2] == {
        "finess": "2",
        "type": "SYNTH",
        "documents": "12",
        "name": "a",
    }


def test_a_header_pasted_again_in_the_middle_is_no_row() -> None:
    found = recognised(files.HEADER, ROW, files.HEADER, ROW)

    assert list(found.cells.index) == [2, 4]


def test_two_columns_for_one_field_are_refused_naming_both() -> None:
    refused = refusal(("FINESS ET", "Type", "Nb docs", "Nombre de documents"), ("1", "2", "3", "4"))

    assert "«\u202fNb docs\u202f» et «\u202fNombre de documents\u202f»" in refused.message
    assert "Ligne 1" in refused.message


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (("Mois", "Type de document", "Documents"), "la colonne\u202f: FINESS ET."),
        (("FINESS ET", "Documents"), "la colonne\u202f: type de document."),
        (("FINESS ET", "Secteur"), "les colonnes\u202f: type de document, nombre de documents."),
    ],
)
def test_a_missing_column_is_said_with_the_headers_seen(
    header: tuple[str, ...], missing: str
) -> None:
    refused = refusal(("Titre",), header, ("a", "b", "c"))

    assert missing in refused.message
    assert f"à la ligne 2\u202f: «\u202f{header[0]}\u202f»" in refused.message
    assert "FINESS ET, type de document, nombre de documents" in refused.remedy


def test_no_header_at_all_is_refused() -> None:
    refused = refusal(("Bonjour",), ROW)

    assert "Aucune ligne d’en-tête" in refused.message


def test_a_header_too_far_down_is_not_looked_for() -> None:
    refused = refusal(*[("titre",)] * 30, files.HEADER, ROW)

    assert "30 premières lignes" in refused.message
