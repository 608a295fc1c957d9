"""Damaged files brought by the page: never a 500, and each ends with words or an account."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from indicators.models import EntityFeeding, Feeding
from ingestion import tasks
from ingestion.models import Extract, State
from tests.faults.mutations import SEEDS, mutations
from tests.ingestion.world import build

pytestmark = pytest.mark.django_db

EACH = 8
TERMS = ("accepted", "duplicates", "out_of_scope", "quarantined", "refused")


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_brought_by_the_page_never_breaks_it(
    name: str,
    owner: User,
    owner_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    build()
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", sent.append)
    asked: dict[str, Any] = {"kind": "monthly", "region": "27", "mode": ""}

    for damaged in mutations(name, EACH, seed=7):
        file = SimpleUploadedFile(name, damaged)
        answer = owner_client.post("/fichiers-mensuels/", {**asked, "file": file})
        assert answer.status_code in {302, 400}
    for pk in sent:
        tasks.process_extract(pk)
        assert owner_client.get(f"/fichiers-mensuels/{pk}/").status_code == 200

    assert len(sent) == Extract.objects.count() > 0
    for extract in Extract.objects.all():
        assert extract.state in {State.READY, State.REFUSED, State.TO_MAP}
        assert "Erreur interne" not in extract.message
        assert extract.message or extract.state == State.READY
        if extract.counts:
            assert sum(extract.counts[term] for term in TERMS) == extract.counts["read"]
    # Read, and nothing more: nobody has published them.
    assert not Feeding.objects.exists()
    assert not EntityFeeding.objects.exists()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
