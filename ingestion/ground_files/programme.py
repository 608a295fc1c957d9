"""A list of a programme's members brought as a file: what it would change, then its application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion import trail
from ingestion.checking.carriers import SCIENTIFIC
from ingestion.checking.messages import MESSAGES, Message, shown
from ingestion.errors import RefusedFile
from ingestion.ground_files import report
from ingestion.ground_files.members import MemberLine, MemberTable, read_members
from ingestion.ground_files.report import LineRemark
from ingestion.models import Extract, Mode, Outcome
from ingestion.storage import local_copy
from reference.finess import number
from reference.models import Facility, LegalEntity, Programme, Region, current_data_version
from reference.programmes import MembersChange, apply_members, compare_members

AUDITED = "membres d’un programme appliqués"
NAMED = 10
#: What is said otherwise of a list than of a monthly file, which keeps its lines aside.
_SAID = {
    "entity_given": Message(
        "«\u202f{value}\u202f» est le FINESS d’un organisme gestionnaire (EJ).",
        "Indiquez le FINESS de chacun de ses établissements (ET) membres.",
    ),
    "finess_unknown": Message(
        "Le FINESS «\u202f{value}\u202f» est bien formé, mais le registre ne le connaît pas.",
        "Importez un registre plus récent (FINESS+ contient aussi les établissements fermés), "
        "puis renvoyez la liste.",
    ),
}


@dataclass
class MembersPlan:
    """What becomes of each line of a list, against today's register.

    `told`: facility → its details. `cited`: facilities on lines that were not taken, which are
    not absent. The counts add up to the lines read.
    """

    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    cited: set[int] = field(default_factory=set)
    remarks: list[LineRemark] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("accepted", "duplicates", "out_of_scope", "refused"), 0
        )
    )
    unread: tuple[str, ...] = ()


def read(extract: Extract) -> None:
    """Read a list of members: its preview is what applying it now would change.

    Raises:
        RefusedFile: it is no list of members, or names no facility of the scope.
    """
    version = current_data_version()
    plan = _plan(extract)
    change = compare_members(_programme(extract), plan.told, **_scope(extract, plan))
    _write(extract, plan, change, version)


def apply(extract: Extract) -> None:
    """Apply a list of members inside the transaction that publishes it.

    Raises:
        RefusedFile: as `read`.
    """
    plan = _plan(extract)
    change = apply_members(_programme(extract), plan.told, **_scope(extract, plan))
    _write(extract, plan, change, current_data_version())
    trail.record(
        AUDITED,
        extract,
        actor=None,
        programme=_programme(extract).code,
        counts=change.as_counts(),
    )


def plan_members(path: Path, name: str, region: Region | None, sheet: str = "") -> MembersPlan:
    """Read a list of members against today's register. Changes nothing.

    Raises:
        RefusedFile: it is no list of members, or names no facility of the scope.
    """
    table = read_members(path, name, sheet)
    plan = _Planner(table, region).plan
    if not plan.told:
        first = min(plan.remarks, key=lambda remark: remark.line)
        raise RefusedFile(
            f"Aucun établissement de ce fichier n’est retenu. Ligne {first.line}\u202f: "
            f"{first.reason}",
            first.remedy,
        )
    return plan


def _plan(extract: Extract) -> MembersPlan:
    with local_copy(extract.file) as path:
        return plan_members(path, extract.original_name, extract.region, extract.sheet)


def _programme(extract: Extract) -> Programme:
    if extract.programme is None:
        raise RefusedFile(
            "Rien ne dit de quel programme ce fichier donne les membres.",
            "Choisissez le programme au dépôt.",
        )
    return extract.programme


def _scope(extract: Extract, plan: MembersPlan) -> dict[str, Any]:
    """Members that the file lacks are removed only when a person said so."""
    return {
        "region": extract.region,
        "cited": plan.cited,
        "remove_absent": extract.asked_mode == Mode.REPLACE,
    }


def _write(extract: Extract, plan: MembersPlan, change: MembersChange, version: int) -> None:
    gone = change.removed or change.kept
    absent = Facility.objects.filter(pk__in=gone).order_by("finess")
    preview = {
        "programme": _programme(extract).name,
        "counts": change.as_counts(),
        "changed": change.changed,
        "version": version,
        "removes": extract.asked_mode == Mode.REPLACE,
        "absent": [list(each) for each in absent.values_list("finess", "name")[:NAMED]],
        "unread": list(plan.unread),
    }
    report.write(extract, plan.counts, plan.remarks, preview)


class _Planner:
    """One reading of a list against the register: three queries, whatever its length."""

    def __init__(self, table: MemberTable, region: Region | None) -> None:
        self.region = region
        self.header = table.finess_header
        self.plan = MembersPlan(unread=table.unread)
        self.first: dict[int, MemberLine] = {}
        written = {number.clean(line.finess) for line in table.lines}
        possible = written | {each for text in written for each in number.candidates(text)}
        found = Facility.objects.filter(finess__in=possible).select_related("departement__region")
        self.facilities = {each.finess: each for each in found}
        self.entities = set(
            LegalEntity.objects.filter(finess__in=possible).values_list("finess", flat=True)
        )
        for line in table.lines:
            self._take(line)

    def _take(self, line: MemberLine) -> None:
        text = number.clean(line.finess)
        known = [each for each in (text, *number.candidates(text)) if each in self.facilities]
        if len(known) != 1:
            self._refuse(line, *self._fault(text, known))
            return
        facility = self.facilities[known[0]]
        if self.region is not None and facility.departement.region_id != self.region.pk:
            self._leave_out(line, facility)
        elif facility.pk in self.first:
            self._repeat(line, facility)
        else:
            self._accept(line, facility, repaired=known[0] if known[0] != text else "")

    def _accept(self, line: MemberLine, facility: Facility, *, repaired: str) -> None:
        self.first[facility.pk] = line
        self.plan.told[facility.pk] = line.details
        self.plan.counts["accepted"] += 1
        if repaired:
            reason = f"Numéro incomplet\u202f: lu {repaired}, seul possible au registre."
            self._remark(
                line,
                Outcome.ACCEPTED,
                "finess_repaired",
                reason,
                "Exportez la colonne des FINESS au format Texte pour garder les 9 caractères.",
            )
        for doubt in line.doubts:
            self.plan.remarks.append(
                LineRemark(
                    line.line,
                    facility.finess,
                    doubt.column,
                    doubt.value,
                    Outcome.ACCEPTED,
                    "member_detail",
                    doubt.reason,
                    "Corrigez la cellule et renvoyez la liste, si cette indication compte.",
                )
            )

    def _leave_out(self, line: MemberLine, facility: Facility) -> None:
        self.plan.counts["out_of_scope"] += 1
        region = facility.departement.region.name
        reason = f"L’établissement {facility.finess} est d’une autre région ({region})."
        remedy = "Rien à faire\u202f: la liste ne change que les membres de la région choisie."
        self._remark(line, Outcome.OUT_OF_SCOPE, "other_region", reason, remedy)

    def _repeat(self, line: MemberLine, facility: Facility) -> None:
        first = self.first[facility.pk]
        if first.details == line.details:
            self.plan.counts["duplicates"] += 1
            reason = f"Ligne identique à la ligne {first.line}\u202f: comptée une seule fois."
            self._remark(line, Outcome.DUPLICATE, "duplicate", reason, "Rien à faire.")
            return
        self._refuse(
            line,
            "conflict",
            f"Établissement déjà présent ligne {first.line} avec d’autres indications\u202f: "
            "c’est cette première ligne qui est retenue.",
            "Gardez une seule ligne par établissement, et renvoyez la liste.",
        )

    def _refuse(self, line: MemberLine, code: str, reason: str, remedy: str) -> None:
        self.plan.counts["refused"] += 1
        text = number.clean(line.finess)
        self.plan.cited.update(
            self.facilities[each].pk
            for each in (text, *number.candidates(text))
            if each in self.facilities
        )
        self._remark(line, Outcome.REFUSED, code, reason, remedy)

    def _remark(
        self, line: MemberLine, outcome: Outcome, code: str, reason: str, remedy: str
    ) -> None:
        finess = number.clean(line.finess)
        self.plan.remarks.append(
            LineRemark(line.line, finess, self.header, line.finess, outcome, code, reason, remedy)
        )

    def _fault(self, text: str, known: Sequence[str]) -> tuple[str, str, str]:
        """Why a number is that of no facility: code, reason, remedy."""
        faults = (
            (not text, "finess_missing"),
            (len(known) > 1, "finess_ambiguous"),
            (text in self.entities, "entity_given"),
            (SCIENTIFIC.fullmatch(text), "finess_scientific"),
            (number.candidates(text), "finess_short"),
            (not number.is_well_formed(text), "finess_malformed"),
            (not number.has_valid_key(text), "finess_wrong_key"),
        )
        code = next((code for wrong, code in faults if wrong), "finess_unknown")
        said = _SAID.get(code) or MESSAGES[code]
        return code, said.reason.format(value=shown(text), detail=" ou ".join(known)), said.remedy
