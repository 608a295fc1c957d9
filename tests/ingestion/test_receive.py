"""Receiving: bytes kept as they came, under names that people and storages both accept."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from hypothesis import given
from hypothesis import strategies as st

from accounts import audit
from accounts.models import AuditEntry
from ingestion.errors import RefusedFile
from ingestion.models import Extract, Kind, State
from ingestion.receive import receive
from ingestion.storage import load_records, local_copy, save_records, shown_name, stored_name
from reference.models import Region
from tests.ingestion.world import brought, build, content, facility, line, published

JANUARY = [line(facility("21", 1), 5)]


def given_file(lines: list[str] = JANUARY, **asked: Any) -> Extract:
    asked.setdefault("region", Region.objects.get(code="27"))
    asked.setdefault("name", "extrait.csv")
    return receive(io.BytesIO(content(lines)), **asked)


@pytest.mark.django_db
def test_a_file_is_kept_byte_for_byte_with_its_name_and_fingerprint() -> None:
    extract = given_file(name="Extrait été (1).csv")

    with extract.file.open("rb") as file:
        kept = file.read()
    assert kept == content(JANUARY)
    assert extract.sha256 == hashlib.sha256(kept).hexdigest()
    assert (extract.size, extract.state) == (len(kept), State.RECEIVED)
    assert extract.original_name == "Extrait été (1).csv"
    assert str(extract.file.name).endswith("-Extrait_ete_1_.csv")


@pytest.mark.django_db
def test_a_reception_is_audited() -> None:
    extract = given_file()

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.region_id) == ("fichier reçu", "extrait.csv", "27")
    assert entry.details["extract"] == extract.pk


@pytest.mark.django_db
def test_a_file_above_the_limit_is_refused_and_not_kept(settings: Any) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10

    with pytest.raises(RefusedFile, match="taille admise"):
        given_file()

    assert not Extract.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.csv"))


class FullDisk(FileSystemStorage):
    """A folder on a disk that has room for a few bytes more, and then none."""

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read(7))
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.django_db
def test_a_full_disk_refuses_the_file_and_keeps_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = given_file()
    monkeypatch.setattr(Extract._meta.get_field("file"), "storage", FullDisk(tmp_path / "full"))

    with pytest.raises(RefusedFile, match="l’espace de stockage est plein"):
        given_file()

    assert not [each for each in (tmp_path / "full").rglob("*") if each.is_file()]
    assert list(Extract.objects.all()) == [first]
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_file_whose_history_cannot_be_opened_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fails(*_said: object, **_details: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(audit, "record", fails)

    with pytest.raises(RuntimeError, match="no audit"):
        given_file()

    assert not Extract.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.csv"))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Kind.REGISTER, Kind.PROGRAMME])
def test_a_register_or_a_list_of_members_has_no_source_and_can_always_come_again(
    kind: str,
) -> None:
    first = given_file(kind=kind)
    Extract.objects.update(state=State.PUBLISHED)

    again = given_file(kind=kind)

    assert (first.kind, first.source) == (kind, None)
    assert again.pk != first.pk


@pytest.mark.django_db
def test_two_files_of_one_name_do_not_write_over_each_other() -> None:
    first, second = given_file(), given_file()

    assert first.file.name != second.file.name


@pytest.mark.django_db
def test_the_same_file_while_in_force_is_the_extract_in_force() -> None:
    build()
    first = published(JANUARY)

    again = given_file()

    assert (again.pk, again.state) == (first.pk, State.PUBLISHED)
    assert Extract.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"mode": "complete"},
        {"month": dt.date(2025, 1, 1)},
        {"confirm_empty": True},
        {"region": None},
    ],
)
def test_the_same_file_asked_otherwise_is_another_extract(asked: dict[str, Any]) -> None:
    build()
    first = published(JANUARY)

    assert given_file(**asked).pk != first.pk


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["replace", "complete"])
def test_the_same_file_counts_again_once_another_spoke_in_its_cells(mode: str) -> None:
    build()
    first = published([*JANUARY, line(facility("25", 1), 2)])
    published([line(facility("21", 2), 9)], mode=mode)

    again = given_file([*JANUARY, line(facility("25", 1), 2)])

    assert again.pk != first.pk


@pytest.mark.django_db
def test_the_same_file_is_received_again_while_the_first_is_not_published() -> None:
    build()
    first = brought(JANUARY)

    assert given_file().pk != first.pk


@given(st.text(max_size=300))
def test_any_name_is_stored_under_a_safe_one(name: str) -> None:
    safe = stored_name(name)

    assert 0 < len(safe) <= 80
    assert safe.isascii()
    assert safe[0] not in ".-_"
    assert not set(safe) & set("/\\ \0")


@given(st.text(max_size=400))
def test_any_name_is_shown_without_folders(name: str) -> None:
    shown = shown_name(name)

    assert 0 < len(shown) <= 255
    assert "/" not in shown
    assert shown.isprintable()


def test_names_keep_their_extensions() -> None:
    assert stored_name("é" * 200 + "janvier.csv.gz").endswith("janvier.csv.gz")
    assert shown_name("C:\\Users\\x\\extrait.csv") == "extrait.csv"


class Bucket(Storage):
    """Files in a dictionary: no folder, no path."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        return File(io.BytesIO(self.kept[name]), name)

    def _save(self, name: str, content: File[bytes]) -> str:
        self.kept[name] = content.read()
        return name

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def exists(self, name: str) -> bool:
        return name in self.kept


@pytest.mark.django_db
def test_files_may_live_in_a_storage_that_is_not_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket()
    for field in ("file", "records"):
        monkeypatch.setattr(Extract._meta.get_field(field), "storage", bucket)
    build()

    extract = published(JANUARY)

    assert extract.state == State.PUBLISHED
    with local_copy(extract.file) as path:
        assert path.read_bytes() == content(JANUARY)
        assert path.suffix == ".csv"


@pytest.mark.django_db
def test_records_come_back_as_they_were_kept() -> None:
    build()
    extract = brought([*JANUARY, line("x", "y", month="?")])
    first = extract.records.name

    records = load_records(extract)
    save_records(extract, records)

    assert extract.records.name == first
    pd.testing.assert_frame_equal(load_records(extract), records)
    assert records["month"].dtype == "datetime64[s]"
