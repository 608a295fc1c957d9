"""A snapshot shows the figures as they stood at once, whatever is published meanwhile."""

from __future__ import annotations

import threading

import pytest
from django.db import InternalError, connection, transaction

from indicators.snapshot import snapshot
from reference.models import DataVersion, current_data_version, raise_data_version


@pytest.fixture
def _version() -> None:
    DataVersion.objects.get_or_create(pk=1)


def publish_elsewhere() -> None:
    """Raise the version over another connection, committed on return."""

    def publish() -> None:
        raise_data_version("publication")
        connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_version")
def test_a_publication_in_between_is_not_seen() -> None:
    with snapshot() as number:
        publish_elsewhere()
        within = current_data_version()

    assert within == number
    assert current_data_version() == number + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_version")
def test_nothing_can_be_written_inside() -> None:
    with pytest.raises(InternalError, match="read-only"), snapshot():
        raise_data_version("écriture")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_version")
def test_inside_a_transaction_that_one_is_used() -> None:
    with transaction.atomic():
        raised = raise_data_version("dans la transaction")

        with snapshot() as outer, snapshot() as number:
            raised_again = raise_data_version("encore")

    assert outer == number == raised
    assert raised_again == raised + 1
