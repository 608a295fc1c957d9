"""How the columns of one table are read, whoever said it: the alias table or a person.

A layout speaks of headers by their *keys*, so that next month's file, with its other capitals
and spaces, has the same ones.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.reading.headers import Field
from ingestion.reading.months import header_month
from reference.documents import normalise_label
from reference.months import iso

#: The two columns that our correction files add: a file that carries both completes what is
#: published, and they are never read as data.
REPORT_COLUMNS = ("Motif (à corriger)", "Que faire (à corriger)")
_REPORT_KEYS = frozenset(normalise_label(each) for each in REPORT_COLUMNS)
_LONGEST_KEY = 200
_ANY_MONTH = "<mois>"


@dataclass(frozen=True)
class Columns:
    """Which header (by its key) holds what.

    `fields`: the header of each field. `types`: headers that each count the documents of the type
    they name (wide by type), `named`: of the type whose code it gives instead. `months`: headers
    that each count the documents of the month they name (wide by month). Without either, the
    table is long: a line is a count.
    """

    fields: dict[Field, str]
    types: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON, which `from_json` reads back."""
        said: dict[str, Any] = {
            "fields": {each.value: key for each, key in self.fields.items()},
            "types": list(self.types),
            "months": list(self.months),
        }
        return said | {"named": dict(self.named)} if self.named else said

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Columns:
        """What `as_json` wrote.

        Raises:
            ValueError: it names a field that does not exist.
        """
        fields = {Field(name): str(key) for name, key in (data.get("fields") or {}).items() if key}
        types, months = tuple(data.get("types") or ()), tuple(data.get("months") or ())
        return cls(fields, types, months, dict(data.get("named") or {}))


def header_keys(cells: Iterable[str]) -> tuple[str, ...]:
    """The key of each header: its words without case, accents or punctuation, a month as AAAA-MM.

    Keys are unique, the second of two equal ones ending with " (2)"; a blank header's is "".
    """
    seen: Counter[str] = Counter()
    keys = []
    for cell in cells:
        month = header_month(cell)
        key = iso(month) if month else normalise_label(cell)[:_LONGEST_KEY]
        seen[key] += 1
        keys.append(f"{key} ({seen[key]})" if key and seen[key] > 1 else key)
    return tuple(keys)


def signature(keys: Iterable[str]) -> str:
    """What names a header set: the SHA-256, in hexadecimal, of its keys in alphabetical order.

    Months count as one placeholder, however many, so that next month's file has the same
    signature; the columns of our own report and blank headers count for nothing, so that a
    corrected file has that of the original.
    """
    counted = {
        _ANY_MONTH if header_month(key) else key for key in keys if key and key not in _REPORT_KEYS
    }
    return hashlib.sha256(json.dumps(sorted(counted)).encode()).hexdigest()


def carries_report(keys: Iterable[str]) -> bool:
    """Whether these headers hold both columns of our correction files."""
    return set(keys) >= _REPORT_KEYS


def is_report(key: str) -> bool:
    """Whether a header is one of the two columns of our correction files."""
    return key in _REPORT_KEYS
