"""`manage.py import_programme`: the facilities that are in a programme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit
from ingestion.errors import RefusedFile
from ingestion.ground_files.programme import AUDITED, MembersPlan, plan_members
from ingestion.ground_files.report import LineRemark
from ingestion.ground_files.words import MEMBER_FATES, counted, fates
from ingestion.management.told import unreadable
from ingestion.models import Outcome
from reference.models import Programme, Region
from reference.numbers import grouped
from reference.programmes import MembersChange, apply_members

MAX_REMARKS = 20


class Command(BaseCommand):
    help = "Importe les membres d’un programme (CSV ou XLSX avec une colonne de FINESS ET)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="code du programme")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--name", default="", help="nom du programme, pour le créer")
        parser.add_argument(
            "--region", default="", metavar="CODE", help="seulement les membres de cette région"
        )
        parser.add_argument(
            "--replace", action="store_true", help="retire les membres absents de la liste"
        )
        parser.add_argument("--json", action="store_true", help="résultat en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        region = _region(options["region"])
        try:
            with transaction.atomic():
                programme = _programme(options["code"], options["name"])
                plan, change = _import(programme, path, region, remove_absent=options["replace"])
        except RefusedFile as refusal:
            raise CommandError(f"Liste refusée\u202f: {refusal.message} {refusal.remedy}") from None
        except OSError as error:
            raise CommandError(f"{unreadable(error)}\u202f: {path}") from None
        if options["json"]:
            told = as_json(programme, path.name, plan, change)
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for line in summary(programme, path.name, plan, change):
            self.stdout.write(line)


def _import(
    programme: Programme, path: Path, region: Region | None, *, remove_absent: bool
) -> tuple[MembersPlan, MembersChange]:
    plan = plan_members(path, path.name, region)
    change = apply_members(
        programme, plan.told, region=region, cited=plan.cited, remove_absent=remove_absent
    )
    audit.record(
        AUDITED,
        actor=None,
        target=path.name,
        region=region,
        programme=programme.code,
        counts=change.as_counts(),
    )
    return plan, change


def _programme(code: str, name: str) -> Programme:
    """The programme of a code, made when a name is given and nobody has it."""
    programme = Programme.objects.filter(code=code).first()
    if programme is not None:
        return programme
    if not name:
        known = ", ".join(Programme.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            f"Aucun programme «\u202f{code}\u202f». Connus\u202f: {known or 'aucun'}. "
            "Pour le créer, ajoutez --name NOM."
        )
    programme = Programme(code=code, name=name)
    try:
        programme.full_clean()
    except ValidationError as error:
        faults = " ".join(
            f"{name}\u202f: {' '.join(said)}" for name, said in error.message_dict.items()
        )
        raise CommandError(f"Ce programme ne peut être créé. {faults}") from None
    programme.save()
    return programme


def _region(code: str) -> Region | None:
    if not code:
        return None
    region = Region.objects.filter(pk=code).first()
    if region is None:
        raise CommandError(f"Aucune région de code «\u202f{code}\u202f».")
    return region


def as_json(
    programme: Programme, file_name: str, plan: MembersPlan, change: MembersChange
) -> dict[str, Any]:
    """The stable JSON form of what a list did."""
    return {
        "programme": programme.code,
        "file": file_name,
        "read": sum(plan.counts.values()),
        **plan.counts,
        **change.as_counts(),
        "refusals": [_said(remark) for remark in plan.remarks if _refuses(remark)],
        "warnings": [_said(remark) for remark in plan.remarks if not _refuses(remark)],
        "ignored_columns": list(plan.unread),
    }


def summary(
    programme: Programme, file_name: str, plan: MembersPlan, change: MembersChange
) -> list[str]:
    """What a list did, in French lines."""
    counts = plan.counts
    read = counted(sum(counts.values()), "ligne lue", "lignes lues")
    terms = [
        counted(counts["accepted"], "retenue", "retenues"),
        counted(counts["duplicates"], "doublon", "doublons"),
        f"{grouped(counts['out_of_scope'])} d’une autre région",
        counted(counts["refused"], "refusée", "refusées"),
    ]
    lines = [
        f"Programme {programme.name} ({programme.code})\u202f: {file_name}",
        f"{read} = {' + '.join(terms)}",
        f"Membres\u202f: {', '.join(fates(change.as_counts(), MEMBER_FATES))}",
        f"Absents de la liste\u202f: {_fate(change.removed, 'retiré')}, "
        + _fate(change.kept, "gardé"),
    ]
    if plan.unread:
        lines.append(f"Colonnes que rien ne lit\u202f: {', '.join(plan.unread)}")
    lines += [
        f"  ligne {remark.line}\u202f: {remark.reason} {remark.remedy}"
        for remark in plan.remarks[:MAX_REMARKS]
    ]
    more = len(plan.remarks) - MAX_REMARKS
    if more > 0:
        lines.append(f"  … et {grouped(more)} autres remarques (voir --json)")
    return lines


def _fate(members: frozenset[int], fate: str) -> str:
    return counted(len(members), fate, f"{fate}s")


def _refuses(remark: LineRemark) -> bool:
    return remark.outcome == Outcome.REFUSED


def _said(remark: LineRemark) -> dict[str, Any]:
    return {
        "line": remark.line,
        "finess": remark.finess,
        "reason": remark.reason,
        "remedy": remark.remedy,
    }
