"""`manage.py ingest`: the whole pipeline on one file, in this process."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import F, Q

from ingestion.errors import RefusedFile
from ingestion.locks import work_lock
from ingestion.models import Extract, LineReport, Mode, Outcome, Source, State
from ingestion.presentation import Accounting
from ingestion.process import process
from ingestion.publishing.publish import already_in_force, publish
from ingestion.receive import receive
from reference.models import Region
from reference.months import in_french, parse_month

NATIONAL = "FR"
COUNTS = ("read", "accepted", "duplicates", "out_of_scope", "quarantined", "refused")
MAX_LINES = 20


def _month(text: str) -> dt.date:
    try:
        return parse_month(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"mois illisible\u202f: {text} (attendu\u202f: AAAA-MM)"
        ) from None


class Command(BaseCommand):
    help = "Lit un fichier mensuel, le contrôle et, avec --publish, le publie."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--region",
            required=True,
            help=f"code de la région, {NATIONAL} pour un fichier national",
        )
        parser.add_argument("--month", type=_month, help="mois du fichier, AAAA-MM")
        parser.add_argument(
            "--mode",
            choices=Mode.values,
            default="",
            help="par défaut\u202f: complète s’il porte les colonnes du rapport, sinon remplace",
        )
        parser.add_argument(
            "--confirm-empty",
            action="store_true",
            help="les départements absents du fichier n’ont rien déposé (zéro)",
        )
        parser.add_argument("--source", help="nom de la source, celle des fichiers par défaut")
        parser.add_argument(
            "--sheet", default="", help="feuille du classeur, par défaut la première lisible"
        )
        parser.add_argument("--publish", action="store_true", help="publie le fichier une fois lu")
        parser.add_argument("--json", action="store_true", help="résultat en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            extract, known = self._ingest(options)
        except RefusedFile as refusal:
            refused = Extract(state=State.REFUSED, message=f"{refusal.message} {refusal.remedy}")
            self._tell(refused, options)
            raise CommandError(refused.message) from None
        if known:
            extract.message = already_in_force(extract)
        self._tell(extract, options)
        reached = {State.PUBLISHED, State.SUPERSEDED}
        if not options["publish"]:
            reached.add(State.READY)
        if extract.state not in reached:
            raise CommandError(extract.message or f"État atteint\u202f: {extract.state}.")

    def _ingest(self, options: dict[str, Any]) -> tuple[Extract, bool]:
        """The extract in the state it reached, and whether it was already in force."""
        region = _region(options["region"])
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                extract = receive(
                    file,
                    name=path.name,
                    region=region,
                    month=options["month"],
                    mode=options["mode"],
                    source=_source(options["source"], region),
                    sheet=options["sheet"],
                    confirm_empty=options["confirm_empty"],
                    publish=options["publish"],
                )
        except OSError as error:
            raise CommandError(f"Fichier illisible\u202f: {error}") from None
        if extract.state != State.RECEIVED:
            return extract, True
        # A worker may sweep the extract up before this process locks it: both do the same work.
        with work_lock(extract.pk, wait=True):
            extract = process(Extract.objects.get(pk=extract.pk))
            if options["publish"]:
                # Asked for explicitly: whatever the file is compared with.
                extract.publish_when_ready = False
                extract.save(update_fields=["publish_when_ready"])
                extract = publish(extract)
        return extract, False

    def _tell(self, extract: Extract, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(as_json(extract), ensure_ascii=False))
            return
        for line in summary(extract):
            self.stdout.write(line)


def _region(code: str) -> Region | None:
    """The region of a scope, None for a national file."""
    if code == NATIONAL:
        return None
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise CommandError(f"Région inconnue\u202f: {code}")
    return region


def _source(name: str | None, region: Region | None) -> Source | None:
    """The source of that name which the region is offered, its own first; None by default."""
    if name is None:
        return None
    offered = Source.objects.filter(Q(region=region) | Q(region=None), name=name)
    source = offered.order_by(F("region").asc(nulls_last=True)).first()
    if source is None:
        raise CommandError(f"Source inconnue dans cette région\u202f: {name}")
    return source


def as_json(extract: Extract) -> dict[str, Any]:
    """The stable JSON form of an extract."""
    result: dict[str, Any] = {
        "extract": extract.pk,
        "state": str(extract.state),
        "months": extract.months,
    }
    result |= {key: extract.counts.get(key, 0) for key in COUNTS}
    if said := _said(extract):
        result["message"] = said
    return result


def _said(extract: Extract) -> str:
    """What happened to an extract, then what it leaves out; "" when there is nothing to tell."""
    return "\n".join(filter(None, [extract.message, extract.warnings]))


def summary(extract: Extract) -> list[str]:
    """What became of an extract, in French lines, its first refused lines included."""
    lines = [f"Fichier n° {extract.pk}\u202f: {State(extract.state).label}"] if extract.pk else []
    if extract.months:
        named = ", ".join(in_french(parse_month(month)) for month in extract.months)
        lines.append(f"Mois\u202f: {named}")
    if extract.counts:
        account = Accounting(extract.counts)
        lines.append(f"{account.read} = {' + '.join(account.terms)}")
    if extract.state != State.REFUSED and (said := _said(extract)):
        lines.append(said)
    refused = LineReport.objects.filter(extract=extract.pk, outcome=Outcome.REFUSED)
    lines += [
        f"  ligne {remark.line}, {remark.column}\u202f: {remark.reason} {remark.remedy}"
        for remark in refused[:MAX_LINES]
    ]
    more = refused.count() - MAX_LINES
    if more > 0:
        lines.append(f"  … et {more} autres lignes refusées")
    return lines
