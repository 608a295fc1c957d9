"""From the layers of cells to their facts. Pure: DataFrames in, DataFrames out.

A cell is (month, region, departement); in these frames the departement of "Non ventilé" is "".
"""

from __future__ import annotations

import pandas as pd

from ingestion.models import Outcome

CELL = ["month", "region", "departement"]
KEY = ["facility_id", "legal_entity_id", "document_type_id"]
VALUES = ["sector", "documents", "dmp"]
FACILITY_COLUMNS = ["facility_id", "document_type_id", "documents", "dmp"]
ENTITY_COLUMNS = ["legal_entity_id", "document_type_id", "sector", "documents", "dmp"]


def holdings(checked: pd.DataFrame) -> pd.DataFrame:
    """What an extract brings to each cell: its accepted records, one row per cell and key.

    Takes `Checked.records`; gives the columns CELL, KEY (0 where a facility or legal entity is
    none), sector, documents, dmp. Several accepted records of one key (unrecognised labels of one
    facility) add up; their DMP, which are distinct counts, cannot, and become unknown.
    """
    accepted = checked[checked["outcome"] == Outcome.ACCEPTED]
    frame = accepted[["month", "region", "departement", *KEY, *VALUES]].copy()
    frame["departement"] = frame["departement"].fillna("").astype("object")
    frame["region"] = frame["region"].astype("object")
    frame["sector"] = frame["sector"].fillna("").astype("object")
    for column in KEY:
        frame[column] = frame[column].fillna(0).astype("int64")
    groups = frame.groupby([*CELL, *KEY], sort=True)
    summed = groups.agg(
        sector=("sector", "first"),
        documents=("documents", "sum"),
        dmp=("dmp", "first"),
        lines=("documents", "size"),
    ).reset_index()
    summed["dmp"] = summed["dmp"].astype("Int64").mask(summed["lines"] > 1)
    return summed.drop(columns="lines")


def fold(layers: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """The facts of cells: each key as the last layer in force that holds it says.

    `layers`: layer (their order), extract_id, CELL. `held`: extract_id and the columns of
    `holdings`, for every extract of `layers`. Gives the columns of `holdings`.
    """
    said = layers.merge(held, on=["extract_id", *CELL]).sort_values("layer", kind="stable")
    last = said.drop_duplicates([*CELL, *KEY], keep="last")
    return last.drop(columns=["layer", "extract_id"]).reset_index(drop=True)


def facility_rows(facts: pd.DataFrame) -> pd.DataFrame:
    """The rows of a cell's facts that facilities fed, as `CellFacts.feedings` wants them."""
    return facts.loc[facts["facility_id"] != 0, FACILITY_COLUMNS].reset_index(drop=True)


def entity_rows(facts: pd.DataFrame) -> pd.DataFrame:
    """The rows that legal entities carry, as `CellFacts.entity_feedings` wants them."""
    return facts.loc[facts["facility_id"] == 0, ENTITY_COLUMNS].reset_index(drop=True)
