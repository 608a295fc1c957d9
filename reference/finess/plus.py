"""FINESS+, the JSON register: legal entities that nest their facilities, codes without labels.

The document inflates to hundreds of megabytes: it is read as a stream, one legal entity at a
time. Closed facilities are in it, with their date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import ijson

from reference.finess import number as finess
from reference.finess.rows import (
    LineError,
    RegisterError,
    RegisterRow,
    Remark,
    period_problem,
    read_category,
    read_commune,
    read_date,
    read_departement,
    read_finess,
    read_name,
)

LAYOUT = "finess-plus"
SCHEMA = "v1."
SITE = "03"  # "usage de l'adresse": where the facility stands
ACTIVE = "A"
SIREN_LENGTH = 9

Json = dict[str, Any]


def read_heading(stream: IO[bytes]) -> dt.date:
    """The date of a FINESS+ document, from its root.

    Raises:
        RegisterError: when the root is not FINESS+'s, or of a version that is not known.
        ijson.JSONError: when the document is cut or malformed.
    """
    found: dict[str, str] = {}
    wanted = {"schemaVersion", "generatedAt"}
    for prefix, event, value in ijson.parse(stream):
        if prefix in wanted and event == "string":
            found[prefix] = value
            if found.keys() == wanted:
                break
    if found.keys() != wanted:
        raise RegisterError(
            "ce document JSON n’est pas un registre FINESS+\u202f: "
            "«\u202fschemaVersion\u202f» ou «\u202fgeneratedAt\u202f» manque à sa racine"
        )
    if not found["schemaVersion"].startswith(SCHEMA):
        raise RegisterError(
            f"version de FINESS+ inconnue\u202f: «\u202f{found['schemaVersion'][:20]}\u202f», "
            "au lieu de v1"
        )
    try:
        return dt.date.fromisoformat(found["generatedAt"][:10])
    except ValueError as error:
        raise RegisterError(
            f"la date du registre est illisible\u202f: «\u202f{found['generatedAt'][:30]}\u202f»"
        ) from error


def parse(
    stream: IO[bytes], date: dt.date, warnings: list[Remark]
) -> Iterator[RegisterRow | Remark]:
    """The facilities of a FINESS+ document, in its order; a remark stands for a refused one.

    `date`: the register's, the last day of a facility that is closed without a date.
    `warnings` receives what was taken with a reservation.

    Raises:
        ijson.JSONError: when the document is cut or malformed.
    """
    rank = 0
    for entity in ijson.items(stream, "pmej.item"):
        identity = _mapping(_mapping(entity).get("informationsGeneralesPMEJ"))
        for facility in _list(_mapping(entity).get("ege")):
            rank += 1
            told = _Told(rank, _mapping(facility), identity)
            try:
                yield _facility(told, date, warnings)
            except LineError as refusal:
                cited = finess.clean(_text(told.general, "numFinessEge"))
                yield Remark(rank, cited[: finess.LENGTH], str(refusal))


@dataclass(frozen=True)
class _Told:
    """What the document says of one facility and of its legal entity."""

    rank: int
    fields: Json
    identity: Json

    @property
    def general(self) -> Json:
        return _mapping(self.fields.get("informationsGeneralesEGE"))


def _facility(told: _Told, date: dt.date, warnings: list[Remark]) -> RegisterRow:
    rank, fields, general, identity = told.rank, told.fields, told.general, told.identity
    number = read_finess(_text(general, "numFinessEge"), "l’établissement")
    opens = read_date(_text(general, "dateOuverture"), "d’ouverture")
    closes = read_date(_text(general, "dateFermeture"), "de fermeture")
    if closes is None and _text(fields, "etatObjet") != ACTIVE:
        closes = date
        reason = "fermé sans date\u202f: fermé à la date du registre"
        warnings.append(Remark(rank, number, reason))
    problem = period_problem(opens, closes)
    if problem:
        opens = None
        warnings.append(Remark(rank, number, problem))
    site = _site(fields)
    return RegisterRow(
        line=rank,
        finess=number,
        name=read_name(_text(general, "nomEgeLong"), _text(general, "nomEgeCourt")),
        departement=_departement(_text(site, "cogCommune"), number),
        commune=read_commune(_text(site, "ligneAcheminement")),
        category=read_category(_text(fields, "categorieentiteGeographiqueExercice")),
        category_label="",
        entity=read_finess(_text(identity, "numFinessPm"), "l’entité juridique"),
        entity_name=_entity_name(identity),
        siren=_text(identity, "siren")[:SIREN_LENGTH],
        opens=opens,
        closes=closes,
    )


def _site(fields: Json) -> Json:
    """The address at which a facility stands."""
    for address in map(_mapping, _list(fields.get("adresse"))):
        if _text(address, "usageAdresse") == SITE:
            return address
    return {}


def _departement(commune: str, number: str) -> str:
    """The département of a commune's official code; the number's own when there is none."""
    overseas = commune.startswith(("97", "98"))
    code = commune[: 3 if overseas else 2].upper()
    return read_departement(code or finess.departement_of(number) or "")


def _entity_name(identity: Json) -> str:
    long_name, name = (
        _text(identity, "denominationLonguePmSmsse"),
        _text(identity, "denominationPm"),
    )
    return read_name(long_name, name) if long_name.strip() or name.strip() else ""


def _text(fields: Json, key: str) -> str:
    value = fields.get(key)
    return "" if value is None else str(value)


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
