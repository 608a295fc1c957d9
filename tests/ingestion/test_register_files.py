"""A register brought as a file: previewed exactly, applied wholly or not at all, then told."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import AuditEntry
from ingestion import ground_files, tasks
from ingestion.models import Extract, Kind, LineReport, State
from ingestion.process import process
from ingestion.publishing import publish as publishing
from ingestion.publishing.publish import publish
from ingestion.publishing.rebuild import UnreadableExtractError
from ingestion.receive import receive
from reference.finess.register import apply_register
from reference.models import (
    DataVersion,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    Region,
    RegisterImport,
)
from tests.ingestion import world
from tests.ingestion.world import brought, fed, published
from tests.ingestion.world import line as record
from tests.reference.registers import document, facility, flat, line, number

pytestmark = pytest.mark.django_db

REAL_FILES = Path(__file__).parents[3] / "shared/data/finess"
ONE, TWO = (number("2100", rank) for rank in range(1, 3))
UNKNOWN = world.facility("21", 9)


def received(file: io.BytesIO | bytes, name: str = "registre.csv") -> Extract:
    """A register received for the region, not read."""
    content = file if isinstance(file, io.BytesIO) else io.BytesIO(file)
    return receive(content, name=name, region=Region.objects.get(pk="27"), kind=Kind.REGISTER)


def read(file: io.BytesIO | bytes) -> Extract:
    return process(received(file))


def known() -> list[Any]:
    """Everything that a register can change, and the version of the data."""
    return [
        sorted(model._default_manager.values_list(*fields))  # any model's
        for model, fields in (
            (Facility, ("finess", "name", "departement", "commune", "seen_on")),
            (LegalEntity, ("finess", "name", "siren")),
            (FacilityCategory, ("code", "label", "sector", "in_perimeter")),
            (RegisterImport, ("sha256", "register_date")),
            (DataVersion, ("number", "ground", "folded_ground")),
        )
    ] + [
        sorted(
            map(str, FacilityPeriod.objects.values_list("facility__finess", "starts_on", "ends_on"))
        )
    ]


def test_the_preview_of_a_register_changes_nothing_and_says_what_it_would_do() -> None:
    apply_register(flat("2021-01-08", line(ONE), line(TWO)), "avant.csv")
    before = known()

    extract = read(
        flat("2022-01-08", line(ONE, category="998"), line("210001385"), line(number("3900", 7)))
    )

    assert known() == before
    assert extract.state == State.READY
    assert extract.counts == {
        "read": 3,
        "accepted": 2,
        "refused": 1,
        "duplicates": 0,
        "out_of_scope": 0,
        "quarantined": 0,
    }
    told = extract.preview
    assert (told["counts"]["created"], told["counts"]["updated"]) == (1, 1)
    assert told["counts"]["closed_by_absence"] == 1
    assert told["covered"] == [["21", "Côte-d’Or"]]
    assert told["new_categories"] == [["998", "Catégorie 998"]]
    assert told["date"] == "2022-01-08"


def test_the_refused_lines_of_a_register_are_remarks_with_a_remedy() -> None:
    extract = read(flat("2022-01-08", line(ONE), line("210001385")))

    (remark,) = extract.line_reports.all()
    assert (remark.line, remark.finess, remark.outcome) == (3, "210001385", "refused")
    assert remark.reason.startswith("Clé du numéro FINESS de l’établissement fausse")
    assert remark.remedy


def test_applying_does_exactly_what_the_preview_said() -> None:
    apply_register(flat("2021-01-08", line(ONE), line(TWO)), "avant.csv")
    extract = read(flat("2022-01-08", line(ONE, category="209"), line(number("2100", 5))))
    foretold = dict(extract.preview)

    extract = publish(extract)

    assert extract.state == State.PUBLISHED
    assert extract.published_at
    done = dict(extract.preview)
    done.pop("replayed")
    assert done == foretold
    assert Facility.objects.filter(finess=number("2100", 5)).exists()


def test_applying_is_audited_once_and_raises_the_ground_which_facts_then_follow() -> None:
    extract = publish(read(flat("2022-01-08", line(ONE))))

    entry = AuditEntry.objects.get(action="registre FINESS appliqué")
    assert entry.details["extract"] == extract.pk
    assert entry.details["counts"]["created"] == 1
    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground > 1


def test_publishing_twice_applies_once() -> None:
    extract = publish(read(flat("2022-01-08", line(ONE))))

    publish(extract)

    assert RegisterImport.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"mois;finess\n2025-01;1\n", "n’est pas un registre FINESS"),
        (b"", "le fichier est vide"),
        (b"finess;etalab;93;2022-01-08\n", "aucun établissement"),
        (document("2022-01-08", facility(ONE)).getvalue()[:-20], "incomplet"),
    ],
)
def test_what_is_no_whole_register_is_refused_in_french(content: bytes, reason: str) -> None:
    before = known()

    extract = read(content)

    assert extract.state == State.REFUSED
    assert reason in extract.message
    assert "Déposez le fichier tel que le publie le registre" in extract.message
    assert known() == before


def test_a_register_whose_lines_are_all_refused_is_refused() -> None:
    extract = read(flat("2022-01-08", line("210001385")))

    assert extract.state == State.REFUSED
    assert "Aucun enregistrement accepté" in extract.message


def test_a_register_lost_since_its_preview_is_refused_when_applied() -> None:
    extract = read(flat("2022-01-08", line(ONE)))
    Path(extract.file.path).write_bytes(b"mois;finess\n")

    extract = publish(extract)

    assert extract.state == State.REFUSED
    assert not Facility.objects.exists()


def test_a_register_taken_back_while_it_is_applied_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = read(flat("2022-01-08", line(ONE)))
    before = known()

    def taken_back(file: Any, name: str, **scope: Any) -> Any:
        Extract.objects.filter(pk=extract.pk).update(state=State.WITHDRAWN)
        return apply_register(file, name, **scope)

    monkeypatch.setattr("ingestion.ground_files.register.apply_register", taken_back)
    Extract.objects.filter(pk=extract.pk).update(state=State.PUBLISHING)

    ground_files.apply(extract)

    assert known() == before


def test_a_worker_killed_while_applying_leaves_nothing_half_done_and_the_next_one_finishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = read(flat("2022-01-08", line(ONE)))
    before = known()

    class Killed(BaseException):
        """As a signal would stop the process: no handler of ours sees it."""

    def die(*_args: Any, **_details: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("ingestion.trail.record", die)
        with pytest.raises(Killed):
            publish(extract)
    assert known() == before
    assert Extract.objects.get().state == State.PUBLISHING

    tasks.process_extract(extract.pk)

    assert Extract.objects.get().state == State.PUBLISHED
    assert Facility.objects.filter(finess=ONE).exists()


def test_a_database_that_fails_while_applying_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = read(flat("2022-01-08", line(ONE)))

    def fail(*_args: Any, **_scope: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("ingestion.ground_files.register.apply_register", fail)

    with pytest.raises(OperationalError):
        publish(extract)
    assert Extract.objects.get().state == State.PUBLISHING


def test_an_unexpected_error_hands_the_register_back_under_a_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = read(flat("2022-01-08", line(ONE)))
    monkeypatch.setattr("ingestion.ground_files.register.apply_register", lambda *_args: 1 / 0)

    extract = publish(extract)

    assert extract.state == State.READY
    assert "Erreur interne, signalée sous la référence" in extract.message


def test_a_register_stays_applied_when_a_monthly_file_stops_the_figures_from_following(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = Extract(pk=7, original_name="perdu.csv")

    def fail() -> None:
        raise UnreadableExtractError(lost)

    monkeypatch.setattr(publishing, "rebuild_stale", fail)

    extract = publish(read(flat("2022-01-08", line(ONE))))

    assert extract.state == State.PUBLISHED
    assert "les chiffres publiés ne sont pas recalculés" in extract.message
    assert "n° 7, «\u202fperdu.csv\u202f»" in extract.message


# --- Lines that waited -----------------------------------------------------------------------


def register_of_the_world(*more: str) -> io.BytesIO:
    """A register that holds the facilities of the world's region, and some more."""
    homes = [
        line(
            world.facility(departement, rank),
            entity=world.entity(departement, rank),
            departement=departement,
            opens="2010-01-01",
        )
        for departement, count in world.HOMES.items()
        for rank in range(1, count + 1)
    ]
    added = [line(finess, entity=world.entity("21", 9), opens="2010-01-01") for finess in more]
    return flat("2025-06-01", *homes, *added)


def test_the_preview_counts_the_waiting_lines_that_would_be_taken_up() -> None:
    world.build()
    known_home = world.facility("21", 1)
    published(
        [
            record(known_home, 5),
            record(UNKNOWN, 7),
            record(known_home, 6, month="2025-02"),
            record(UNKNOWN, 8, month="2025-02"),
        ]
    )

    extract = read(register_of_the_world(UNKNOWN))

    assert extract.preview["replayable"] == {"lines": 2, "months": 2}
    assert LineReport.objects.filter(outcome="quarantined").count() == 2


def test_a_later_register_takes_waiting_lines_up_into_their_months_and_both_reports_say_so() -> (
    None
):
    world.build()
    waited = published([record(world.facility("21", 1), 5), record(UNKNOWN, 7)])

    extract = publish(read(register_of_the_world(UNKNOWN)))

    assert fed()[("2025-01", UNKNOWN, "SYNTH")] == 7
    extract.refresh_from_db()
    assert extract.preview["replayed"] == [
        {"extract": waited.pk, "name": "extrait.csv", "lines": 1}
    ]
    waited.refresh_from_db()
    (replay,) = waited.replays
    assert (replay["lines"], replay["accepted"], replay["still"]) == (1, 1, 0)
    assert replay["on"] == timezone.localdate().isoformat()


def test_a_file_that_is_only_ready_is_read_through_the_register_when_it_is_published() -> None:
    world.build()
    ready = brought([record(world.facility("21", 1), 5), record(UNKNOWN, 7)])
    publish(read(register_of_the_world(UNKNOWN)))

    publish(ready)

    assert fed()[("2025-01", UNKNOWN, "SYNTH")] == 7


def test_a_register_that_changes_nothing_has_nothing_to_tell_of_replays() -> None:
    apply_register(flat("2022-01-08", line(ONE)), "avant.csv")

    extract = publish(read(flat("2022-01-08", line(ONE))))

    assert extract.preview["changed"] is False
    assert extract.preview["replayed"] == []


# --- Real files ------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL_FILES.exists(), reason="without the real registers")
def test_the_real_registers_go_through_the_road_one_after_the_other() -> None:
    legacy = REAL_FILES / "etalab-cs1100502-bfc-20210108.csv.gz"
    plus = REAL_FILES / "finess-structures-mensuel-202607-echantillon.json.gz"

    first = publish(process(received(legacy.read_bytes(), legacy.name)))
    second = process(received(plus.read_bytes(), plus.name))
    foretold = dict(second.preview)
    second = publish(second)
    second.refresh_from_db()

    assert first.preview["counts"]["created"] == 4948
    assert len(first.preview["covered"]) == 8
    assert second.preview["counts"]["read"] == 1753
    assert second.preview["counts"]["closed_by_absence"] == 0
    assert {**foretold, "replayed": []} == second.preview
    assert Facility.objects.count() > 4948


# --- A région's administrators change their région --------------------------------------------


def test_the_register_of_a_region_leaves_the_facilities_of_others_as_they_were() -> None:
    brittany = [number("3500", rank) for rank in (1, 2)]
    apply_register(flat("2021-01-08", line(ONE), *map(breton, brittany)), "avant.csv")
    LegalEntity.objects.update(name="OG D’AVANT")
    before = world_of("35")

    extract = publish(
        read(
            flat(
                "2022-01-08",
                line(ONE, category="209"),
                breton(brittany[0], category="209"),  # changed; the other one is no longer there
                breton(number("3500", 7)),
                line(number("2100", 7)),
            )
        )
    )

    assert extract.state == State.PUBLISHED
    assert world_of("35") == before
    assert set(LegalEntity.objects.values_list("name", flat=True)) == {"OG D’AVANT"}
    assert (extract.counts["accepted"], extract.counts["out_of_scope"]) == (2, 2)
    assert Facility.objects.filter(finess=number("2100", 7)).exists()
    assert [code for code, _ in extract.preview["covered"]] == ["21"]
    assert RegisterImport.objects.latest("pk").scope == sorted(
        Region.objects.get(pk="27").departements.values_list("code", flat=True)
    )


def test_the_register_of_a_region_takes_no_facility_of_another_by_moving_it() -> None:
    apply_register(flat("2021-01-08", breton(number("3500", 1)), line(ONE)), "avant.csv")
    before = world_of("35")

    publish(read(flat("2022-01-08", line(number("3500", 1), category="209"), line(ONE))))

    assert world_of("35") == before


def test_what_a_region_left_out_a_national_import_of_the_same_file_still_closes() -> None:
    brittany = [number("3500", rank) for rank in (1, 2)]
    apply_register(flat("2021-01-08", line(ONE), *map(breton, brittany)), "avant.csv")
    later = flat("2022-01-08", line(ONE), breton(brittany[0]))
    publish(read(io.BytesIO(later.getvalue())))

    assert apply_register(later, "france.csv").closed_by_absence == 1


def breton(finess: str, **fields: str) -> str:
    """A line of another région."""
    return line(finess, departement="35", **fields)


def world_of(departement: str) -> list[Any]:
    """What is known of the facilities of a département."""
    return sorted(
        map(
            str,
            Facility.objects.filter(departement=departement).values_list(
                "finess", "name", "seen_on", "periods__starts_on", "periods__ends_on",
                "periods__category", "periods__legal_entity",
            ),
        )
    )  # fmt: skip
