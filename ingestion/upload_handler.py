"""How a request's files reach the disk: never more of them than may be received."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes `MES_UPLOAD_MAX_BYTES` of a request at most, and counts the rest for forms to refuse.

    Files are read before anybody is known, to look for the CSRF token: without a limit, a visitor
    who never signed in could fill the disk.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._written = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk unless the request has had its share; `start` is its place in the file."""
        self._written += len(raw_data)
        if self._written <= settings.MES_UPLOAD_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
