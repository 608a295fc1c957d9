"""A web process has read all that its pages are made of before the first of them is asked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import clear_url_caches, get_resolver

from mes_dashboard import preload


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """The tests that follow have their garbage collected."""
    yield
    gc.unfreeze()


def test_every_template_is_read_before_the_first_page_and_no_server_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def reading(name: str) -> Any:
        read.append(name)
        return get_template(name)

    monkeypatch.setattr(preload, "get_template", reading)

    preload.load_pages()  # without a database: a query would be refused

    folder = Path(settings.BASE_DIR) / "templates"
    assert {folder / name for name in read} == set(folder.rglob("*.html"))


def test_addresses_and_their_views_are_known_before_the_first_page() -> None:
    clear_url_caches()
    assert "url_patterns" not in vars(get_resolver())

    preload.load_pages()

    assert "url_patterns" in vars(get_resolver())


def test_what_was_loaded_is_not_looked_through_by_every_collection() -> None:
    assert gc.get_freeze_count() == 0

    preload.load_pages()

    assert gc.get_freeze_count() > 10_000
