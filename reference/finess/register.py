"""Apply a register: one transaction, set-based, never rewriting history.

A category or a legal entity that changes closes the open period on the eve of the register's
date and opens another. What a full register no longer holds is closed at its date; départements
that the file does not cover are left alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from django.db import connection, transaction

from reference.finess import statements
from reference.finess.layout import Register, open_register
from reference.finess.rows import RegisterError, RegisterRow, Remark
from reference.models import (
    Departement,
    RegisterImport,
    lock_data_version,
    raise_data_version,
)

Seen = TypeVar("Seen")

ACTIONS = ("created", "updated", "closed", "reopened", "unchanged")
KEPT_REFUSALS = 1000  # in the history of imports; the report of the moment has them all


@dataclass(frozen=True)
class Uncovered:
    """A département of which the file holds too little to close anything."""

    departement: str
    known: int
    present: int


@dataclass
class RegisterReport:
    """What a register did.

    `counts`: facilities of the file by fate (created, updated, closed, reopened, unchanged);
    with the refused ones and those `out_of_scope` they add up to `read`. `closed_by_absence`
    counts facilities that the file does not hold.
    """

    file_name: str
    layout: str
    date: dt.date
    sha256: str
    read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACTIONS, 0))
    out_of_scope: int = 0
    closed_by_absence: int = 0
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)
    uncovered: list[Uncovered] = field(default_factory=list)
    new_categories: list[str] = field(default_factory=list)
    entities_changed: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything that a figure or a page shows is no longer as it was."""
        moved = sum(self.counts.values()) - self.counts["unchanged"]
        return bool(moved or self.closed_by_absence or self.entities_changed)

    def as_counts(self) -> dict[str, int]:
        """The counts, as commands and the history of imports give them."""
        return {
            "read": self.read,
            **self.counts,
            "refused": len(self.refused),
            "out_of_scope": self.out_of_scope,
            "closed_by_absence": self.closed_by_absence,
        }


def apply_register(
    file: Path | IO[bytes], file_name: str, *, scope: Collection[str] | None = None
) -> RegisterReport:
    """Apply a register of any of the three layouts, wholly or not at all.

    `scope`: the départements whose facilities it may change (None: all of them). The rows of
    others are counted and left out, and a legal entity that has facilities there keeps its name.

    The same register again changes nothing and does not raise the data version; a row older
    than the last register that held its facility changes nothing either.

    Raises:
        RegisterError: when the file is no register, is cut, or holds no facility.
        OSError: when the path cannot be opened.
    """
    with open_register(file) as register, transaction.atomic():
        report = RegisterReport(file_name, register.layout, register.date, register.sha256)
        with connection.cursor() as cursor:
            cursor.execute(statements.CREATE_STAGING)
            _stage(cursor, register, report)
            # From here on other writers wait: reading the file needs none of what they write.
            lock_data_version()
            _leave_out(cursor, report, scope)
            _plan(cursor, report, scope)
            _apply(cursor, report, scope)
            cursor.execute(statements.DROP_STAGING)
        _check_identity(report)
        _remember(report, scope)
    return report


def rehearse_register(
    file: Path | IO[bytes],
    file_name: str,
    look: Callable[[RegisterReport], Seen],
    *,
    scope: Collection[str] | None = None,
) -> tuple[RegisterReport, Seen]:
    """What `apply_register` would do, exactly: done, looked at by `look`, then undone.

    Readers see nothing of it. Other writers of figures wait while it is written and undone, as
    they do for a real one, but not while the file is read.

    Raises:
        RegisterError, OSError: as `apply_register`.
    """
    with transaction.atomic():
        report = apply_register(file, file_name, scope=scope)
        seen = look(report)
        transaction.set_rollback(True)
    return report, seen


def _stage(cursor: Any, register: Register, report: RegisterReport) -> None:
    """Send the readable rows to the database as they are read; keep the others' reasons."""
    # Read before the COPY, which keeps the connection to itself.
    departements = set(Departement.objects.values_list("code", flat=True))
    with cursor.copy(f"COPY register_row ({statements.COLUMNS}) FROM STDIN") as copy:
        for row in _readable(register.rows, departements, report):
            copy.write_row((
                row.line, row.finess, row.name, row.departement, row.commune, row.category,
                row.category_label, row.entity, row.entity_name, row.siren, row.opens, row.closes,
            ))  # fmt: skip
    if not report.read:
        raise RegisterError("le registre ne contient aucun établissement")
    report.warnings = register.warnings
    with cursor.copy("COPY register_cited (finess) FROM STDIN") as copy:
        for remark in report.refused:
            copy.write_row((remark.finess,))
    cursor.execute("ANALYZE register_row")


def _readable(
    rows: Iterable[RegisterRow | Remark], departements: set[str], report: RegisterReport
) -> Iterable[RegisterRow]:
    """The rows that can be applied, the others going to the report with their reason."""
    seen: set[str] = set()
    for row in rows:
        report.read += 1
        if isinstance(row, Remark):
            report.refused.append(row)
        elif row.departement not in departements:
            reason = f"département inconnu\u202f: «\u202f{row.departement}\u202f»"
            report.refused.append(Remark(row.line, row.finess, reason))
        elif row.finess in seen:
            reason = "établissement déjà présent plus haut dans le fichier"
            report.refused.append(Remark(row.line, row.finess, reason))
        else:
            seen.add(row.finess)
            yield row


def _leave_out(cursor: Any, report: RegisterReport, scope: Collection[str] | None) -> None:
    """Forget the rows of facilities that are, or would be, out of the scope."""
    if scope is not None:
        cursor.execute(statements.DELETE_OUT_OF_SCOPE, {"scope": list(scope)})
        report.out_of_scope = cursor.rowcount


def _plan(cursor: Any, report: RegisterReport, scope: Collection[str] | None) -> None:
    """Say what each row does and what the file covers, before anything is written."""
    date = {"date": report.date}
    cursor.execute(statements.CREATE_PLAN, date)
    cursor.execute("ANALYZE register_plan")
    cursor.execute("SELECT action, count(*) FROM register_plan GROUP BY action")
    report.counts.update(cursor.fetchall())
    _judge_coverage(cursor, report, scope)
    cursor.execute(statements.SELECT_MOVED_AWAY)
    for line, finess, told, known in cursor.fetchall():
        reason = f"département {told} au registre\u202f: reste dans le {known}"
        report.warnings.append(Remark(line, finess, reason))
    cursor.execute(statements.SELECT_CLOSED_EARLY)
    for line, finess, closes, starts_on in cursor.fetchall():
        reason = (
            f"fermeture ({closes:%d/%m/%Y}) antérieure à la période en cours\u202f: "
            f"fermé au {starts_on:%d/%m/%Y}"
        )
        report.warnings.append(Remark(line, finess, reason))
    report.warnings.sort(key=lambda remark: remark.line)


def _judge_coverage(cursor: Any, report: RegisterReport, scope: Collection[str] | None) -> None:
    """Say in which départements a facility that the file lacks is one that closed.

    A file that comes again covers no more than the first time: the facilities that it brought
    itself would speak for it.
    """
    before = list(RegisterImport.objects.filter(sha256=report.sha256))
    cursor.execute(statements.SELECT_COVERAGE, {"date": report.date})
    for departement, known, present, covered in cursor.fetchall():
        if scope is not None and departement not in scope:
            continue
        same = (each for each in before if each.scope is None or departement in each.scope)
        last = next(same, None)
        if covered and (last is None or departement in last.departements):
            report.covered.append(departement)
        else:
            report.uncovered.append(Uncovered(departement, known, present))


def _apply(cursor: Any, report: RegisterReport, scope: Collection[str] | None) -> None:
    """Write what was planned; the order matters: a period is ended before the next begins."""
    date = {"date": report.date}
    cursor.execute(statements.INSERT_CATEGORIES)
    report.new_categories = [code for (code,) in cursor.fetchall()]
    cursor.execute(statements.INSERT_ENTITIES)
    elsewhere = {"scope": None if scope is None else list(scope)}
    cursor.execute(statements.UPDATE_ENTITIES, elsewhere)
    report.entities_changed = cursor.rowcount
    cursor.execute(statements.INSERT_FACILITIES, date)
    cursor.execute(statements.UPDATE_FACILITIES, date)
    cursor.execute(statements.CORRECT_PERIODS, date)
    cursor.execute(statements.END_PERIODS, date)
    cursor.execute(statements.INSERT_PERIODS, date)
    cursor.execute(statements.CLOSE_ABSENT, date | {"covered": report.covered})
    report.closed_by_absence = cursor.rowcount


def _check_identity(report: RegisterReport) -> None:
    """Every facility of the file has exactly one fate."""
    told = sum(report.counts.values()) + len(report.refused) + report.out_of_scope
    if told != report.read:
        raise AssertionError(f"{report.read} rows read, {told} accounted for")


def _remember(report: RegisterReport, scope: Collection[str] | None) -> None:
    """Keep the import in the history, and say that figures may have changed when they may."""
    RegisterImport.objects.create(
        file_name=Path(report.file_name).name[:255],
        sha256=report.sha256,
        layout=report.layout,
        register_date=report.date,
        departements=report.covered,
        scope=None if scope is None else sorted(scope),
        counts=report.as_counts(),
        refused=[
            {"line": remark.line, "finess": remark.finess, "reason": remark.reason}
            for remark in report.refused[:KEPT_REFUSALS]
        ],
    )
    if report.changed:
        raise_data_version(f"registre FINESS du {report.date:%d/%m/%Y}", ground=True)
