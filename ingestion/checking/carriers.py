"""Who carries each record: the facility or legal entity that its FINESS means, and where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.checking.ground import Ground
from ingestion.models import Arbitration, Outcome
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
    "entity_set_aside": Outcome.OUT_OF_SCOPE,
}
_IDS = ("facility_id", "legal_entity_id", "attached_id", "owner_id")
_TEXTS = ("region", "departement", "sector", "code", "detail", "repaired", "decided")
_TYPES = {**dict.fromkeys(_IDS, "Int64"), **dict.fromkeys(_TEXTS, "str"), "open": "boolean"}


@dataclass(frozen=True)
class Places:
    """Who carries the records of a file: `rows`, one per (FINESS, month), and the row of each.

    Columns of `rows`: month, facility_id or legal_entity_id, attached_id (the legal entity that was
    written, when a decision attached it to the facility), owner_id (the facility's legal entity
    then), region, departement (None for "Non ventilé"), sector, open (boolean), repaired (the
    number read in place of the one written, or ""), decided (what a decision made of it, or ""),
    code ("" when nothing forbids the record, else one of `OUTCOMES`) and detail.
    """

    rows: pd.DataFrame
    of: NDArray[np.intp]

    def each(self, name: str) -> pd.Series:
        """A column of `rows`, one value per record; texts as categories."""
        column = self.rows[name]
        kept = column.astype("category") if name in _TEXTS else column
        return kept.take(self.of).reset_index(drop=True)


def locate(records: pd.DataFrame, ground: Ground) -> Places:
    """Who carries each record in its month; without a month, only what the number itself says.

    A file of a million lines names some thousands of numbers in a few months: all is decided
    once per pair of them.
    """
    finess_codes, finess = pd.factorize(records["finess"])
    month_codes, met = pd.factorize(records["month"].astype("datetime64[s]"))
    months = pd.Series(met, dtype="datetime64[s]")
    # A record without a month has the code -1.
    of, pairs = pd.factorize(finess_codes * (len(months) + 1) + month_codes + 1)
    asked = pd.DataFrame(
        {
            "finess": pd.Series(finess, dtype="str").take(pairs // (len(months) + 1)).array,
            "month": months.reindex(pairs % (len(months) + 1) - 1).array,
        }
    )
    return Places(_places(asked, pd.Series(finess, dtype="str").tolist(), months, ground), of)


def _places(
    asked: pd.DataFrame, writings: list[str], months: pd.Series[pd.Timestamp], ground: Ground
) -> pd.DataFrame:
    """The place of each pair (finess, month), in their order: see `Places`."""
    numbers = _attach(_resolve(writings, ground), ground)
    periods = _periods(numbers, ground)
    stands = _standings(periods, months)
    pairs = asked.assign(order=range(len(asked)))
    pairs = pairs.merge(numbers, on="finess", how="left", validate="many_to_one")
    by_facility, by_entity = pairs["facility_id"].notna(), pairs["legal_entity_id"].notna()
    facilities = _facility_places(stands, ground)
    entities = _entity_places(numbers, periods, stands, months, ground)
    placed = pd.concat(
        [
            _join(pairs[by_facility], facilities, "facility_id"),
            _join(pairs[by_entity], _decide(entities, stands, ground), "legal_entity_id"),
            pairs[~by_facility & ~by_entity],
        ],
        ignore_index=True,
    )
    found = placed.sort_values("order", ignore_index=True).reindex(columns=["month", *_TYPES])
    found = found.astype(_TYPES)
    departement = found["departement"].astype(object)
    found["departement"] = departement.where(departement.notna(), None)
    return found.fillna(dict.fromkeys(set(_TEXTS) - {"departement"}, ""))


def _join(pairs: pd.DataFrame, places: pd.DataFrame, key: str) -> pd.DataFrame:
    said = ["code", "detail"] if key == "facility_id" else ["code", "detail", "decided"]
    kept = pairs.drop(columns=said)
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
    facilities = dict(zip(known["finess"].tolist(), known["facility_id"].tolist(), strict=True))
    resolved = [_read_number(writing, facilities, ground) for writing in writings]
    columns = [field.name for field in fields(_Number)]
    frame = pd.DataFrame(
        {column: [getattr(each, column) for each in resolved] for column in columns}
    )
    return frame.astype({column: _TYPES.get(column, "str") for column in columns})


def _attach(numbers: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Let the legal entities that a decision attaches to a facility be that facility."""
    known = set(ground.periods["facility_id"])
    sites = {
        entity: decision.facility_id
        for entity, decision in ground.decisions.items()
        if decision.choice == Arbitration.ATTACH and decision.facility_id in known
    }
    entity = numbers["legal_entity_id"]
    attached = entity.isin(list(sites))
    return numbers.assign(
        facility_id=numbers["facility_id"].mask(attached, entity.map(sites).astype("Int64")),
        attached_id=entity.where(attached),
        legal_entity_id=entity.mask(attached),
        decided=pd.Series("", index=numbers.index, dtype="str").mask(
            attached, "rattachés à un établissement"
        ),
    )


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


def _decide(entities: pd.DataFrame, stands: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Apply what was decided of legal entities: carried all the same, or set aside.

    What is carried goes to the département, and to the sector, that its open facilities of the
    perimeter share in the region of the decision; else to "Non ventilé", of an unknown sector.
    """
    if not ground.decisions:
        return entities.assign(decided="")
    entity = entities["legal_entity_id"]
    carried, aside = (
        entity.isin([key for key, each in ground.decisions.items() if each.choice == choice])
        for choice in (Arbitration.CARRY, Arbitration.SET_ASIDE)
    )
    homes = {key: each.region for key, each in ground.decisions.items()}
    keys = ["legal_entity_id", "month"]
    inside = stands[stands["open"] & stands["in_perimeter"]]
    shared = inside[inside["region"] == inside["legal_entity_id"].map(homes)].groupby(keys)
    theirs = shared.agg(
        departements=("departement", "nunique"),
        departement=("departement", "first"),
        sectors=("sector", "nunique"),
        sector=("sector", "first"),
    )
    theirs = entities[keys].merge(theirs.reset_index(), on=keys, how="left")
    sector = theirs["sector"].where(theirs["sectors"] == 1, Sector.UNKNOWN.value)
    code = entities["code"].mask(carried, "").mask(aside, "entity_set_aside")
    decided = pd.Series("", index=entities.index, dtype="str")
    return entities.assign(
        region=entities["region"].astype("str").mask(carried, entity.map(homes).astype("str")),
        departement=entities["departement"].mask(
            carried, theirs["departement"].where(theirs["departements"] == 1)
        ),
        sector=entities["sector"].mask(carried, sector),
        code=code,
        detail=entities["detail"].mask(carried | aside, ""),
        decided=decided.mask(carried, "comptés comme portés par l’OG"),
    )
