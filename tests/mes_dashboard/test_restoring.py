"""Whatever a test commits, the next one finds the database as the migrations left it."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType

from reference.models import Region


def contents() -> list[tuple[int, str]]:
    return list(ContentType.objects.order_by("pk").values_list("pk", "model"))


@pytest.fixture(scope="module")
def seen() -> list[list[tuple[int, str]]]:
    return []


@pytest.mark.parametrize("time", ["the first", "the second"])
@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_finds_what_migrations_loaded(
    time: str, seen: list[list[tuple[int, str]]]
) -> None:
    seen.append(contents())

    assert Region.objects.count() == 18
    assert seen[0] == seen[-1]
    Region.objects.filter(departements=None).delete()
    Region.objects.create(code="99", name="Nulle part", slug="nulle-part", linking_type=0)
