"""`manage.py indicators`: the measures of one selection, for people or, with --json, scripts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.details import details
from indicators.measures import measure
from indicators.payload import details_payload, payload, type_labels
from indicators.selection import (
    CHART_SECTORS,
    Selection,
    Territory,
    departement_territory,
    region_territory,
)
from indicators.series import Measures
from indicators.snapshot import snapshot
from reference.french import typographic
from reference.models import Departement, Region, Sector
from reference.months import in_french, parse_month
from reference.numbers import NARROW, grouped


class Command(BaseCommand):
    """Indicateurs d'un territoire."""

    help = "Affiche les indicateurs d’un territoire sur une période."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--territory", required=True, help="R27 (région) ou D21 (département)")
        parser.add_argument("--from", required=True, dest="first", help="premier mois, AAAA-MM")
        parser.add_argument("--to", required=True, dest="last", help="dernier mois, AAAA-MM")
        parser.add_argument("--sector", help=", ".join(CHART_SECTORS))
        parser.add_argument("--json", action="store_true", help="sortie JSON, pour les scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        with snapshot() as version:
            selection = _selection(options)
            measures = measure(selection)
            told = _told(measures, version) if options["json"] else None
        if told is not None:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_table(measures)))


def _told(measures: Measures, version: int) -> dict[str, Any]:
    """All that is known of the selection that was measured."""
    selection = measures.selection
    return {
        **payload(measures, version),
        "document_labels": type_labels(measures),
        **details_payload(details(selection)[selection.territory.code]),
    }


def _selection(options: dict[str, Any]) -> Selection:
    first, last = _month(options["first"], "--from"), _month(options["last"], "--to")
    if first > last:
        raise CommandError(f"Le mois de début ({first:%Y-%m}) suit le mois de fin ({last:%Y-%m}).")
    return Selection(_territory(options["territory"]), first, last, _sector(options["sector"]))


def _month(text: str, option: str) -> dt.date:
    try:
        return parse_month(text)
    except ValueError as error:
        raise CommandError(
            f"{option}{NARROW}: {_quoted(text)} n’est pas un mois. "
            "Écrivez-le AAAA-MM, comme 2025-12."
        ) from error


def _territory(text: str) -> Territory:
    level, code = text[:1].upper(), text[1:].upper()
    if level == "R":
        region = Region.objects.filter(code=code).first()
        if region is not None:
            return region_territory(region)
    elif level == "D":
        departement = Departement.objects.filter(code=code).first()
        if departement is not None:
            return departement_territory(departement)
    raise CommandError(
        f"Territoire inconnu{NARROW}: {_quoted(text)}. Écrivez R suivi du code d’une région (R27) "
        "ou D suivi de celui d’un département (D21)."
    )


def _sector(text: str | None) -> Sector | None:
    if text is None:
        return None
    if text.upper() not in CHART_SECTORS:
        raise CommandError(
            f"Secteur inconnu{NARROW}: {_quoted(text)}. Secteurs possibles{NARROW}: "
            f"{', '.join(CHART_SECTORS)}."
        )
    return Sector(text.upper())


def _table(measures: Measures) -> list[str]:
    """The months as lines of text, then the sectors over the window."""
    selection = measures.selection
    title = f"{selection.territory.name}, {_span(selection.first, selection.last)}"
    if selection.sector is not None:
        title += f" (secteur {typographic(selection.sector.label)})"
    months = [
        _line(
            in_french(month.date()),
            _number(measures.total_documents[month]),
            _number(measures.contributors[month]),
            _number(measures.parc[month]),
            _percent(measures.rate[month]),
            _percent(measures.rate_12m[month]),
        )
        for month in measures.months
    ]
    sectors = [
        _line(
            typographic(Sector(figures.sector).label),
            _number(figures.documents),
            _number(figures.contributors),
            _number(figures.month_parc),
            _percent(figures.share),
            _percent(figures.rate),
        )
        for figures in measures.sectors
    ]
    return [
        title,
        "",
        _line("Mois", "Documents", "ESMS", "Parc", "Taux", "Sur 12 mois"),
        *months,
        "",
        f"Secteurs, {_span(*measures.window)}",
        "",
        _line("Secteur", "Documents", "ESMS", "Parc du mois", "Part", "Taux du mois"),
        *sectors,
    ]


def _span(first: dt.date, last: dt.date) -> str:
    return f"{in_french(first)} – {in_french(last)}"


def _quoted(text: str) -> str:
    return f"«{NARROW}{text}{NARROW}»"


def _line(name: str, *cells: str) -> str:
    return f"{name:<36}" + "".join(f"{cell:>14}" for cell in cells)


def _number(value: float | None) -> str:
    return "n. d." if value is None or pd.isna(value) else grouped(value)


def _percent(value: float | None) -> str:
    if value is None or pd.isna(value):
        return "n. d."
    return f"{grouped(value * 100, 1)}{NARROW}%"
