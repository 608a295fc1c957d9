"""plotly.js is served under one name, from the small bundle when there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pytest_django import Settings

from mes_dashboard import plotly_bundle


def test_the_small_bundle_is_preferred(tmp_path: Path, settings: Settings) -> None:
    settings.BASE_DIR = tmp_path
    small = tmp_path / "node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"
    small.parent.mkdir(parents=True)
    small.write_text("small")

    assert plotly_bundle.bundle() == small


def test_the_whole_bundle_of_the_python_package_serves_without_npm(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path

    assert plotly_bundle.bundle().name == "plotly.min.js"
    assert plotly_bundle.bundle().stat().st_size > 10**6


def test_a_machine_with_neither_is_told_so(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(plotly_bundle, "find_spec", lambda _: None)

    with pytest.raises(FileNotFoundError, match="neither"):
        plotly_bundle.bundle()


def test_it_is_found_and_collected_under_one_name() -> None:
    name = plotly_bundle.STATIC_NAME
    finder = plotly_bundle.PlotlyFinder()

    assert finders.find(name) == str(plotly_bundle.bundle())
    assert finder.find(name, find_all=True) == [str(plotly_bundle.bundle())]
    assert finder.find("another.js", find_all=True) == []
    ((listed, storage),) = finder.list(None)
    assert listed == name
    with storage.open(listed) as file:
        assert len(file.read(1000)) == 1000
    assert finder.check() == []


def test_the_lock_of_npm_names_no_registry() -> None:
    lock = Path(__file__).resolve().parents[2] / "package-lock.json"

    assert "resolved" not in lock.read_text()
    assert '"integrity"' in lock.read_text()
