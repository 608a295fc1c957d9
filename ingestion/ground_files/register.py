"""A FINESS register brought as a file: what applying it would do, then its application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ingestion import trail
from ingestion.errors import RefusedFile
from ingestion.ground_files import report
from ingestion.ground_files.report import LineRemark
from ingestion.models import Extract, Outcome
from ingestion.storage import local_copy
from ingestion.waiting import recognised_again
from reference.finess.register import RegisterReport, apply_register, rehearse_register
from reference.finess.rows import RegisterError, Remark
from reference.models import Departement, FacilityCategory, current_data_version

AUDITED = "registre FINESS appliqué"
_REFUSED_REMEDY = (
    "Rien à faire si la ligne ne vous concerne pas\u202f; sinon, signalez-la au gestionnaire du "
    "registre FINESS. Ce que l’on savait de l’établissement est gardé."
)
_WARNING_REMEDY = "Vérifiez l’établissement dans FINESS."


def read(extract: Extract) -> None:
    """Rehearse a register: its preview is what applying it now would do, exactly.

    Raises:
        RefusedFile: it is no register, is cut, or holds no facility.
    """
    # Read first: what changes meanwhile makes the preview stale, never fresh.
    version = current_data_version()
    with local_copy(extract.file) as path:
        try:
            told, preview = rehearse_register(
                path, extract.original_name, _preview, scope=_scope(extract)
            )
        except RegisterError as error:
            raise _refusal(error) from error
    _write(extract, told, {**preview, "version": version})


def apply(extract: Extract) -> None:
    """Apply a register inside the transaction that publishes it; its report replaces the preview.

    The facts are read through it afterwards, by whoever first looks: see `waiting.tell_replays`.

    Raises:
        RefusedFile: as `read`.
    """
    with local_copy(extract.file) as path:
        try:
            told = apply_register(path, extract.original_name, scope=_scope(extract))
        except RegisterError as error:
            raise _refusal(error) from error
    # None: to be told once the published facts have been read through it.
    _write(
        extract,
        told,
        {
            **_preview(told),
            "version": extract.preview["version"],
            "replayed": None if told.changed else [],
        },
    )
    trail.record(
        AUDITED,
        extract,
        actor=None,
        counts=told.as_counts(),
    )


def _scope(extract: Extract) -> list[str] | None:
    """The départements that a register may change: those of its région, all for a national one."""
    if extract.region is None:
        return None
    return list(extract.region.departements.values_list("code", flat=True))


def _refusal(error: RegisterError) -> RefusedFile:
    """A register that cannot be read, as people are told of it."""
    reason = str(error).replace("'", "’")
    return RefusedFile(
        f"Registre refusé\u202f: {reason}.",
        "Déposez le fichier tel que le publie le registre FINESS, en .csv, .json ou .gz.",
    )


def _write(extract: Extract, told: RegisterReport, preview: dict[str, Any]) -> None:
    refused, elsewhere = len(told.refused), told.out_of_scope
    accepted = told.read - refused - elsewhere
    report.write(
        extract,
        {"accepted": accepted, "refused": refused, "out_of_scope": elsewhere},
        _remarks(told.refused, told.warnings),
        preview,
    )


def _preview(told: RegisterReport) -> dict[str, Any]:
    """What a register does, as JSON, read while it stands applied: the names are those it gives.

    `replayable`: the waiting lines whose number is known now.
    """
    lines, months = recognised_again()
    names = dict(Departement.objects.values_list("code", "name"))
    new = FacilityCategory.objects.filter(pk__in=told.new_categories)
    labels = dict(new.values_list("code", "label"))
    return {
        "layout": told.layout,
        "date": told.date.isoformat(),
        "counts": told.as_counts(),
        "entities_changed": told.entities_changed,
        "changed": told.changed,
        "covered": [[code, names[code]] for code in told.covered],
        "uncovered": [
            [each.departement, names[each.departement], each.present, each.known]
            for each in told.uncovered
        ],
        "replayable": {"lines": lines, "months": months},
        "new_categories": [[code, labels.get(code, "")] for code in told.new_categories],
    }


def _remarks(refused: Iterable[Remark], warnings: Iterable[Remark]) -> Iterator[LineRemark]:
    kinds = (
        (refused, Outcome.REFUSED, "register_refused", _REFUSED_REMEDY),
        (warnings, Outcome.ACCEPTED, "register_to_verify", _WARNING_REMEDY),
    )
    for remarks, outcome, code, remedy in kinds:
        for each in remarks:
            reason = each.reason[:1].upper() + each.reason[1:] + "."
            reason = reason.replace("'", "’")
            yield LineRemark(each.line, each.finess, "", each.finess, outcome, code, reason, remedy)
