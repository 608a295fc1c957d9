"""What publishing a file would change, made once it is read and kept with it as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd
from django.db.models import Sum
from django.utils import timezone
from django_pandas.io import read_frame

from indicators.models import CoveredMonth, EntityFeeding, FacilityMonth, Feeding, MonthlyVolume
from ingestion.checking.check import Checked
from ingestion.models import Extract, Mode, RegionSettings
from ingestion.previewing import anomalies
from ingestion.previewing.anomalies import Anomaly, Situation
from ingestion.previewing.anomaly_words import Names, say
from ingestion.previewing.comparison import Contents, Place, compare, completed, contents, moved
from ingestion.previewing.continuity import emptied_cells, other_counting, series_returns
from ingestion.previewing.preview_cumulative import added, series_falls
from ingestion.previewing.weighing import Weighed, weigh
from ingestion.publishing.layers import Cell, Tally, covered_cells, met
from ingestion.publishing.rebuild import is_cumulative
from ingestion.reading.pipeline import NormalisedFile
from reference.models import (
    Departement,
    DocumentType,
    Facility,
    LegalEntity,
    current_data_version,
)
from reference.months import iso, shift

#: Facilities named among those new and gone; their number is always told.
MAX_NAMED = 200
#: Anomalies of one kind told one by one.
MAX_ALIKE = 20
_FACILITIES = {"month": "month", "departement_id": "departement", "facility_id": "facility_id"}
_DOCUMENTS = {"documents": "documents"}


@dataclass(frozen=True)
class Preview:
    """What people see before they publish; every value is plain JSON.

    `version`: the DataVersion it was made against. `mode`: that of the extract then. `file`: what
    the reader says of the file (`told`). `scope`: [code, name] of its départements. `covered`:
    month → département ("" for "Non ventilé") → accepted records. `missing`: month → départements
    of the scope not covered, each with whether it is published. `reference`: the month that a
    wholly new one is compared with, "" when it is with what its own cells hold. `comparison`: see
    `comparison.compare`, by departement, month and type (labels in place of keys). `facilities`:
    new and gone, each `total` and `rows` ([FINESS, name, documents]). `anomalies`: code, severity,
    facts, message. `held`: automatic publication was asked, and something stopped it.
    """

    version: int
    mode: str
    file: dict[str, Any] = field(default_factory=dict)
    scope: list[list[str]] = field(default_factory=list)
    covered: dict[str, dict[str, int]] = field(default_factory=dict)
    missing: dict[str, dict[str, bool]] = field(default_factory=dict)
    reference: str = ""
    comparison: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    facilities: dict[str, dict[str, Any]] = field(default_factory=dict)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    held: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same, as it is kept in `Extract.preview`."""
        return asdict(self)


def told(normalised: NormalisedFile) -> dict[str, Any]:
    """What the reader found out about a file, besides its records."""
    return {
        "totals": normalised.totals,
        "sheet": normalised.sheet,
        "sheets": list(normalised.sheets),
        "ignored": list(normalised.ignored_sheets),
        "columns": normalised.columns_said,
    }


def make(
    extract: Extract, checked: Checked, file: dict[str, Any], weighed: Weighed | None = None
) -> Preview:
    """Compare a file that was read with what is published now; changes nothing.

    `file`: see `told`. `weighed`: see `weigh`, when it is already known. Reads the summaries only,
    but for a file that completes: then the facts of the keys that it holds.
    """
    version = current_data_version()
    scope = _scope(extract)
    weighed = weighed or weigh(checked.records, checked.held)
    situation, broken = _situation(extract, checked, weighed, {code for code, _ in scope})
    found = [*_of_report(checked, file), *broken, *_of_comparison(extract, situation)]
    reference, before, places = _reference(extract, situation)
    return Preview(
        version=version,
        mode=extract.mode,
        file=file,
        scope=scope,
        covered=_covered(weighed.tallies, situation),
        missing=_missing(situation, [code for code, _ in scope]),
        reference=reference,
        comparison=_comparison(before, situation.after, places, dict(scope)),
        facilities=_moves(before, situation.after, places),
        anomalies=_worded(found),
    )


def ask_again(extract: Extract) -> dict[str, Any]:
    """The preview of an extract while it waits to be made again: what its file is, no more."""
    return {"again": extract.preview["file"]}


def asked_again(extract: Extract) -> dict[str, Any] | None:
    """What was known of the file of an extract whose preview alone is to be made; else None."""
    again: dict[str, Any] | None = extract.preview.get("again")
    return again


def _scope(extract: Extract) -> list[list[str]]:
    departements = Departement.objects.order_by("code")
    if extract.region_id is not None:
        departements = departements.filter(region=extract.region_id)
    return [list(each) for each in departements.values_list("code", "name")]


def _situation(
    extract: Extract, checked: Checked, weighed: Weighed, scope: Collection[str]
) -> tuple[Situation, list[Anomaly]]:
    """What publishing would change, and what would break the series that are published."""
    rows, after = checked.held, weighed.contents
    spoken = met(weighed.tallies)
    cells = covered_cells(extract, weighed.cells, spoken)
    covered, accepted = _places(cells), _places(weighed.cells)
    broken = list(other_counting(extract, cells))
    if is_cumulative(extract):
        counted = added(rows, cells)
        rows, accepted = counted.rows, accepted & counted.places
        after = contents(rows)
        broken += [*series_falls(counted.fallen), *series_returns(rows, counted.known)]
    months = sorted({cell.month for cell in cells})
    received = _received(scope)
    wanted = {pd.Timestamp(month) for month in months}
    before = _published(extract, scope, months)
    if extract.mode == Mode.COMPLETE:
        touched = covered | {(month, "") for month in wanted}
        after = completed(before.within(touched), rows, _old_rows(rows))
    situation = Situation(
        covered=covered,
        accepted=accepted,
        met={(pd.Timestamp(month), code) for month, code in spoken if code in scope},
        published={place for place in received if place[0] in wanted},
        received=received,
        before=before,
        after=after,
        earlier=_earlier(extract, scope, months, after),
        complete=extract.mode == Mode.COMPLETE,
    )
    return situation, [*broken, *emptied_cells(situation)]


def _places(cells: Collection[Cell]) -> set[Place]:
    """The cells of départements."""
    return {(pd.Timestamp(cell.month), cell.departement) for cell in cells if cell.departement}


def _received(scope: Collection[str]) -> set[Place]:
    rows = CoveredMonth.objects.filter(departement__in=scope)
    return {
        (pd.Timestamp(month), code) for month, code in rows.values_list("month", "departement_id")
    }


def _published(extract: Extract, scope: Collection[str], months: list[dt.date]) -> Contents:
    """What the cells of some months hold now, from the summaries."""
    rows = FacilityMonth.objects.filter(month__in=months)
    if extract.region_id is not None:
        rows = rows.filter(departement__in=scope)
    return Contents(_facility_frame(rows), _volumes(extract, months[0], months[-1], months))


def _facility_frame(rows: Any) -> pd.DataFrame:
    columns = _FACILITIES | _DOCUMENTS
    frame: pd.DataFrame = read_frame(rows, fieldnames=list(columns), verbose=False)
    return _dated(frame.rename(columns=columns))


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        month=pd.to_datetime(frame["month"]).astype("datetime64[s]"),
        departement=frame["departement"].fillna("").astype("object"),
        documents=frame["documents"].astype("int64"),
    )


def _volumes(
    extract: Extract, first: dt.date, last: dt.date, months: list[dt.date] | None = None
) -> pd.DataFrame:
    rows = MonthlyVolume.objects.filter(month__gte=first, month__lte=last)
    if months is not None:
        rows = rows.filter(month__in=months)
    if extract.region_id is not None:
        rows = rows.filter(region=extract.region_id)
    summed = rows.values_list("month", "departement_id", "document_type_id").annotate(
        documents=Sum("documents")
    )
    frame = pd.DataFrame(
        list(summed.order_by()), columns=["month", "departement", "document_type_id", "documents"]
    )
    return _dated(frame)


def _earlier(
    extract: Extract, scope: Collection[str], months: list[dt.date], after: Contents
) -> Contents:
    """What the months before and between those of a file hold, as far as anomalies look."""
    first, last = shift(months[0], -2 * anomalies.JUMP_MONTHS), months[-1]
    sent = after.facilities
    large = sent.loc[sent["documents"] >= anomalies.JUMP_FLOOR, "facility_id"].unique().tolist()
    rows = FacilityMonth.objects.filter(
        month__gte=first, month__lte=last, facility__in=large, departement__in=scope
    ).exclude(month__in=months)
    volumes = _volumes(extract, first, last)
    others = ~volumes["month"].isin([pd.Timestamp(month) for month in months])
    return Contents(_facility_frame(rows), volumes[others])


def _old_rows(held: pd.DataFrame) -> pd.DataFrame:
    """The published rows of the keys that a file holds, in its cells."""
    months = [each.date() for each in held["month"].unique()]
    keys = ["month", "facility_id", "legal_entity_id", "document_type_id"]
    sites = Feeding.objects.filter(
        month__in=months, facility__in=held["facility_id"].unique().tolist()
    ).values_list("month", "facility_id", "document_type_id", "documents")
    entities = EntityFeeding.objects.filter(
        month__in=months, legal_entity__in=held["legal_entity_id"].unique().tolist()
    ).values_list("month", "legal_entity_id", "document_type_id", "documents")
    rows = [(month, site, 0, kind, count) for month, site, kind, count in sites]
    rows += [(month, 0, owner, kind, count) for month, owner, kind, count in entities]
    old = pd.DataFrame(rows, columns=[*keys, "documents"])
    old["month"] = pd.to_datetime(old["month"]).astype("datetime64[s]")
    return held[["departement", *keys]].merge(old.astype(dict.fromkeys(keys[1:], "int64")), on=keys)


def _of_report(checked: Checked, file: dict[str, Any]) -> list[Anomaly]:
    """What the file says of itself, without any comparison."""
    found = []
    if file["ignored"]:
        found.append(Anomaly("sheets_unread", anomalies.SERIOUS, {"sheets": file["ignored"]}))
    codes = checked.remarks["code"].value_counts()
    found += anomalies.report_anomalies(checked.counts, codes)
    return found + list(anomalies.months_to_come(checked.records, timezone.localdate()))


def _of_comparison(extract: Extract, situation: Situation) -> list[Anomaly]:
    unrecognised = DocumentType.objects.get(code=DocumentType.UNRECOGNISED).pk
    return anomalies.detect(situation, unrecognised, region_settings(extract).closed_after)


def region_settings(extract: Extract) -> RegionSettings:
    """What the region of a file wants done with it; the defaults for a national one."""
    found = RegionSettings.objects.filter(region=extract.region_id).first()
    return found or RegionSettings(region=extract.region)


def _covered(tallies: list[Tally], situation: Situation) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for month, departement in sorted(situation.covered):
        found.setdefault(iso(month), {})[departement] = 0
    for each in tallies:
        if each.accepted:
            found.setdefault(iso(each.month), {})[each.departement] = each.accepted
    return found


def _missing(situation: Situation, scope: list[str]) -> dict[str, dict[str, bool]]:
    covered = set(situation.covered)
    found = {}
    for month in sorted({month for month, _ in covered}):
        absent = [code for code in scope if (month, code) not in covered]
        if absent:
            found[iso(month)] = {code: (month, code) in situation.published for code in absent}
    return found


def _reference(extract: Extract, situation: Situation) -> tuple[str, Contents, set[Place]]:
    """What the file is compared with: the month ("" for its own), its contents, where known.

    A file of one month of which nothing is published yet is compared with the last month received
    before, as if it were that one: against nothing, nobody could judge it.
    """
    covered = set(situation.covered)
    months = {month for month, _ in covered}
    same = set(situation.published) & covered
    earlier = {month for month, _ in situation.received if month < min(months)}
    if not situation.published and len(months) == 1 and earlier:
        (month,), last = months, max(earlier)
        scope = {departement for _, departement in situation.received}
        found = _published(extract, scope, [last.date()])
        before = Contents(
            found.facilities.assign(month=month), found.volumes.assign(month=month)
        ).within({*covered, (month, "")})
        known = {(month, where) for when, where in situation.received if when == last}
        return iso(last), before, {*(known & covered), (month, "")}
    # What no département can claim is published wherever the month is.
    unallocated = {(month, "") for month in months}
    before = situation.before.within(covered | unallocated)
    return "", before, same | {(month, "") for month, _ in same}


def _comparison(
    before: Contents, after: Contents, published: Collection[Place], names: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    made = {
        by: compare(before, after, published, by)
        for by in ("departement", "month", "document_type_id")
    }
    types = {
        pk: f"{code} {label}"
        for pk, code, label in DocumentType.objects.values_list("id", "code", "label")
    }
    for line in made["departement"]:
        line["key"] = names.get(line["key"], "") if line["key"] != "" else "Non ventilé"
    for line in made["month"]:
        line["key"] = iso(line["key"]) if line["key"] is not None else ""
    for line in made["document_type_id"]:
        line["key"] = types.get(line["key"], "")
    made["type"] = made.pop("document_type_id")
    return made


def _moves(
    before: Contents, after: Contents, published: Collection[Place]
) -> dict[str, dict[str, Any]]:
    found = {}
    moves = moved(before, after, published)
    named = _facility_names([pk for series in moves.values() for pk in series.index[:MAX_NAMED]])
    for kind, series in moves.items():
        rows = [
            [*named.get(pk, ("", "")), documents]
            for pk, documents in zip(
                series.index[:MAX_NAMED].tolist(), series[:MAX_NAMED].tolist(), strict=True
            )
        ]
        found[kind] = {"total": len(series), "rows": rows}
    return found


def _facility_names(identifiers: Collection[Any]) -> dict[int, tuple[str, str]]:
    rows = Facility.objects.filter(pk__in=[int(each) for each in identifiers])
    return {pk: (finess, name) for pk, finess, name in rows.values_list("pk", "finess", "name")}


def _entity_names(identifiers: Collection[Any]) -> dict[int, tuple[str, str]]:
    rows = LegalEntity.objects.filter(pk__in=identifiers)
    return {pk: (finess, name) for pk, finess, name in rows.values_list("pk", "finess", "name")}


def _worded(found: list[Anomaly]) -> list[dict[str, Any]]:
    """Anomalies with their sentences, those of one kind cut when they are many."""
    alike: dict[str, list[Anomaly]] = {}
    for anomaly in found:
        alike.setdefault(anomaly.code, []).append(anomaly)
    told_ones = [each for kind in alike.values() for each in kind[:MAX_ALIKE]]
    names = Names(
        locatives=dict(Departement.objects.values_list("code", "locative")),
        facilities=_facility_names(
            [each.facts["facility"] for each in told_ones if "facility" in each.facts]
        ),
        entities=_entity_names(
            [each.facts["entity"] for each in told_ones if "entity" in each.facts]
        ),
    )
    said = []
    for kind in alike.values():
        more = len(kind) - MAX_ALIKE
        last = [Anomaly("more", kind[0].severity, {"more": more})] if more > 0 else []
        said += [
            {**asdict(anomaly), "message": say(anomaly, names)}
            for anomaly in [*kind[:MAX_ALIKE], *last]
        ]
    return sorted(said, key=lambda each: each["severity"] != anomalies.SERIOUS)
