"""What the tests of what waits have in common: addresses and numbers."""

from __future__ import annotations

from tests.ingestion import world
from tests.ingestion.world import facility

LIST = "/fichiers-mensuels/a-rattacher/"
HOME, UNKNOWN = facility("21", 1), facility("21", 9)
OWNER = world.number("75", 500)
PAGE = f"{LIST}bourgogne-franche-comte/{OWNER}/"
