"""Who carries each record: the facility or legal entity that its FINESS means, and where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from ingestion.checking.ground import Ground
from ingestion.models import Arbitration, Outcome
from reference.finess import number
from reference.french import typographic
from reference.models import Sector
from reference.standing import standing_by_month

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
_OF_NUMBER = {
    **dict.fromkeys(("facility_id", "legal_entity_id", "attached_id"), "Int64"),
    **dict.fromkeys(("repaired", "decided"), "category"),
}
_STANDING_TEXTS = dict.fromkeys(("region", "departement", "sector"), "str")


@dataclass(frozen=True)
class Places:
    """Who carries the records of a file: `rows`, one per (FINESS, month), and the row of each.

    Columns of `rows`: month, facility_id or legal_entity_id, attached_id (the legal entity that was
    written, when a decision attached it to the facility), owner_id (the facility's legal entity
    then), region, departement (missing for "Non ventilé"), sector, open (boolean), repaired (the
    number read in place of the one written, or ""), decided (what a decision made of it, or ""),
    code ("" when nothing forbids the record, else one of `OUTCOMES`) and detail. Texts are
    categories: there are hundreds of thousands of rows, and few different texts.
    """

    rows: pd.DataFrame
    of: NDArray[np.intp]

    def each(self, name: str) -> pd.Series:
        """A column of `rows`, one value per record."""
        return self.rows[name].take(self.of).reset_index(drop=True)


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
    number, month = np.divmod(pairs, len(months) + 1)
    found = _places(number, month - 1, pd.Series(finess, dtype="str").tolist(), months, ground)
    return Places(found.assign(month=months.reindex(month - 1).array), of)


def _places(
    number: NDArray[np.int64],
    month: NDArray[np.int64],
    writings: list[str],
    months: pd.Series[pd.Timestamp],
    ground: Ground,
) -> pd.DataFrame:
    """The place of each pair of a number and a month, in their order: see `Places`.

    Both are positions, among `writings` and among `months` (-1 for none).
    """
    numbers = _attach(_resolve(writings, ground), ground)
    periods = _periods(numbers, ground)
    stands = _standings(periods, months)
    facilities = _facility_places(stands, ground)
    entities = _decide(
        _entity_places(numbers, periods, stands, len(months), ground), stands, ground
    )
    nowhere = numbers[["code", "detail"]].assign(
        region="", departement=None, sector="", owner_id=None, open=None
    )
    pairs = numbers[list(_OF_NUMBER)].astype(_OF_NUMBER).take(number).reset_index(drop=True)
    site = _rows_of(pairs["facility_id"], month, facilities, "facility_id")
    owner = _rows_of(pairs["legal_entity_id"], month, entities, "legal_entity_id")
    # The row of each pair in the three tables, one above the other.
    unplaced = np.where(owner >= 0, owner, len(entities) + number)
    where = np.where(site >= 0, site, len(facilities) + unplaced)
    tables = (facilities, entities.assign(owner_id=None), nowhere)
    for name in ("region", "departement", "sector", "code", "detail"):
        stacked = union_categoricals([_texts(table[name]) for table in tables])
        pairs[name] = stacked.take(where)
    kinds = {"owner_id": "Int64", "open": "boolean"}
    others = pd.concat([table[list(kinds)].astype(kinds) for table in tables]).take(where)
    return pairs.assign(**{name: others[name].array for name in kinds})


def _texts(column: pd.Series) -> pd.Categorical:
    """A column of texts as categories of the same type as any other."""
    texts = pd.Categorical(column)
    return texts.set_categories(texts.categories.astype("str"), rename=True)


def _rows_of(
    carriers: pd.Series[int], months: NDArray[np.int64], places: pd.DataFrame, key: str
) -> NDArray[np.intp]:
    """The row of each (carrier, month) among places known by `key` and month; -1 without any.

    Both are packed into one integer, which is looked up ten times faster than two.
    """

    known = pd.Index(_packed(places[key], places["month"].to_numpy()))
    found: NDArray[np.intp] = known.get_indexer(pd.Index(_packed(carriers, months)))
    return found


def _packed(carriers: pd.Series[int], months: NDArray[np.int64]) -> NDArray[np.int64]:
    both: NDArray[np.int64] = (carriers.to_numpy(dtype="int64", na_value=-1) << 16) + months
    return both


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
    return frame.astype({column: _OF_NUMBER.get(column, "str") for column in columns})


def _attach(numbers: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Let the legal entities that a decision attaches to a facility be that facility.

    Says of each number what a decision made of it (`decided`).
    """
    known = set(ground.periods["facility_id"])
    sites = {
        entity: decision.facility_id
        for entity, decision in ground.decisions.items()
        if decision.choice == Arbitration.ATTACH and decision.facility_id in known
    }
    entity = numbers["legal_entity_id"]
    attached = entity.isin(list(sites))
    carried = entity.isin(_decided(ground, Arbitration.CARRY))
    return numbers.assign(
        facility_id=numbers["facility_id"].mask(attached, entity.map(sites).astype("Int64")),
        attached_id=entity.where(attached),
        legal_entity_id=entity.mask(attached),
        decided=pd.Series("", index=numbers.index, dtype="str")
        .mask(attached, "rattachés à un établissement")
        .mask(carried, "comptés comme portés par l’OG"),
    )


def _decided(ground: Ground, choice: str) -> list[int]:
    """The legal entities of which this was decided."""
    return [entity for entity, each in ground.decisions.items() if each.choice == choice]


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
    """What each of these facilities was in each month of the file, one row per pair.

    `month` is its position among `months`.
    """
    kinds = {"legal_entity_id": "Int64", "in_perimeter": "bool"}
    kinds |= dict.fromkeys(("region", "departement", "sector"), "category")
    periods = periods[["facility_id", "starts_on", "ends_on", *kinds]].astype(kinds)
    stood = standing_by_month(periods, [each.date() for each in months])
    return stood.rename(columns={"at": "month"}).reset_index(drop=True)


def _facility_places(stands: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """The place of each facility in each month, and why its records are out of scope."""
    elsewhere = ((stands["region"] != ground.region) & (ground.region is not None)).to_numpy()
    outside = ~stands["in_perimeter"].to_numpy() & ~elsewhere
    why = pd.Series(["", "other_region", "outside_perimeter"]).astype("category")
    detail = np.full(len(stands), "", dtype=object)
    detail[elsewhere] = stands.loc[elsewhere, "region"].map(ground.region_names)
    labels = {code: typographic(str(label)) for code, label in Sector.choices}
    detail[outside] = stands.loc[outside, "sector"].map(labels)
    return stands.rename(columns={"legal_entity_id": "owner_id"}).assign(
        code=why.take(np.select([elsewhere, outside], [1, 2], 0)).array,
        detail=detail,
    )


def _entity_places(
    numbers: pd.DataFrame,
    periods: pd.DataFrame,
    stands: pd.DataFrame,
    months: int,
    ground: Ground,
) -> pd.DataFrame:
    """The place of each legal entity named, in each of `months`: that of its open facilities.

    DOMAIN, "Lines carried by an EJ": accepted when they are all in the perimeter and in the
    region, with their département when they share it; out of scope when it never had a facility
    in the region; else to be arbitrated.
    """
    keys = ["legal_entity_id", "month"]
    entities = numbers[["legal_entity_id"]].dropna().drop_duplicates()
    places = entities.merge(pd.DataFrame({"month": range(months)}), how="cross")
    theirs = stands["legal_entity_id"].isin(entities["legal_entity_id"])
    opened = stands[stands["open"] & theirs].astype(_STANDING_TEXTS).groupby(keys)
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
        region=places["region"].astype("str").fillna(""),
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
        return entities
    entity = entities["legal_entity_id"]
    carried, aside = (
        entity.isin(_decided(ground, choice))
        for choice in (Arbitration.CARRY, Arbitration.SET_ASIDE)
    )
    homes = {key: each.region for key, each in ground.decisions.items()}
    keys = ["legal_entity_id", "month"]
    decided = stands["legal_entity_id"].isin(list(homes))
    inside = stands[decided & stands["open"] & stands["in_perimeter"]].astype(_STANDING_TEXTS)
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
    return entities.assign(
        region=entities["region"].mask(carried, entity.map(homes).astype("str")),
        departement=entities["departement"].mask(
            carried, theirs["departement"].where(theirs["departements"] == 1)
        ),
        sector=entities["sector"].mask(carried, sector),
        code=code,
        detail=entities["detail"].mask(carried | aside, ""),
    )
