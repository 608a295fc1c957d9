"""Each kind of file is really made."""

from __future__ import annotations

import io
import zipfile

import pytest

from dashboard.exporting.makers import MAKERS
from dashboard.models import (
    ExportKind,
)
from dashboard.pieces.order import Order
from reference.models import (
    Departement,
    Region,
    current_data_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("received")]


@pytest.mark.parametrize("kind", ExportKind.values)
def test_each_kind_of_file_is_made_and_says_how_far_it_is(kind: str, region: Region) -> None:
    told: list[tuple[int, int]] = []
    order = Order(region, departement=Departement.objects.get(pk="21"))

    made = MAKERS[kind](order, lambda *how_far: told.append(how_far))

    assert zipfile.is_zipfile(io.BytesIO(made.content))
    assert made.data_version == current_data_version()
    done, total = told[-1]
    assert done == total > 4
