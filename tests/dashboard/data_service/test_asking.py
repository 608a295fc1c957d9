"""What a call may ask of the data service, and how a wrong one is explained."""

from __future__ import annotations

import pytest

from dashboard.data_service.declaration import RESOURCES
from reference.models import Region
from tests.dashboard.data_service.common import Caller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Il manque le paramètre « territoire » : R suivi"),
        ("territoire=Dijon", "« territoire » : « Dijon » n’est pas compris."),
        ("territoire=R27&de=2025", "« de » : « 2025 » n’est pas compris."),
        ("territoire=R27&a=2025-13", "« a » : « 2025-13 » n’est pas un mois."),
        ("territoire=R27&de=2025-12&a=2025-01", "La période finit (« a ») avant de commencer"),
        ("territoire=R27&de=1990-01&a=2025-01", "La période dépasse 240 mois"),
        ("territoire=R27&de=1900-01", "La période dépasse 240 mois"),
        ("territoire=R27&de=2030-01", "Le dernier mois reçu est décembre 2025"),
        ("territoire=R27&secteur=XX", "Valeurs possibles : PA, PH, DOM"),
        ("territoire=R27&territoire=D21", "Le paramètre « territoire » est donné 2 fois."),
        (
            "territoir=R27",
            "Paramètre inconnu : « territoir ». Paramètres possibles : « territoire »",
        ),
    ],
)
def test_a_bad_parameter_is_explained(
    received: None, caller: Caller, query: str, said: str
) -> None:
    for form in ("csv", "json"):
        answer = caller.get(f"indicateurs.{form}?{query}")

        assert answer.status_code == 400
        assert said in answer.json()["erreur"].replace("\u202f", " ")


def test_a_resource_without_parameters_takes_none(caller: Caller) -> None:
    answer = caller.get("territoires.csv?territoire=R27")

    assert answer.status_code == 400
    assert "Il n’y en a aucun." in answer.json()["erreur"]


def test_facilities_are_of_received_months_and_departements_of_a_region(
    received: None, caller: Caller
) -> None:
    outside = caller.get("esms.csv?territoire=D21&a=2030-01")
    place = caller.get("departements.csv?territoire=D21")

    assert outside.status_code == place.status_code == 400
    assert "de 2025-01 à 2025-12" in outside.json()["erreur"]


@pytest.mark.parametrize("address", ["rien.csv", "indicateurs.xml", "openapi.csv"])
def test_an_unknown_address_is_a_404(caller: Caller, address: str) -> None:
    assert caller.get(address).status_code == 404


@pytest.mark.parametrize("name", [name for name in RESOURCES if name != "territoires"])
def test_a_territory_without_any_month_says_so(region: Region, caller: Caller, name: str) -> None:
    answer = caller.get(f"{name}.csv?territoire=R27")

    assert answer.status_code == 404
    assert "Aucun mois n’a encore été reçu" in answer.json()["erreur"]
    assert caller.lines("territoires.csv")[0]["dernier_mois"] == ""
