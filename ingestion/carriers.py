"""Who carries each record: the facility or legal entity that its FINESS means, and where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ingestion.ground import Ground
from ingestion.models import Outcome
from reference.finess import number
from reference.models import Sector
from reference.standing import standing

SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+")
OUTCOMES = {
    "": Outcome.ACCEPTED,
    "finess_missing": Outcome.REFUSED,
    "finess_scientific": Outcome.REFUSED,
    "finess_malformed": Outcome.REFUSED,
    "finess_wrong_key": Outcome.REFUSED,
    "finess_short": Outcome.REFUSED,
    "finess_ambiguous": Outcome.REFUSED,
    "finess_unknown": Outcome.QUARANTINED,
    "entity_to_arbitrate": Outcome.QUARANTINED,
    "other_region": Outcome.OUT_OF_SCOPE,
    "outside_perimeter": Outcome.OUT_OF_SCOPE,
}
_TYPES = {
    **dict.fromkeys(("facility_id", "legal_entity_id", "owner_id"), "Int64"),
    **dict.fromkeys(("region", "departement", "sector", "code", "detail", "repaired"), "str"),
    "open": "boolean",
}


def locate(records: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Who carries each record in its month: one row per record, same index.

    Columns: facility_id or legal_entity_id (Int64), owner_id (the facility's legal entity then),
    region, departement (None for "Non ventilé"), sector, open (boolean), repaired (the number
    read in place of the one written, or ""), code ("" when nothing forbids the record, else one
    of `OUTCOMES`) and detail. Without a month, only what the number itself says.
    """
    keys = records[["finess", "month"]].astype({"month": "datetime64[s]"})
    pairs = keys.drop_duplicates()
    numbers = _resolve(pairs["finess"].unique().tolist(), ground)
    months = pairs["month"].dropna().drop_duplicates()
    periods = _periods(numbers, ground)
    stands = _standings(periods, months)
    pairs = pairs.merge(numbers, on="finess", validate="many_to_one")
    by_facility, by_entity = pairs["facility_id"].notna(), pairs["legal_entity_id"].notna()
    facilities = _facility_places(stands, ground)
    entities = _entity_places(numbers, periods, stands, months, ground)
    placed = pd.concat(
        [
            _join(pairs[by_facility], facilities, "facility_id"),
            _join(pairs[by_entity], entities, "legal_entity_id"),
            pairs[~by_facility & ~by_entity],
        ],
        ignore_index=True,
    )
    found = keys.merge(placed, on=["finess", "month"], how="left", validate="many_to_one")
    found = found.set_axis(records.index).drop(columns=["finess", "month"])
    found = found.reindex(columns=list(_TYPES)).astype(_TYPES)
    departement = found["departement"].astype(object)
    found["departement"] = departement.where(departement.notna(), None)
    return found.fillna(dict.fromkeys(("region", "sector", "code", "detail", "repaired"), ""))


def _join(pairs: pd.DataFrame, places: pd.DataFrame, key: str) -> pd.DataFrame:
    kept = pairs.drop(columns=["code", "detail"])
    return kept.merge(places, on=[key, "month"], how="left", validate="many_to_one")


@dataclass(frozen=True)
class _Number:
    """What the register makes of one writing of a FINESS."""

    finess: str
    facility_id: int | None = None
    legal_entity_id: int | None = None
    repaired: str = ""
    code: str = ""
    detail: str = ""


def _resolve(writings: list[str], ground: Ground) -> pd.DataFrame:
    """Each different FINESS of a file: whose it is, or what is wrong with it."""
    known = ground.periods.drop_duplicates("finess")
    facilities = dict(zip(known["finess"], known["facility_id"], strict=True))
    resolved = [_read_number(writing, facilities, ground) for writing in writings]
    columns = [field.name for field in fields(_Number)]
    frame = pd.DataFrame(
        [[getattr(each, column) for column in columns] for each in resolved], columns=columns
    )
    return frame.astype({column: _TYPES.get(column, "str") for column in columns})


def _read_number(finess: str, facilities: dict[str, int], ground: Ground) -> _Number:
    """Known as it is, else repaired without doubt, else what its form says of it."""
    entities = ground.entities
    possible = number.candidates(finess)
    known = [each for each in (finess, *possible) if each in facilities or each in entities]
    if len(known) > 1:
        return _Number(finess, code="finess_ambiguous", detail=" ou ".join(known))
    if known:
        whole = known[0]
        repaired = "" if whole == finess else whole
        return _Number(finess, facilities.get(whole), entities.get(whole), repaired)
    code = _fault(finess, repairable=bool(possible))
    departement = number.departement_of(finess)
    elsewhere = departement is not None and ground.regions.get(departement) != ground.region
    if code == "finess_unknown" and ground.region and elsewhere:
        detail = f"son début est celui du département {departement}"
        return _Number(finess, code="other_region", detail=detail)
    return _Number(finess, code=code)


def _fault(finess: str, *, repairable: bool) -> str:
    """What is wrong with a number that the register does not know."""
    faults = (
        (not finess, "finess_missing"),
        (SCIENTIFIC.fullmatch(finess), "finess_scientific"),
        (repairable, "finess_short"),
        (not number.is_well_formed(finess), "finess_malformed"),
        (not number.has_valid_key(finess), "finess_wrong_key"),
    )
    return next((code for wrong, code in faults if wrong), "finess_unknown")


def _periods(numbers: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """The periods of the facilities named, and of all those of the legal entities named."""
    periods = ground.periods
    of_entities = periods["legal_entity_id"].isin(numbers["legal_entity_id"].dropna())
    wanted = {*numbers["facility_id"].dropna(), *periods.loc[of_entities, "facility_id"]}
    return periods[periods["facility_id"].isin(wanted)]


def _standings(periods: pd.DataFrame, months: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """What each of these facilities was in each month of the file, one row per pair."""
    frames = [standing(periods, month.date()).assign(month=month) for month in months]
    none = periods.head(0).assign(open=False, month=pd.Timestamp(0)).set_index("facility_id")
    stands = pd.concat(frames or [none]).reset_index()
    kinds = {**dict.fromkeys(("facility_id", "legal_entity_id"), "Int64"), "region": "str"}
    kinds |= {"departement": "str", "sector": "str", "in_perimeter": "bool", "open": "bool"}
    return stands.astype({**kinds, "month": "datetime64[s]"})


def _facility_places(stands: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """The place of each facility in each month, and why its records are out of scope."""
    elsewhere = (stands["region"] != ground.region) & (ground.region is not None)
    outside = ~stands["in_perimeter"] & ~elsewhere
    region = stands["region"].map(ground.region_names)
    sector = stands["sector"].map(dict(Sector.choices))
    return stands.rename(columns={"legal_entity_id": "owner_id"})[
        ["facility_id", "month", "region", "departement", "sector", "open", "owner_id"]
    ].assign(
        code=np.select([elsewhere, outside], ["other_region", "outside_perimeter"], ""),
        detail=np.select([elsewhere, outside], [region.to_numpy(), sector.to_numpy()], ""),
    )


def _entity_places(
    numbers: pd.DataFrame,
    periods: pd.DataFrame,
    stands: pd.DataFrame,
    months: pd.Series[pd.Timestamp],
    ground: Ground,
) -> pd.DataFrame:
    """The place of each legal entity named, in each month: that of its open facilities.

    DOMAIN, "Lines carried by an EJ": accepted when they are all in the perimeter and in the
    region, with their département when they share it; out of scope when it never had a facility
    in the region; else to be arbitrated.
    """
    keys = ["legal_entity_id", "month"]
    entities = numbers[["legal_entity_id"]].dropna().drop_duplicates()
    places = entities.merge(months.to_frame("month"), how="cross")
    opened = stands[stands["open"]].groupby(keys)
    shared = opened.agg(
        in_perimeter=("in_perimeter", "all"),
        regions=("region", "nunique"),
        region=("region", "first"),
        departements=("departement", "nunique"),
        departement=("departement", "first"),
        sectors=("sector", "nunique"),
        sector=("sector", "first"),
    )
    places = places.merge(shared, on=keys, how="left")
    here = periods if ground.region is None else periods[periods["region"] == ground.region]
    absent = ~places["legal_entity_id"].isin(here["legal_entity_id"])
    absent &= places["legal_entity_id"].isin(periods["legal_entity_id"])
    closed = places["regions"].isna()
    spread = (places["regions"] > 1) | (
        (places["region"] != ground.region) & (ground.region is not None)
    )
    outside = ~places["in_perimeter"].astype("boolean").fillna(value=True).astype(bool)
    arbitrated = "entity_to_arbitrate"
    cases = [absent, closed, spread, outside]
    codes = ["other_region", arbitrated, arbitrated, arbitrated]
    details = [
        "aucun de ses établissements n’est dans la région",
        "sans établissement ouvert ce mois-là",
        "qui a aussi des établissements ouverts dans une autre région",
        "qui a aussi des établissements hors du périmètre",
    ]
    return places.assign(
        code=np.select(cases, codes, ""),
        detail=np.select(cases, details, ""),
        departement=places["departement"].where(places["departements"] == 1),
        sector=places["sector"].where(places["sectors"] == 1, Sector.UNKNOWN.value),
        open=True,
    ).drop(columns=["in_perimeter", "regions", "departements", "sectors"])
