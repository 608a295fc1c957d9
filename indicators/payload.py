"""The measures of a selection as JSON, the form that scripts read (docs/indicators.schema.json).

`null` is "n. d.": not received, or not computable. Counts are integers, rates plain fractions.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd

from indicators.details import Change, Details, GrowthOrigin
from indicators.dynamics import classify
from indicators.series import Measures, SectorFigures
from reference.french import typographic
from reference.models import DocumentType
from reference.months import iso

Json = dict[str, Any]


def payload(measures: Measures, data_version: int) -> Json:
    """Everything measured, ready for `json.dumps`; lists follow `months`."""
    selection = measures.selection
    total = len(selection.territory.departement_codes)
    received = measures.received_departements
    last = measures.last_received
    return {
        "territory": {"code": selection.territory.code, "name": selection.territory.name},
        "sector": None if selection.sector is None else str(selection.sector),
        "data_version": data_version,
        "months": [iso(month) for month in selection.months],
        "documents": {
            str(code): _counts(measures.documents[code]) for code in measures.documents.columns
        },
        "total_documents": _counts(measures.total_documents),
        "non_ventile": _counts(measures.unallocated),
        "contributors": _counts(measures.contributors),
        "parc": _counts(measures.parc),
        "rate": _fractions(measures.rate),
        "contributors_12m": _counts(measures.contributors_12m),
        "parc_12m": _counts(measures.parc_12m),
        "rate_12m": _fractions(measures.rate_12m),
        "received_12m": _counts(measures.received_12m),
        "departements": total,
        "received_departements": [int(count) for count in received],
        "missing_months": _names(received == 0),
        "partial_months": [iso(month) for month in measures.months if measures.is_partial(month)],
        "provisional_months": _names(measures.provisional),
        "last_received": None if last is None else iso(last),
        "window": {"from": iso(measures.window[0]), "to": iso(measures.window[1])},
        "sectors": {figures.sector: _sector(measures, figures) for figures in measures.sectors},
        "documents_12m": _count(measures.documents_12m),
        "growth": {
            **dataclasses.asdict(measures.growth),
            "change": measures.growth.change,
        },
        "dynamics": {
            "documents": str(classify(measures.total_documents).label),
            "contributors": str(classify(measures.contributors).label),
        },
        "cut_off": _day(measures.cut_off),
        "sources": list(measures.sources),
    }


def type_labels(measures: Measures) -> dict[str, str]:
    """The label of each document type of `documents`, by code: `document_labels`. One query."""
    codes = [str(code) for code in measures.documents.columns]
    known = DocumentType.objects.filter(code__in=codes).order_by("code")
    return {code: typographic(label) for code, label in known.values_list("code", "label")}


def details_payload(details: Details) -> Json:
    """What lies behind the volumes, beside `payload`. Names no organisation."""
    others = {each.code for each in details.others}
    known = details.regularity is not None
    return {
        "intensity": details.intensity,
        "regularity": {
            "median": details.regularity,
            "regular": details.regular if known else None,
            "contributors": details.contributors,
        },
        "typing": dataclasses.asdict(details.typing),
        "types": [
            {
                "code": each.code,
                "label": typographic(each.label),
                "documents": each.documents,
                "share": each.share,
                "since": iso(each.since),
                "other": each.code in others,
            }
            for each in details.types
        ],
        "concentration": {
            "share": details.concentration.share,
            "entities": details.concentration.entities,
        },
        "growth_origin": None if details.growth is None else _origin(details.growth),
    }


def _origin(growth: GrowthOrigin) -> Json:
    """The parts of the change, and its splits but that by organisation."""
    return {
        "change": growth.change,
        "new": growth.new,
        "active": growth.active,
        "stopped": growth.stopped,
        "carried": growth.carried,
        "new_count": growth.new_count,
        "stopped_count": growth.stopped_count,
        "by_sector": _changes(growth.by_sector),
        "by_departement": _changes(growth.by_departement),
        "by_type": _changes(growth.by_type),
    }


def _changes(changes: tuple[Change, ...]) -> list[Json]:
    return [{**change._asdict(), "label": typographic(change.label)} for change in changes]


def _sector(measures: Measures, figures: SectorFigures) -> Json:
    """A sector over the window and in the last received month, then month by month."""
    figured = dataclasses.asdict(figures)
    del figured["sector"]
    return figured | {
        "months": {
            "contributors": _counts(measures.sector_contributors[figures.sector]),
            "parc": _counts(measures.sector_parc[figures.sector]),
            "documents": _counts(measures.sector_documents[figures.sector]),
        }
    }


def _counts(series: pd.Series[float]) -> list[int | None]:
    return [_count(value) for value in series]


def _count(value: float | None) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _fractions(series: pd.Series[float]) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in series]


def _names(chosen: pd.Series[bool]) -> list[str]:
    """The months for which it is so."""
    return [iso(month) for month in pd.DatetimeIndex(chosen.index[chosen])]


def _day(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()
