"""Where plotly.js comes from: the small npm bundle when installed, else the wheel's whole one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

STATIC_NAME = "plotly/plotly.min.js"


def bundle() -> Path:
    """The file to serve: 330 KB compressed with the npm package, else 1.1 MB.

    Raises:
        FileNotFoundError: when neither is installed.
    """
    small = Path(settings.BASE_DIR) / "node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"
    if small.is_file():
        return small
    spec = find_spec("plotly")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        whole = Path(folder) / "package_data/plotly.min.js"
        if whole.is_file():
            return whole
    raise FileNotFoundError("plotly.js: neither the npm package nor the Python one is installed")


class PlotlyFinder(BaseFinder):
    """Serves the bundle as `plotly/plotly.min.js`, whichever of the two it is."""

    def check(self, **_: Any) -> Any:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        found = str(bundle()) if path == STATIC_NAME else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, _: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        yield STATIC_NAME, BundleStorage(location=bundle().parent)


class BundleStorage(FileSystemStorage):
    """Opens the bundle under the name it is served by."""

    def path(self, _: str) -> str:
        return str(bundle())
