"""How a request's files reach the disk: never more of them than may be received."""

from __future__ import annotations

import io
import logging
import os
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

logger = logging.getLogger(__name__)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes what may be received of a request, and counts the rest for forms to refuse.

    That is `MES_UPLOAD_MAX_BYTES` of each file, and `MES_UPLOAD_MAX_REQUEST_BYTES` of them all.
    Files are read before anybody is known, to look for the CSRF token: without a limit, a visitor
    who never signed in could fill the disk. A disk that is full all the same cuts the file short,
    and the request goes on. A file cut short has fewer bytes than its `size`: see `is_whole`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._of_request = 0
        self._cut = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the temporary file; when none can be made, a file without any byte stands for it."""
        self._cut = False
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            logger.exception("No temporary file could be made for an upload")
            self._cut = True
            self.file = UploadedFile(io.BytesIO(), self.file_name, self.content_type)  # type: ignore[assignment]  # only read from now on, as any uploaded file

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk unless there are too many already; `start` is its place in the file."""
        self._of_request += len(raw_data)
        self._cut = (
            self._cut
            or start + len(raw_data) > settings.MES_UPLOAD_MAX_BYTES
            or self._of_request > settings.MES_UPLOAD_MAX_REQUEST_BYTES
        )
        if self._cut:
            return
        try:
            _write(self.file.fileno(), raw_data)
        except OSError:
            logger.exception("An upload could not be written to its temporary file")
            self._cut = True


def is_whole(file: UploadedFile[bytes]) -> bool:
    """Whether all the bytes that were sent of a file are there to be read."""
    written = file.seek(0, os.SEEK_END)
    file.seek(0)
    return bool(written == file.size)


def _write(descriptor: int, data: bytes) -> None:
    """Write past Python's buffer, which would fail again on what it kept when the disk is full."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
