"""What withdrawing a file or a month leaves, and what may not bring it back."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, User
from ingestion.history.acts import (
    RefusedActError,
    republish,
    reread,
    withdraw,
    withdraw_month,
)
from ingestion.history.purge import purge
from ingestion.models import Extract, Kind, State
from ingestion.publishing.publish import publish, rebuild_stale
from reference.models import DataVersion, Region, raise_data_version
from tests.ingestion.world import (
    MONTH,
    add_facility,
    brought,
    build,
    covered,
    facility,
    fed,
    line,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2 = facility("21", 1), facility("21", 2)
B1 = facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def bfc() -> Region:
    return Region.objects.get(code="27")


def again(extract: Extract) -> Extract:
    """Published again, as the worker does once it was asked."""
    return publish(republish(extract, actor=None))


# --- Withdraw --------------------------------------------------------------------------------


def test_a_cell_whose_only_file_is_withdrawn_is_not_received() -> None:
    extract = published([line(A1, 5), line(B1, 9)])
    published([line(B1, 8)])
    before = DataVersion.objects.get().number

    after = withdraw(extract, actor=None)

    assert after.state == State.WITHDRAWN
    assert fed() == {("2025-01", B1, "SYNTH"): 8}
    assert covered() == {("2025-01", "25")}
    assert DataVersion.objects.get().number == before + 1


def test_a_cell_becomes_what_its_other_files_in_force_say() -> None:
    published([line(A1, 5), line(A2, 7)])
    extract = published([line(A1, 6)], mode="complete")

    withdraw(extract, actor=None)

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", A2, "SYNTH"): 7}


def test_a_file_that_was_replaced_does_not_come_back_by_itself() -> None:
    first = published([line(A1, 5)])

    withdraw(published([line(A1, 6)]), actor=None)

    first.refresh_from_db()
    assert (first.state, covered()) == (State.SUPERSEDED, set())


def test_a_file_that_waits_is_set_aside_and_nothing_else_changes() -> None:
    published([line(A1, 5)])
    before = DataVersion.objects.get().number

    after = withdraw(brought([line(A1, 6)], publish=True), actor=None)

    assert (after.state, after.publish_when_ready) == (State.WITHDRAWN, False)
    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert DataVersion.objects.get().number == before
    assert publish(after).state == State.WITHDRAWN


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.READING, "en cours de traitement"),
        (State.PUBLISHING, "en cours de traitement"),
        (State.SUPERSEDED, "rien à retirer"),
        (State.WITHDRAWN, "rien à retirer"),
        (State.PURGED, "rien à retirer"),
    ],
)
def test_what_is_busy_or_nowhere_in_force_is_not_withdrawn(state: str, said: str) -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=state)

    with pytest.raises(RefusedActError, match=said):
        withdraw(extract, actor=None)

    assert Extract.objects.get().state == state


def test_a_published_register_is_not_withdrawn() -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=State.PUBLISHED, kind=Kind.REGISTER)

    with pytest.raises(RefusedActError, match="ne se retire pas"):
        withdraw(extract, actor=None)


def test_every_act_is_audited(owner: User) -> None:
    extract = published([line(A1, 5)])

    withdraw(extract, actor=owner)
    publish(republish(extract, actor=owner))
    withdraw_month(bfc(), MONTH, actor=owner)
    reread(extract, actor=owner)
    purge(extract, actor=owner, reason="des noms")

    acts = AuditEntry.objects.filter(actor=owner).order_by("pk").values_list("action", flat=True)
    assert list(acts) == [
        "fichier retiré",
        "republication demandée",
        "mois retiré",
        "fichier reçu",
        "relecture demandée",
        "fichier purgé",
    ]
    assert AuditEntry.objects.get(action="fichier purgé").details["reason"] == "des noms"
    assert AuditEntry.objects.filter(action="fichier publié").count() == 2


def test_a_withdrawn_month_is_not_received_and_its_files_stay_where_they_speak_elsewhere() -> None:
    january = published([line(A1, 5)])
    both = published([line(B1, 9), line(B1, 4, month="2025-02")])

    withdraw_month(bfc(), MONTH, actor=None)

    states = dict(Extract.objects.values_list("pk", "state"))
    assert covered() == {("2025-02", "25")}
    assert states == {january.pk: State.WITHDRAWN, both.pk: State.PUBLISHED}


def test_withdrawing_a_month_leaves_other_regions_alone() -> None:
    published([line(A1, 5), line(facility("35", 1), 6)], region=None)

    withdraw_month(bfc(), MONTH, actor=None)

    assert covered() == {("2025-01", "35")}


def test_a_month_where_nothing_is_published_cannot_be_withdrawn() -> None:
    with pytest.raises(RefusedActError, match="Rien n’est publié pour janvier 2025"):
        withdraw_month(bfc(), MONTH, actor=None)


# --- What a later register may not bring back --------------------------------------------------


def newcomer(departement: str = "25") -> str:
    """A facility that no register knows yet, and the register that will."""
    return facility(departement, 9)


def arrives(departement: str = "25") -> None:
    add_facility(departement, 9)
    raise_data_version("registre", ground=True)


@pytest.mark.parametrize("known", [True, False])
def test_a_withdrawn_month_does_not_come_back_with_the_next_register(known: bool) -> None:
    lines = [line(A1, 4, month="2025-02"), line(newcomer(), 3)]
    published([*lines, line(A1, 5)] if known else lines)
    published([line(A2, 5)])
    withdraw_month(bfc(), MONTH, actor=None)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-02", "21")}


def test_a_withdrawn_month_speaks_again_once_its_file_is_republished() -> None:
    extract = published([line(A1, 4, month="2025-02"), line(A1, 5), line(newcomer(), 3)])
    withdraw_month(bfc(), MONTH, actor=None)
    again(extract)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-01", "21"), ("2025-01", "25"), ("2025-02", "21")}


def test_what_a_withdrawn_file_had_replaced_does_not_come_back_with_the_next_register() -> None:
    published([line(A1, 5), line(newcomer(), 3)])
    withdraw(published([line(B1, 6)]), actor=None)
    arrives()

    rebuild_stale()

    assert covered() == {("2025-01", "21")}


def test_a_withdrawal_that_meets_a_new_register_reads_every_cell_through_it() -> None:
    extract = published([line(A1, 5)])
    published([line(A2, 1, month="2025-02"), line(newcomer(), 3, month="2025-02")])
    arrives()

    withdraw(extract, actor=None)

    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground
    assert covered() == {("2025-02", "21"), ("2025-02", "25")}


def test_a_file_that_cannot_be_read_any_more_can_still_be_withdrawn() -> None:
    lost = published([line(A1, 5)])
    published([line(B1, 6)])
    lost.records.storage.delete(str(lost.records.name))
    raise_data_version("registre", ground=True)

    withdraw(lost, actor=None)

    assert fed() == {("2025-01", B1, "SYNTH"): 6}


def test_a_file_whose_loss_stops_a_withdrawal_is_named() -> None:
    lost = published([line(A1, 5)], name="perdu.csv")
    extract = published([line(A1, 6)], mode="complete")
    lost.records.storage.delete(str(lost.records.name))
    # What its check found is kept too, and serves until the ground is another one.
    Extract.objects.filter(pk=lost.pk).update(checked_ground=None)

    with pytest.raises(RefusedActError, match=f"n° {lost.pk}, «\u202fperdu.csv\u202f»"):
        withdraw(extract, actor=None)

    assert fed() == {("2025-01", A1, "SYNTH"): 6}
