"""What is prepared beside the pages, so that they open at once after a publication."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready

from dashboard import letters
from dashboard.digest import sending
from dashboard.edition_body import prepare_editions
from dashboard.exporting import keeping, making, scheduled
from dashboard.reading import NEXT, OPENING, alone, is_prepared, leave, prepare, say_prepared
from reference.models import Region, current_data_version


@shared_task(ignore_result=True)
def prepare_readings() -> bool:
    """Prepare the readings of every région, once for each data version, in one worker at a time.

    What pages open on comes first, everywhere; the pages of editions, last. Returns whether there
    was something to do. When figures change meanwhile, the rest is left: the next beat prepares
    what they are now.
    """
    version = current_data_version()
    if is_prepared(version) or not alone():
        return False
    try:
        for some, region in product((OPENING, NEXT), Region.objects.order_by("pk")):
            if current_data_version() != version:
                return True
            prepare(region, some)
        say_prepared(version)
        prepare_editions()  # whatever comes of them, no figure is read again
    finally:
        leave()
    return True


@shared_task(ignore_result=True)
def send_letters() -> int:
    """Write the digests that are due, then send every letter that is; how many were sent."""
    letters.forget_old()
    try:
        sending.write_due()
    finally:  # a digest that cannot be written holds no other letter back
        sent = letters.send_due()
    return sent


@shared_task(acks_late=True, ignore_result=True, time_limit=900)
def make_export(export: str) -> None:
    """Make an export that waits. Sent twice, it does nothing the second time."""
    making.make(UUID(export))


@shared_task(ignore_result=True)
def sweep_exports(*, restarted: bool = False) -> None:
    """Send again the exports that nobody makes. `restarted`: a worker has just started."""
    keeping.send_lost(restarted=restarted)


@shared_task(ignore_result=True)
def purge_exports() -> None:
    """Delete the files that were kept for long enough."""
    keeping.purge()


@shared_task(ignore_result=True)
def schedule_decks() -> None:
    """Have the deck of each région made whose figures have changed since its last one."""
    scheduled.schedule()


@worker_ready.connect
def sweep_exports_at_start(**_signal: Any) -> None:
    """Sweep as soon as a worker starts, without waiting for the scheduler."""
    sweep_exports.delay(restarted=True)
