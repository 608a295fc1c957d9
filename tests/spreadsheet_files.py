"""Files meant for a French spreadsheet, read as it reads them."""

from __future__ import annotations

import csv
import io
from typing import Any


def lines_of(response: Any) -> list[list[str]]:
    """The cells of a CSV that was answered to keep."""
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    content = response.getvalue()  # sent whole or bit by bit
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
