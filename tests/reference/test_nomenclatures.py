"""The nomenclatures that come with the product."""

import importlib
import re

import pytest
from django.apps import apps
from django.db import IntegrityError

from reference import nomenclatures
from reference.documents import normalise_label
from reference.models import (
    DataVersion,
    Departement,
    DocumentGroup,
    DocumentType,
    DocumentTypeAlias,
    FacilityCategory,
    Region,
    Sector,
    current_data_version,
)

pytestmark = pytest.mark.django_db

SIX = [Sector.PA, Sector.PH, Sector.DOM, Sector.PDE, Sector.PDS, Sector.AHI]


def test_the_101_departements_and_18_regions_are_known() -> None:
    assert Departement.objects.count() == 101
    assert Region.objects.count() == 18
    assert set(Departement.objects.filter(region_id="27").values_list("code", flat=True)) == {
        "21", "25", "39", "58", "70", "71", "89", "90",
    }  # fmt: skip


def test_french_says_in_and_of_each_departement_its_own_way() -> None:
    jura, or_ = Departement.objects.get(code="39"), Departement.objects.get(code="21")

    assert (jura.locative, jura.of) == ("dans le Jura", "du Jura")
    assert (or_.locative, or_.of) == ("en Côte-d’Or", "de la Côte-d’Or")
    assert all(" " in place.locative for place in Departement.objects.all())


def test_the_perimeter_is_the_six_sectors_at_a_fair_confidence_and_the_unknown() -> None:
    for category in FacilityCategory.objects.all():
        fair = category.sector in SIX and category.confidence in {"haute", "moyenne"}
        assert category.in_perimeter == (fair or category.sector == Sector.UNKNOWN), category


@pytest.mark.parametrize("code", ["209", "354", "460", "640"])
def test_the_categories_of_the_2023_reform_are_home_services(code: str) -> None:
    category = FacilityCategory.objects.get(code=code)

    assert (category.sector, category.in_perimeter) == (Sector.DOM, True)


def test_the_eight_series_have_a_fixed_order_and_distinct_colours() -> None:
    groups = list(DocumentGroup.objects.values_list("code", flat=True))
    colours = DocumentGroup.objects.values_list("color", flat=True)

    assert groups == [
        "prescription", "synthese", "consultation", "auxiliaire", "grille", "ppa", "social",
        "autres",
    ]  # fmt: skip
    assert len({colour for colour in colours if re.fullmatch("#[0-9A-F]{6}", colour)}) == 8


def test_the_types_that_the_committee_watches_are_in_its_series() -> None:
    codes = dict(DocumentType.objects.exclude(group="autres").values_list("code", "group"))

    assert codes == {
        "57833-6": "prescription",
        "SYNTH": "synthese",
        "60591-5": "synthese",
        "34133-9": "synthese",
        "11488-4": "consultation",
        "11506-3": "auxiliaire",
        "34842-5": "grille",
        "80788-3": "ppa",
        "28653-4": "social",
    }
    assert DocumentType.objects.count() == 115


def test_generic_types_are_those_that_say_nothing_of_the_document() -> None:
    generic = DocumentType.objects.filter(generic=True).values_list("code", flat=True)

    assert set(generic) == {"SYNTH", "28653-4", "E1762", DocumentType.UNRECOGNISED}


def test_aliases_are_kept_normalised() -> None:
    labels = list(DocumentTypeAlias.objects.values_list("label", flat=True))

    assert labels == [normalise_label(label) for label in labels]


def test_loading_again_inserts_only_what_is_missing_and_keeps_what_was_edited() -> None:
    FacilityCategory.objects.filter(code="500").update(sector=Sector.OTHER, in_perimeter=False)
    Departement.objects.get(code="39").delete()

    inserted = nomenclatures.load()

    assert inserted == 1
    assert Departement.objects.get(code="39").name == "Jura"
    assert FacilityCategory.objects.get(code="500").sector == Sector.OTHER


def test_the_data_version_starts_at_one_and_loading_again_leaves_it() -> None:
    before = current_data_version()

    nomenclatures.load()

    assert before == current_data_version() == 1


def test_the_migration_can_be_undone_and_done_again() -> None:
    migration = importlib.import_module("reference.migrations.0002_nomenclatures")

    migration.unload(apps, None)
    emptied = Region.objects.exists() or DataVersion.objects.exists()
    migration.load(apps, None)

    assert not emptied
    assert Departement.objects.count() == 101


def test_nomenclatures_in_use_cannot_be_emptied() -> None:
    departement = Departement.objects.get(code="21")
    departement.facilities.create(finess="210001384", name="Essai", seen_on="2021-01-08")

    with pytest.raises(IntegrityError):
        nomenclatures.unload()
