"""Document types as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.documents import document_type_index, normalise_label
from reference.models import DocumentType, DocumentTypeAlias


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normalise_label(text)

    assert normalise_label(once) == once


@given(st.text())
def test_a_normal_form_holds_plain_words_only(text: str) -> None:
    normal = normalise_label(text)

    assert set(normal) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert normal == " ".join(normal.split())


@pytest.mark.parametrize(
    "written",
    [
        "CR OU FICHE DE CONSULTATION OU DE VISITE",
        "Cr ou fiche de consultation ou de visite",
        "Compte-rendu ou fiche de consultation ou de visite",
        "  Compte rendu ou\u202ffiche de consultation, ou de visite ",
    ],
)
def test_writings_that_differ_in_form_only_are_one(written: str) -> None:
    assert normalise_label(written) == "cr ou fiche de consultation ou de visite"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("57833-6", "57833-6"),
        ("synth", "SYNTH"),
        ("Synthèse", "SYNTH"),
        ("synthese medicale", "60591-5"),
        ("PPA", "80788-3"),
        ("80788-3 - PPA", "80788-3"),
        ("Projet personnalisé d’accompagnement", "80788-3"),
        ("Document du secteur social/médico-social", "28653-4"),
        ("Grille d'évaluation médico-sociale", "34842-5"),
        ("Grille d'évaluation médico-social", "34842-5"),
        ("34842-5 - Grille d'évaluation", "34842-5"),
        ("11506-3 - CR ou fiche de suivi de soins", "11506-3"),
        ("Cr ou fiche de suivi de soins par auxiliaire medical", "11506-3"),
        ("Autres", "AUTRES"),
    ],
)
def test_a_type_is_known_by_code_label_or_alias(written: str, code: str) -> None:
    index = document_type_index()

    found = DocumentType.objects.get(pk=index[normalise_label(written)])

    assert found.code == code


@pytest.mark.django_db
def test_a_type_that_nothing_names_is_not_in_the_index() -> None:
    assert normalise_label("Compte rendu de télésurveillance") not in document_type_index()


@pytest.mark.django_db
def test_a_code_wins_over_an_alias_of_another_type() -> None:
    other = DocumentType.objects.get(code="80788-3")
    DocumentTypeAlias.objects.create(document_type=other, label=normalise_label("57833-6"))

    index = document_type_index()

    assert index["57833 6"] == DocumentType.objects.get(code="57833-6").pk


@pytest.mark.django_db
def test_every_official_label_names_its_own_type() -> None:
    index = document_type_index()

    for kind in DocumentType.objects.all():
        assert index[normalise_label(kind.label)] == kind.pk
        assert index[normalise_label(kind.code)] == kind.pk
