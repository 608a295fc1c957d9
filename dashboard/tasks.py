"""What is prepared beside the pages, so that they open at once after a publication."""

from __future__ import annotations

from celery import shared_task

from dashboard import letters
from dashboard.reading import alone, is_prepared, leave, prepare, say_prepared
from dashboard.digest import sending
from reference.models import Region, current_data_version


@shared_task(ignore_result=True)
def prepare_readings() -> bool:
    """Prepare the readings of every région, once for each data version, in one worker at a time.

    Returns whether there was something to do. Figures that change meanwhile are prepared at the
    next beat.
    """
    version = current_data_version()
    if is_prepared(version) or not alone():
        return False
    try:
        for region in Region.objects.order_by("pk"):
            prepare(region)
        say_prepared(version)
    finally:
        leave()
    return True


@shared_task(ignore_result=True)
def send_letters() -> int:
    """Write the digests that are due, then send every letter that is; how many were sent."""
    sending.write_due()
    return letters.send_due()
