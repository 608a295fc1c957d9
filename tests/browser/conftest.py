"""What a browser says of the pages that it is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the page complains of: errors, refused scripts, missing files."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda told: said.append(told.text) if told.type in {"error", "warning"} else None,
    )
    return said
