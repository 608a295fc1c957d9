"""What the region's committee stated in January 2026, as bounds and words that a demo must meet.

Months are positions from January 2024 (0) to December 2025 (23).
"""

from __future__ import annotations

#: Facilities of the perimeter, share of them that feeds over a year and growth of documents (%).
PARC = (2441, 2475)
SHARE_FEEDING = (25, 27)
GROWTH = (214, 234)

EARLY_2024, LATE_2025 = (0, 2), (21, 23)
#: Territory, measure, first and last month (positions), minimum and maximum in percent.
RATES = [
    ("21", EARLY_2024, 0, 4),
    ("21", LATE_2025, 19, 21),
    ("39", (23, 23), 8, 10),
    ("71", LATE_2025, 8, 9.5),
    ("90", (9, 23), 14, 16),
    ("89", EARLY_2024, 6, 8),
    ("89", LATE_2025, 20, 24),
]
SHARES = [
    ("21", "PA", 88, 90),
    ("21", "PH", 10, 12),
    ("25", "PA", 69, 71),
    ("25", "PH", 28, 30),
    ("70", "PA", 89, 91),
    ("70", "PH", 8, 10),
    ("39", "PA", 91, 93),
    ("39", "PH", 7, 9),
    ("58", "PA", 95, 97),
    ("71", "PA", 95, 97),
    ("71", "PH", 3, 5),
    ("90", "PA", 56, 58),
    ("90", "PH", 42, 44),
    ("89", "PA", 91, 93),
    ("89", "PH", 7, 9),
]
#: Département: dynamics of the documents, of the contributors.
DYNAMICS = {
    "21": ("progressive", "progressive"),
    "25": ("plateau_peak", "plateau_peak"),
    "70": ("plateau_peak", "plateau_peak"),
    "39": ("irregular", "progressive"),
    "58": ("progressive", "progressive"),
    "71": ("progressive", "progressive"),
    "90": ("irregular", "rise_plateau"),
    "89": ("progressive", "progressive"),
}
WORDS = {
    "progressive": "progressive",
    "plateau avec pic": "plateau_peak",
    "irrégulière": "irregular",
    "montée puis plateau": "rise_plateau",
}
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
