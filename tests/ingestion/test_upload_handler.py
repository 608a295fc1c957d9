"""Files of a request: no more of them is written than may be received, or than the disk takes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from pytest_django import Settings

from ingestion.upload_handler import LimitedUploadHandler, is_whole


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(24, b"aaaaaaaabbbbbbbbcccccccc"), (23, b"aaaaaaaabbbbbbbb"), (7, b"")],
)
def test_a_file_is_written_up_to_the_limit_and_counted_whole(
    settings: Settings, limit: int, kept: bytes
) -> None:
    settings.MES_UPLOAD_MAX_BYTES = limit
    handler = LimitedUploadHandler()
    handler.new_file("file", "extrait.csv", "text/csv", None)

    for place, letter in enumerate((b"a", b"b", b"c")):
        handler.receive_data_chunk(letter * 8, place * 8)
    file = handler.file_complete(24)
    assert file is not None
    with file:
        assert (file.read(), file.size) == (kept, 24)


def test_all_the_files_of_a_request_have_a_limit_too(settings: Settings) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10
    settings.MES_UPLOAD_MAX_REQUEST_BYTES = 15
    handler = LimitedUploadHandler()

    kept = [sent(handler, name) for name in ("un.csv", "deux.csv", "trois.csv")]

    assert kept == [(b"x" * 8, True), (b"", False), (b"", False)]


def test_a_file_that_is_too_large_leaves_the_next_one_whole(settings: Settings) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10
    handler = LimitedUploadHandler()

    kept = [sent(handler, name, size) for name, size in (("un.csv", 11), ("deux.csv", 8))]

    assert kept == [(b"", False), (b"x" * 8, True)]


def test_a_full_disk_cuts_a_file_short_and_spares_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = os.write
    room = iter([4])

    def full(descriptor: int, data: memoryview) -> int:
        left = next(room, 0)
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data[:left])

    monkeypatch.setattr(os, "write", full)
    handler = LimitedUploadHandler()

    assert sent(handler, "un.csv") == (b"xxxx", False)


def test_without_any_temporary_file_nothing_is_kept_and_the_request_is_spared(
    settings: Settings, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "missing"

    assert sent(LimitedUploadHandler(), "un.csv") == (b"", False)


def sent(handler: LimitedUploadHandler, name: str, size: int = 8) -> tuple[bytes, bool]:
    """What is kept of a file of so many "x", and whether it is known as whole."""
    handler.new_file("file", name, "text/csv", None)
    handler.receive_data_chunk(b"x" * size, 0)
    file = handler.file_complete(size)
    assert file is not None
    with file:
        whole = is_whole(file)
        return file.read(), whole


def test_it_is_the_one_that_writes_files(settings: Settings) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "ingestion.upload_handler.LimitedUploadHandler",
    ]
