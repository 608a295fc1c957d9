"""Files of a request: no more of them is written than may be received."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from ingestion.upload_handler import LimitedUploadHandler


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


def test_the_limit_is_that_of_all_the_files_of_a_request(settings: Settings) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10
    handler = LimitedUploadHandler()
    kept = []

    for name in ("un.csv", "deux.csv"):
        handler.new_file("file", name, "text/csv", None)
        handler.receive_data_chunk(b"x" * 8, 0)
        file = handler.file_complete(8)
        assert file is not None
        with file:
            kept.append(file.read())

    assert kept == [b"x" * 8, b""]


def test_it_is_the_one_that_writes_files(settings: Settings) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "ingestion.upload_handler.LimitedUploadHandler",
    ]
