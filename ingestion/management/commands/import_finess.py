"""`manage.py import_finess`: a FINESS register, then the published facts read through it again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import audit
from ingestion.ground_files.words import counted
from ingestion.management.told import unreadable
from ingestion.publishing.publish import rebuild_stale
from ingestion.publishing.rebuild import Rebuilt, UnreadableExtractError
from reference.finess.register import RegisterReport, apply_register
from reference.finess.rows import RegisterError, Remark
from reference.numbers import grouped

MAX_REMARKS = 20
FIGURES = {
    True: "Les chiffres publiés ont été recalculés.",
    False: "Les chiffres publiés n’avaient pas à être recalculés.",
}
LABELS = {
    "created": "créés",
    "updated": "mis à jour",
    "closed": "fermés",
    "reopened": "rouverts",
    "unchanged": "inchangés",
}


class Command(BaseCommand):
    help = "Applique un registre FINESS (fichier plat ou FINESS+, .gz accepté)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="résultat en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with transaction.atomic():
                report = apply_register(path, path.name)
                audit.record(
                    "registre FINESS appliqué",
                    actor=None,
                    target=report.file_name,
                    counts=report.as_counts(),
                )
        except RegisterError as error:
            raise CommandError(f"Registre refusé\u202f: {error}.") from None
        except OSError as error:
            raise CommandError(f"{unreadable(error)}\u202f: {path}") from None
        rebuilt, failure = _read_facts_again()
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report, rebuilt), ensure_ascii=False))
        else:
            for line in summary(report):
                self.stdout.write(line)
            if not failure:
                self.stdout.write(FIGURES[rebuilt.done])
                for line in replays(rebuilt):
                    self.stdout.write(line)
        if failure:
            raise CommandError(failure)


def _read_facts_again() -> tuple[Rebuilt, str]:
    """Whether published facts were read through the new register, and what prevented it."""
    try:
        return rebuild_stale(), ""
    except UnreadableExtractError as error:
        lost = error.extract
        return Rebuilt(done=False), (
            "Le registre est appliqué, mais les chiffres publiés ne sont pas recalculés\u202f: le "
            f"fichier mensuel n° {lost.pk}, «\u202f{lost.original_name}\u202f», en vigueur, ne "
            "peut plus être relu. Remettez en place ses enregistrements "
            f"({lost.records.name}), puis relancez la commande."
        )


def as_json(report: RegisterReport, rebuilt: Rebuilt) -> dict[str, Any]:
    """The stable JSON form of what a register did."""
    return {
        "file": report.file_name,
        "layout": report.layout,
        "date": report.date.isoformat(),
        **report.as_counts(),
        "refusals": [dataclasses.asdict(remark) for remark in report.refused],
        "warnings": [dataclasses.asdict(remark) for remark in report.warnings],
        "covered": report.covered,
        "uncovered": [dataclasses.asdict(place) for place in report.uncovered],
        "new_categories": report.new_categories,
        "rebuilt": rebuilt.done,
        "replayed": [
            {"extract": extract.pk, "name": extract.original_name, "lines": lines}
            for extract, lines in rebuilt.replays
        ],
    }


def replays(rebuilt: Rebuilt) -> list[str]:
    """The lines of FINESS to be attached that the register took up, by monthly file."""
    return [
        f"FINESS à rattacher\u202f: {counted(lines, 'ligne reprise', 'lignes reprises')} du "
        f"fichier n° {extract.pk}, «\u202f{extract.original_name}\u202f»"
        for extract, lines in rebuilt.replays
    ]


def summary(report: RegisterReport) -> list[str]:
    """What a register did, in French lines."""
    fates = [f"{label} {grouped(report.counts[key])}" for key, label in LABELS.items()]
    fates.append(f"refusés {grouped(len(report.refused))}")
    lines = [
        f"Registre du {report.date:%d/%m/%Y}, format {report.layout}\u202f: {report.file_name}",
        f"Établissements lus\u202f: {grouped(report.read)} = {' + '.join(fates)}",
        f"Fermés parce qu’ils n’y figurent plus\u202f: {grouped(report.closed_by_absence)}",
        *_coverage(report),
    ]
    if report.new_categories:
        codes = ", ".join(report.new_categories)
        lines.append(f"Catégories inconnues, créées sans secteur dans le périmètre\u202f: {codes}")
    return lines + _remarks("Refusés", report.refused) + _remarks("À vérifier", report.warnings)


def _coverage(report: RegisterReport) -> list[str]:
    covered = ", ".join(report.covered) or "aucun"
    lines = [f"Départements couverts ({len(report.covered)})\u202f: {covered}"]
    if report.uncovered:
        partial = ", ".join(
            f"{place.departement} ({grouped(place.present)} sur {grouped(place.known)})"
            for place in report.uncovered
            if place.present
        )
        absent = ", ".join(place.departement for place in report.uncovered if not place.present)
        lines.append(
            "Rien n’a été fermé dans les départements que le fichier ne couvre pas "
            f"({len(report.uncovered)})"
        )
        if partial:
            lines.append(f"  en partie dans le fichier (présents sur ouverts)\u202f: {partial}")
        if absent:
            lines.append(f"  absents du fichier\u202f: {absent}")
    return lines


def _remarks(title: str, remarks: list[Remark]) -> list[str]:
    if not remarks:
        return []
    lines = [f"{title} ({grouped(len(remarks))})\u202f:"]
    lines += [
        f"  ligne {remark.line} {remark.finess}".rstrip() + f"\u202f: {remark.reason}"
        for remark in remarks[:MAX_REMARKS]
    ]
    if len(remarks) > MAX_REMARKS:
        lines.append(f"  … et {grouped(len(remarks) - MAX_REMARKS)} autres (voir --json)")
    return lines
