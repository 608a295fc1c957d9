"""The form that says what the columns of a table are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from ingestion.forms.fields import MonthField
from ingestion.reading.headers import Field
from ingestion.reading.layout import Columns, is_report
from ingestion.reading.months import header_month

IGNORED, OF_TYPE, OF_MONTH = "", "types", "months"
#: What begins the role of a column that counts one type, before its code.
_ONE_TYPE = "type:"
ROLES = {
    IGNORED: "Ignorer",
    Field.MONTH.value: "Mois",
    Field.FINESS.value: "FINESS ET",
    Field.ENTITY.value: "FINESS EJ",
    Field.NAME.value: "Raison sociale",
    Field.TYPE.value: "Type de document",
    Field.DOCUMENTS.value: "Nombre de documents",
    Field.DMP.value: "DMP alimentés",
    OF_TYPE: "Documents du type nommé par l’en-tête",
    OF_MONTH: "Documents du mois nommé par l’en-tête",
}
#: What a table whose counts have a column each cannot have as well.
_LONG_ONLY = {
    OF_TYPE: (Field.TYPE, Field.DOCUMENTS, Field.DMP),
    OF_MONTH: (Field.MONTH, Field.DOCUMENTS, Field.DMP),
}


class ColumnsForm(forms.Form):
    """One choice of role per column that has a header, those of our own report left out.

    `headers`: the key of each column (`layout.header_keys`) and its text, in order. `proposed`:
    the role first shown for a header key (see `roles_of`); ignored without one. `types`: the
    document types that a column may count whatever its header says, as (code, label).
    Once valid, `columns` says how the table is read.
    """

    def __init__(
        self,
        *args: Any,
        headers: Sequence[tuple[str, str]],
        proposed: Mapping[str, str],
        types: Sequence[tuple[str, str]] = (),
        of_file: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers = list(headers)
        self.labels = ROLES | labels_of(types)
        choices: list[Any] = list(ROLES.items())
        if types:
            choices.append(("Documents d’un type", list(labels_of(types).items())))
        if of_file:
            self.fields["month"] = MonthField(
                label="Mois du fichier",
                help_text=(
                    "À indiquer quand ni une colonne, ni le nom du fichier ne le disent. "
                    "Format\u202f: AAAA-MM."
                ),
            )
        for position, (key, text) in enumerate(headers):
            if _is_asked(key):
                self.fields[f"column_{position}"] = forms.ChoiceField(
                    label=f"Colonne «\u202f{text}\u202f»",
                    choices=choices,
                    initial=proposed.get(key, IGNORED),
                    required=False,
                    widget=forms.Select(attrs={"class": "fr-select"}),
                    error_messages={"invalid_choice": "Choisissez un contenu de la liste."},
                )

    @property
    def cells(self) -> list[forms.BoundField | None]:
        """The choice of each column, in their order; None where there is nothing to choose."""
        return [
            self[f"column_{position}"] if _is_asked(key) else None
            for position, (key, _) in enumerate(self.headers)
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse what no table can be, each fault on its columns or on the form."""
        if self.errors:
            return self.cleaned_data
        roles = self._roles()
        self._refuse_repeats(roles)
        self._refuse_unreadable_months(roles)
        chosen = {OF_TYPE if _code_of(role) else role for role in roles.values()}
        self._refuse_mixtures(chosen)
        for role in _missing(chosen):
            self.add_error(None, f"Indiquez la colonne «\u202f{ROLES[role]}\u202f».")
        return self.cleaned_data

    @property
    def columns(self) -> Columns:
        """How the table is read, from a valid form."""
        by_role: dict[str, list[str]] = {}
        named = {}
        for position, role in self._roles().items():
            key, code = self.headers[position][0], _code_of(role)
            by_role.setdefault(OF_TYPE if code else role, []).append(key)
            if code:
                named[key] = code
        return Columns(
            {each: by_role[each.value][0] for each in Field if each.value in by_role},
            tuple(by_role.get(OF_TYPE, ())),
            tuple(by_role.get(OF_MONTH, ())),
            named,
        )

    @property
    def month(self) -> dt.date | None:
        """The month of the whole file, when it was told."""
        month: dt.date | None = self.cleaned_data.get("month")
        return month

    def _roles(self) -> dict[int, str]:
        """The role chosen for each column that is not ignored, by position."""
        named = (
            (int(name.removeprefix("column_")), role)
            for name, role in self.cleaned_data.items()
            if name.startswith("column_")
        )
        return {position: role for position, role in sorted(named) if role}

    def _refuse_repeats(self, roles: dict[int, str]) -> None:
        times = Counter(roles.values())
        for position, role in roles.items():
            if times[role] > 1 and role not in _LONG_ONLY:
                self.add_error(
                    f"column_{position}",
                    f"«\u202f{self.labels[role]}\u202f» est choisi pour plusieurs colonnes\u202f: "
                    "n’en gardez qu’une.",
                )

    def _refuse_unreadable_months(self, roles: dict[int, str]) -> None:
        for position, role in roles.items():
            if role == OF_MONTH and header_month(self.headers[position][1]) is None:
                self.add_error(
                    f"column_{position}",
                    "Cet en-tête ne se lit pas comme un mois (attendu par exemple\u202f: janv. "
                    "2026).",
                )

    def _refuse_mixtures(self, chosen: set[str]) -> None:
        if {OF_TYPE, OF_MONTH} <= chosen:
            self.add_error(
                None,
                "Les en-têtes nomment soit des types de documents, soit des mois, pas les deux.",
            )
        for wide, excluded in _LONG_ONLY.items():
            met = [ROLES[each.value] for each in excluded if each.value in chosen]
            if wide in chosen and met:
                named = ", ".join(f"«\u202f{each}\u202f»" for each in met)
                self.add_error(
                    None,
                    f"Avec «\u202f{ROLES[wide]}\u202f», chaque nombre a déjà sa colonne\u202f: "
                    f"ignorez {named}.",
                )


def _is_asked(key: str) -> bool:
    return bool(key) and not is_report(key)


def _missing(chosen: set[str]) -> list[str]:
    """The roles without which a table is no extract, given those that were chosen."""
    needed = [Field.FINESS.value]
    if OF_TYPE not in chosen:
        needed.append(Field.TYPE.value)
    if not {OF_TYPE, OF_MONTH} & chosen:
        needed.append(Field.DOCUMENTS.value)
    return [role for role in needed if role not in chosen]


def _code_of(role: str) -> str:
    """The document type that a role names, "" for the other roles."""
    return role.removeprefix(_ONE_TYPE) if role.startswith(_ONE_TYPE) else ""


def labels_of(types: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The role of counting each document type, and how people read it."""
    return {f"{_ONE_TYPE}{code}": f"Documents\u202f: {label}" for code, label in types}


def roles_of(columns: Columns) -> dict[str, str]:
    """The role of each header key in a layout, as the form proposes them."""
    return (
        {key: each.value for each, key in columns.fields.items()}
        | dict.fromkeys(columns.types, OF_TYPE)
        | dict.fromkeys(columns.months, OF_MONTH)
        | {key: f"{_ONE_TYPE}{code}" for key, code in columns.named.items()}
    )
