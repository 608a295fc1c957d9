"""What differs between two versions of a month: by département, by type, by who fed.

Pure: two frames of what the versions hold in, a `Difference` out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

#: A facility, or the legal entity that carries documents without one (facility 0).
CARRIER = ["facility_id", "legal_entity_id"]
HELD = ["departement", *CARRIER, "document_type_id", "documents"]

NEW, GONE, CHANGED = "new", "gone", "changed"


@dataclass(frozen=True)
class Difference:
    """Two versions side by side, the first `before`, the second `after`.

    `departements`: departement ("" for "Non ventilé"), before, after (documents),
    contributors_before, contributors_after (facilities with at least one document).
    `types`: document_type_id, and the same four columns.
    `carriers`: facility_id, legal_entity_id, departement, before, after, change: those that
    differ only, most changed first; NEW and GONE fed in one version alone, CHANGED in both.
    """

    departements: pd.DataFrame
    types: pd.DataFrame
    carriers: pd.DataFrame

    @property
    def before(self) -> int:
        """The documents of the first version."""
        return int(self.departements["before"].sum())

    @property
    def after(self) -> int:
        """The documents of the second version."""
        return int(self.departements["after"].sum())


def difference(held_before: pd.DataFrame, held_after: pd.DataFrame) -> Difference:
    """Compare what two versions hold of one month of one région.

    Both have the columns HELD, one row per carrier, département and type; facility_id and
    legal_entity_id are 0 where there is none.
    """
    return Difference(
        departements=_sides(held_before, held_after, ["departement"], contributors=True),
        types=_sides(held_before, held_after, ["document_type_id"], contributors=True),
        carriers=_carriers(held_before, held_after),
    )


def _sides(
    before: pd.DataFrame, after: pd.DataFrame, by: list[str], *, contributors: bool
) -> pd.DataFrame:
    """Documents (and contributors) of both versions by some columns, 0 where one has none."""
    columns = {
        "before": before.groupby(by)["documents"].sum(),
        "after": after.groupby(by)["documents"].sum(),
    }
    if contributors:
        for name, held in (("contributors_before", before), ("contributors_after", after)):
            fed = held[(held["facility_id"] != 0) & (held["documents"] > 0)]
            columns[name] = fed.groupby(by)["facility_id"].nunique()
    return pd.DataFrame(columns).fillna(0).astype("int64").rename_axis(index=by).reset_index()


def _carriers(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    sides = _sides(before, after, [*CARRIER, "departement"], contributors=False)
    sides = sides[sides["before"] != sides["after"]].copy()
    sides["change"] = CHANGED
    sides.loc[sides["before"] == 0, "change"] = NEW
    sides.loc[sides["after"] == 0, "change"] = GONE
    sides["size"] = (sides["after"] - sides["before"]).abs()
    ordered = sides.sort_values(["size", *CARRIER], ascending=[False, True, True])
    return ordered.drop(columns="size").reset_index(drop=True)
