"""Load the demonstration through the real pipeline: registers, accounts, a file per month.

Each step is skipped when it was done before, so that a load that was interrupted is finished by
calling it again, and that a finished one does nothing.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings

from ingestion import notices
from ingestion.demo import accounts, events, files, programme
from ingestion.demo.register import (
    REGISTER_DATES,
    entity_name,
    is_fictitious,
    write_register,
)
from ingestion.demo.story import (
    FIRST_MONTH,
    LAST_MONTH,
    NEXT_MONTH,
    REGION,
    load_labels,
    load_story,
)
from ingestion.demo.volumes import Demo, draw_demo
from ingestion.locks import DEMO, work_lock
from ingestion.models import Extract, State
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.receive import receive
from reference.finess.register import apply_register
from reference.models import Facility, LegalEntity, Programme, Region, RegisterImport
from reference.months import in_french, span

SEED = 20240101
ACCOUNTS_FILE = "accounts.json"
PROGRAMME, PROGRAMME_FILE = "esms-numerique", "membres_esms_numerique_fictifs.csv"
DONE = (State.PUBLISHED, State.SUPERSEDED)


class DemoRefused(Exception):  # noqa: N818  # as RefusedFile: what happened, not an error
    """The demonstration cannot be loaded here; the message says why, in French."""


def folder() -> Path:
    """Where the demonstration leaves its accounts and the files for the newcomer to bring."""
    return Path(settings.MES_DATA_DIR) / "demo"


def load_demo(tell: Callable[[str], object]) -> None:
    """Load what is missing of the demonstration; `tell` is given a French line per step done.

    Raises:
        DemoRefused: the database already holds real facilities, or a file was not published.
    """
    # Two loads at once would each receive the same months: the second one waits, and finds them.
    with work_lock(DEMO, wait=True), notices.silenced():
        _load(tell)


def is_loaded() -> bool:
    """Whether every month of the demonstration was published here."""
    names = [files.file_name(month) for month in span(FIRST_MONTH, LAST_MONTH)]
    done = Extract.objects.filter(original_name__in=names, state__in=DONE)
    return done.values("original_name").distinct().count() == len(names)


def _load(tell: Callable[[str], object]) -> None:
    """As `load_demo`, by the only one that loads."""
    loaded = is_loaded()
    if not loaded and any(
        not is_fictitious(n) for n in Facility.objects.values_list("finess", flat=True)
    ):
        raise DemoRefused(
            "Cette base contient déjà des établissements réels\u202f: la démonstration ne s’y "
            "charge pas. Choisissez une base vide (DATABASE_URL ou MES_DATA_DIR)."
        )
    accounts.ensure_accounts(folder() / ACCOUNTS_FILE)
    if not loaded:
        _apply_registers(tell)
        events.ensure_events()  # at the first load only: those that people remove stay removed
        for month in span(FIRST_MONTH, LAST_MONTH):
            _publish_month(month, tell)
    _leave(folder() / files.file_name(NEXT_MONTH), lambda: _month_file(NEXT_MONTH))
    Programme.objects.get_or_create(code=PROGRAMME, defaults={"name": "ESMS Numérique"})
    _leave(folder() / PROGRAMME_FILE, lambda: programme.write_members(_demo(), SEED))


@cache
def _demo() -> Demo:
    return draw_demo(load_story(), SEED)


def _month_file(month: dt.date) -> bytes:
    return files.write_month(_demo(), month, load_labels())


def _apply_registers(tell: Callable[[str], object]) -> None:
    for date in REGISTER_DATES:
        name = f"registre_fictif_{date}.csv"
        if not RegisterImport.objects.filter(file_name=name).exists():
            apply_register(io.BytesIO(write_register(_demo().facilities, date)), name)
            tell(f"Registre fictif du {date:%d/%m/%Y} appliqué.")
    # This layout gives no name to legal entities; without one, a page would show numbers only.
    unnamed = list(LegalEntity.objects.filter(name=""))
    for entity in unnamed:
        entity.name = entity_name(entity.finess)
    LegalEntity.objects.bulk_update(unnamed, ["name"], batch_size=1000)


def _publish_month(month: dt.date, tell: Callable[[str], object]) -> None:
    extract = _extract_of(month)
    if extract.state in DONE:
        return
    # A worker may have taken it up already: both do the same work, one after the other.
    with work_lock(extract.pk, wait=True):
        extract = publish(process(Extract.objects.get(pk=extract.pk)))
    if extract.state not in DONE:
        raise DemoRefused(
            f"Le fichier fictif de {in_french(month)} n’a pas été publié\u202f: {extract.message}"
        )
    tell(f"{in_french(month).capitalize()} publié.")


def _extract_of(month: dt.date) -> Extract:
    """The file of a month as an earlier load left it, else received now."""
    name = files.file_name(month)
    left = Extract.objects.filter(original_name=name).exclude(state=State.REFUSED)
    return left.order_by("pk").last() or receive(
        io.BytesIO(_month_file(month)),
        name=name,
        region=Region.objects.get(code=REGION),
        publish=True,
        author=accounts.administrator(),
    )


def _leave(path: Path, content: Callable[[], bytes]) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(content())
        draft.replace(path)
