"""The lines of each table of the service, each in the order of its declared columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from dashboard.charts.wording import at
from dashboard.data_service.asking import (
    NOTHING_RECEIVED,
    Asked,
    BadParameterError,
    check_length,
)
from dashboard.data_service.declaration import DEPARTEMENTS
from dashboard.forms import DEFAULT_MONTHS, latest
from dashboard.kept import once
from dashboard.reading import evidence
from dashboard.synthesis import UNALLOCATED, synthesis, unallocated_12m
from indicators.details import Details
from indicators.facilities import Question, facilities
from indicators.measures import covered_span
from indicators.received import received_by_region, received_months, received_of_any
from indicators.selection import Selection, Territory
from indicators.series import Measures
from reference import french
from reference.models import Departement
from reference.months import in_french, iso

Value = str | int | float | None
Line = tuple[Value, ...]


class NothingReceivedError(Exception):
    """No month of the territory was ever received."""


# --- Territories ----------------------------------------------------------------------------------


def territories(asked: Asked) -> Iterator[Line]:
    """Each région of the user, by name, followed by its départements. Two queries."""
    received = received_by_region(region.code for region in asked.roles)
    places = list(Departement.objects.filter(region__in=asked.roles).order_by("code"))
    for region in asked.roles:
        known = received[region.code]
        ends = _ends(received_of_any(known))
        name = french.typographic(region.name)
        yield (f"R{region.code}", name, "region", f"R{region.code}", *ends)
        for place in places:
            if place.region_id == region.code:
                ends = _ends(known.get(place.code, ()))
                name = french.typographic(place.name)
                yield (f"D{place.code}", name, "departement", f"R{region.code}", *ends)


def _ends(months: Sequence[dt.date]) -> tuple[str | None, str | None]:
    return (iso(months[0]), iso(months[-1])) if months else (None, None)


# --- Indicators -----------------------------------------------------------------------------------


def selection(asked: Asked, months: int = DEFAULT_MONTHS) -> Selection:
    """The months asked for, the last received by default. One query.

    Raises:
        NothingReceivedError: there is none.
        BadParameterError: the months asked for end before they begin, or are too many.
    """
    territory = _territory(asked)
    received = covered_span(territory)
    if received is None:
        raise NothingReceivedError(NOTHING_RECEIVED)
    last = asked.last or received[1]
    usual = latest((received[0], last), months)[0] if received[0] <= last else last
    first = asked.first or usual
    if first > last:
        message = f"Le dernier mois reçu est {in_french(last)}, avant le début demandé."
        raise BadParameterError(message)
    check_length(first, last)  # with the end that was not given
    return Selection(territory, first, last, asked.sector)


def indicators(measures: Measures, details: Details, labels: Mapping[str, str]) -> Iterator[Line]:
    """The long table of a territory: measures of each month, then those of the last received.

    `labels`: what each type of document is called, by code.
    """
    code = measures.selection.territory.code
    sector = str(measures.selection.sector or "")
    states = {stamp: _state(measures, stamp) for stamp in measures.months}

    def lines(stamp: pd.Timestamp, found: Iterable[Line]) -> Iterator[Line]:
        for name, line_sector, kind, *values in found:
            label = labels.get(str(kind), "")
            yield (f"{stamp:%Y-%m}", code, name, line_sector, kind, *values, states[stamp], label)

    for stamp in measures.months:
        yield from lines(stamp, _month(measures, stamp, sector))
    if measures.last_received is not None:
        last = pd.Timestamp(measures.last_received)
        yield from lines(last, _window(measures, details, sector))


def _state(measures: Measures, stamp: pd.Timestamp) -> str:
    if measures.received_departements[stamp] == 0:
        return "non_recu"
    if measures.is_partial(stamp):
        return "partiel"
    return "provisoire" if measures.provisional[stamp] else "recu"


def _month(measures: Measures, stamp: pd.Timestamp, sector: str) -> Iterator[Line]:
    """The lines of a month: indicator, sector, type, value, numerator, denominator."""

    def count(series: pd.Series[float]) -> int | None:
        return None if pd.isna(series[stamp]) else int(series[stamp])

    def share(series: pd.Series[float]) -> float | None:
        return None if pd.isna(series[stamp]) else float(series[stamp])

    yield ("documents", sector, "", count(measures.total_documents), None, None)
    for kind in measures.documents:
        yield ("documents", sector, str(kind), count(measures.documents[kind]), None, None)
    yield ("documents_non_ventiles", sector, "", count(measures.unallocated), None, None)
    fed, parc = count(measures.contributors), count(measures.parc)
    yield ("esms_alimentant", sector, "", fed, None, None)
    yield ("esms_ouverts", sector, "", parc, None, None)
    yield ("taux", sector, "", share(measures.rate), fed, parc)
    long, open_ = count(measures.contributors_12m), count(measures.parc_12m)
    yield ("taux_12_mois", sector, "", share(measures.rate_12m), long, open_)
    yield ("mois_recus_12", sector, "", count(measures.received_12m), None, None)
    received = int(measures.received_departements[stamp])
    yield ("departements_recus", sector, "", received, None, None)
    if sector:
        return  # the whole is the sector already
    for each in measures.sector_parc:
        name = str(each)
        fed, parc = (
            count(measures.sector_contributors[name]),
            count(measures.sector_parc[name]),
        )
        yield ("documents", name, "", count(measures.sector_documents[name]), None, None)
        yield ("esms_alimentant", name, "", fed, None, None)
        yield ("esms_ouverts", name, "", parc, None, None)
        yield ("taux", name, "", fed / parc if fed is not None and parc else None, fed, parc)


def _window(measures: Measures, details: Details, sector: str) -> Iterator[Line]:
    """The lines of the last received month about the 12 that end with it."""
    whole = measures.documents_12m
    total = None if whole is None else int(whole)
    yield ("documents_12_mois", sector, "", total, None, None)
    growth = measures.growth
    yield ("evolution", sector, "", growth.change, growth.recent, growth.earlier)
    yield ("intensite", sector, "", details.intensity, None, None)
    yield ("regularite", sector, "", details.regularity, None, None)
    yield ("typage_generique", sector, "", details.typing.generic, None, None)
    yield ("diversite", sector, "", details.typing.diversity, None, None)
    yield ("concentration", sector, "", details.concentration.share, None, None)
    if sector:
        return
    esms = sum(each.contributors for each in measures.sectors)
    documents = sum(each.documents for each in measures.sectors)
    for each in measures.sectors:
        yield ("part_esms", each.sector, "", each.share, each.contributors, esms)
        yield ("part_documents", each.sector, "", each.documents_share, each.documents, documents)
        yield (
            "taux_12_mois", each.sector, "", each.rate_12m, each.contributors_12m, each.parc_12m
        )  # fmt: skip


# --- Départements ---------------------------------------------------------------------------------


def departements(asked: Asked, version: int) -> Iterator[Line]:
    """The départements of a région by code, its documents without a département, the région."""
    known = evidence(selection(asked), version)
    table = synthesis(known, sort="departement", descending=False)
    cells = {row.code: row.cells for row in table.rows}
    last = known.region.measures.last_received
    for code, each in known.departements.items():
        own = cells[code]
        compared = (own["ecart"].value, own["rang"].value)
        yield _departement(each.measures, last, compared, each.documents.label.in_french)
    region = known.region
    carried = unallocated_12m(region.measures, last)
    if carried is not None:
        yield _unallocated(last, carried)
    yield _departement(region.measures, last, (None, None), region.documents.label.in_french)


def _departement(
    measures: Measures,
    last: dt.date | None,
    compared: tuple[float | None, float | None],
    dynamics: str,
) -> Line:
    territory = measures.selection.territory
    gap, rank = compared
    return (
        iso(last) if last else None,
        territory.code,
        territory.name,
        _whole(measures.documents_12m),
        measures.growth.change,
        measures.growth.comparable_months,
        _whole(at(measures.contributors, last)),
        _whole(at(measures.parc, last)),
        at(measures.rate, last),
        _whole(at(measures.contributors_12m, last)),
        _whole(at(measures.parc_12m, last)),
        at(measures.rate_12m, last),
        gap,
        _whole(rank),
        dynamics,
    )


def _unallocated(last: dt.date | None, documents: float) -> Line:
    """The documents of a région without a département: the code of a territory is empty."""
    known = (iso(last) if last else None, "", UNALLOCATED, _whole(documents))
    return (*known, *[None] * (len(DEPARTEMENTS.columns) - len(known)))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


# --- ESMS -----------------------------------------------------------------------------------------


def esms(asked: Asked, version: int) -> Iterator[Line]:
    """The ESMS that a call asks for, by FINESS.

    Raises:
        NothingReceivedError: no month was received.
        BadParameterError: the period is not within the months received.
    """
    chosen = selection(asked, months=12)
    received = received_months(chosen.territory.departement_codes)
    months = received_of_any(received)
    if not months[0] <= chosen.first <= chosen.last <= months[-1]:
        message = (
            f"La période doit tenir dans les mois reçus, de {iso(months[0])} à {iso(months[-1])}."
        )
        raise BadParameterError(message)
    question = Question(chosen, asked.among)
    found = once(version, lambda: facilities(question, received), "esms", question)
    for row in found.rows:
        yield (
            row.finess,
            row.name,
            row.commune,
            row.departement,
            row.sector,
            row.entity_finess,
            row.entity_name,
            row.state.value,
            row.documents,
            row.months,
            iso(row.first) if row.first else None,
            iso(row.latest) if row.latest else None,
        )


def _territory(asked: Asked) -> Territory:
    assert asked.territory is not None  # noqa: S101  # its parameter is required
    return asked.territory
