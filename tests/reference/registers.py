"""Small registers in each layout, made for tests."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

from stdnum import luhn

POSITIONS = 32


def number(start: str, rank: int = 0) -> str:
    """A well-formed number that begins with `start`."""
    body = start + str(rank).zfill(8 - len(start))
    return body + luhn.calc_check_digit(body.replace("2A", "21", 1).replace("2B", "22", 1))


ENTITY = number("2109")
OTHER_ENTITY = number("2108")


def line(finess: str, **fields: str) -> str:
    """A facility of a flat register; every field has an ordinary value."""
    cells = [""] * POSITIONS
    cells[0], cells[1] = "structureet", finess
    cells[2] = fields.get("entity", ENTITY)
    cells[3] = fields.get("name", f"EHPAD {finess}")
    cells[4] = fields.get("long_name", "")
    cells[13] = fields.get("departement", "21")
    cells[15] = fields.get("post", "21000 DIJON")
    cells[18] = fields.get("category", "500")
    cells[19] = fields.get("category_label", "")
    cells[28] = fields.get("opens", "1990-01-01")
    return ";".join(cells)


def flat(date: str, *lines: str, source: str = "etalab;93", encoding: str = "utf-8") -> io.BytesIO:
    """A flat register."""
    text = "\n".join([f"finess;{source};{date}", *lines]) + "\n"
    return io.BytesIO(text.encode(encoding))


def facility(finess: str, **fields: Any) -> dict[str, Any]:
    """A facility of a FINESS+ register."""
    site = {
        "usageAdresse": "03",
        "cogCommune": fields.get("commune_code", "21231"),
        "ligneAcheminement": fields.get("commune", "DIJON CEDEX 9"),
    }
    return {
        "informationsGeneralesEGE": {
            "numFinessEge": finess,
            "nomEgeCourt": fields.get("name", f"EHPAD {finess}"),
            "nomEgeLong": fields.get("long_name"),
            "dateOuverture": fields.get("opens", "1990-01-01"),
            "dateFermeture": fields.get("closes"),
        },
        "categorieentiteGeographiqueExercice": fields.get("category", "500"),
        "adresse": fields.get("addresses", [{"usageAdresse": "04"}, site]),
        "etatObjet": fields.get("state", "I" if fields.get("closes") else "A"),
    }


def document(
    date: str, *facilities: dict[str, Any], entity: dict[str, Any] | None = None, **root: Any
) -> io.BytesIO:
    """A FINESS+ register of one legal entity."""
    identity = {"numFinessPm": ENTITY, "denominationPm": "ASSOCIATION X", "siren": "775544562"}
    content = {
        "schemaVersion": "v1.0.0",
        "generatedAt": f"{date}T02:07:30.5Z",
        "gco": [],
        "pmej": [{"informationsGeneralesPMEJ": identity | (entity or {}), "ege": list(facilities)}],
    }
    return io.BytesIO(json.dumps(content | root).encode())


def compressed(file: io.BytesIO) -> io.BytesIO:
    """The same register as `.gz`."""
    return io.BytesIO(gzip.compress(file.getvalue()))
