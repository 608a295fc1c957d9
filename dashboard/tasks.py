"""What is prepared beside the pages, so that they open at once after a publication."""

from __future__ import annotations

from celery import shared_task

from dashboard.reading import is_prepared, prepare, say_prepared
from reference.models import Region, current_data_version


@shared_task(ignore_result=True)
def prepare_readings() -> bool:
    """Prepare the reading of every région, once for each data version.

    Returns whether there was something to do. Twice at once does the same work twice and leaves
    the same readings; figures that change meanwhile are prepared at the next beat.
    """
    version = current_data_version()
    if is_prepared(version):
        return False
    for region in Region.objects.order_by("pk"):
        prepare(region)
    say_prepared(version)
    return True
