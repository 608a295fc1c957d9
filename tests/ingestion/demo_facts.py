"""What the region's committee stated in January 2026, as bounds and words that a demo must meet.

Months are positions from January 2024 (0) to December 2025 (23). Where the reference tables are
at hand, what they state is added to what is written here.
"""

from __future__ import annotations

import csv
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "costra"


def reference(table: str) -> list[dict[str, str]]:
    """The lines of a reference table, none when it is not at hand."""
    path = REFERENCE / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


#: Facilities of the perimeter, share of them that feeds over a year and growth of documents (%).
PARC = (2441, 2475)
SHARE_FEEDING = (25, 27)
GROWTH = (214, 234)

PERIODS = {
    "début 2024": (0, 2),
    "fin 2025": (21, 23),
    "fin 2024 à fin 2025": (9, 23),
}
MONTHLY = "taux mensuel"
#: Département, period, minimum and maximum in percent of each of its months.
RATES = sorted(
    {
        ("21", "début 2024", 0.0, 4.0),
        ("21", "fin 2025", 19.0, 21.0),
        ("39", "fin 2025", 8.0, 10.0),
        ("71", "fin 2025", 8.0, 9.5),
        ("90", "fin 2024 à fin 2025", 14.0, 16.0),
        ("89", "début 2024", 6.0, 8.0),
        ("89", "fin 2025", 20.0, 24.0),
    }
    | {
        (row["territoire"], row["periode"], float(row["minimum"]), float(row["maximum"]))
        for row in reference("reperes")
        if row["mesure"].startswith(MONTHLY)
    }
)
#: Département, sector, minimum and maximum of its share of those who feed over a year.
SHARES = sorted(
    {
        ("21", "PA", 88.0, 90.0),
        ("21", "PH", 10.0, 12.0),
        ("25", "PA", 69.0, 71.0),
        ("25", "PH", 28.0, 30.0),
        ("70", "PA", 89.0, 91.0),
        ("70", "PH", 8.0, 10.0),
        ("39", "PA", 91.0, 93.0),
        ("39", "PH", 7.0, 9.0),
        ("58", "PA", 95.0, 97.0),
        ("71", "PA", 95.0, 97.0),
        ("71", "PH", 3.0, 5.0),
        ("90", "PA", 56.0, 58.0),
        ("90", "PH", 42.0, 44.0),
        ("89", "PA", 91.0, 93.0),
        ("89", "PH", 7.0, 9.0),
    }
    | {
        (row["territoire"], row["mesure"][5:7], float(row["minimum"]), float(row["maximum"]))
        for row in reference("reperes")
        if row["mesure"].startswith(("part PA", "part PH"))
    }
)
#: Département, series, the word that the committee's paragraph amounts to.
DYNAMICS = sorted(
    {
        ("21", "documents", "progressive"),
        ("21", "contributeurs", "progressive"),
        ("25", "documents", "plateau avec pic"),
        ("25", "contributeurs", "plateau avec pic"),
        ("70", "documents", "plateau avec pic"),
        ("70", "contributeurs", "plateau avec pic"),
        ("39", "documents", "irrégulière"),
        ("39", "contributeurs", "progressive"),
        ("58", "documents", "progressive"),
        ("58", "contributeurs", "progressive"),
        ("71", "documents", "progressive"),
        ("71", "contributeurs", "progressive"),
        ("90", "documents", "irrégulière"),
        ("90", "contributeurs", "montée puis plateau"),
        ("89", "documents", "progressive"),
        ("89", "contributeurs", "progressive"),
    }
    | {(row["departement"], row["serie"], row["dynamique"]) for row in reference("dynamiques")}
)
#: Département and month positions: the types that lead there, the first ones of all.
LEADING_TYPES = [
    ("21", range(24), {"57833-6", "SYNTH", "11488-4"}),
    ("25", range(14, 17), {"28653-4"}),
    ("70", range(14, 17), {"11506-3", "28653-4"}),
    ("39", range(24), {"SYNTH", "11488-4"}),
    ("58", range(24), {"SYNTH"}),
    ("71", range(24), {"SYNTH"}),
    ("89", range(24), {"57833-6", "SYNTH"}),
]
