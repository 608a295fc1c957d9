"""The audit trail as people read it: who may see which entries, filtered, in French."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from accounts.refusals import REFUSED
from accounts.scope import regions_with_role
from reference.models import Region
from reference.months import in_french, parse_month
from reference.numbers import grouped

NOBODY = "personne"
SYSTEM = "Commande ou tâche planifiée"
COLON = "\u202f: "

#: What the details of entries are called on screen; another name is shown as it is.
LABELS = {
    "accepted": "acceptés",
    "action": "action",
    "added": "ajoutés",
    "address": "adresse",
    "after": "après",
    "anomalies": "anomalies",
    "before": "avant",
    "asked": "abonnements",
    "by": "par",
    "bytes": "octets",
    "category": "catégorie",
    "cells": "mois et départements",
    "changes": "changements",
    "choice": "choix",
    "closed": "fermés",
    "closed_after": "mois clos après",
    "closed_by_absence": "fermés car absents",
    "code": "code",
    "columns": "colonnes",
    "confirmed": "zéros confirmés",
    "counting": "ce que comptent les nombres",
    "counts": "décompte",
    "created": "créés",
    "date": "date",
    "days": "jours de validité",
    "decision": "décision",
    "departements": "départements",
    "dmp": "DMP",
    "documents": "documents",
    "entity_finess": "FINESS EJ",
    "extract": "fichier n°",
    "facilities": "établissements",
    "facility": "établissement",
    "fields": "champs",
    "file": "fichier",
    "finess": "FINESS",
    "first": "première lecture, fichier n°",
    "headers": "en-têtes",
    "kept": "gardés bien qu’absents",
    "kind": "nature",
    "layout": "format",
    "lines": "lignes",
    "message": "message",
    "mode": "mode",
    "month": "mois",
    "months": "mois",
    "name": "nom",
    "path": "fichier",
    "programme": "programme",
    "publish_automatically": "publication automatique",
    "published": "publié",
    "quarantined": "à rattacher",
    "read": "lus",
    "reason": "motif",
    "recomputed": "recalculé",
    "reference": "référence",
    "refused": "refusés",
    "register_date": "date du registre",
    "removed": "retirés",
    "removes": "retirer les absents",
    "reopened": "rouverts",
    "repeats": "lignes répétées",
    "sha256": "empreinte",
    "sheet": "feuille",
    "source": "source",
    "state": "état",
    "type": "type de document",
    "types": "types en colonnes",
    "named": "types indiqués",
    "unchanged": "inchangés",
    "updated": "mis à jour",
    "hint": "début de la clé",
    "indicator": "indicateur",
    "label": "intitulé",
    "note": "précision",
    "sector": "secteur",
    "territory": "territoire",
    "until": "jusqu’à",
    "value": "valeur",
    "version": "version",
    "what": "changement",
    "working": "document de travail",
}


#: The values that programs write in them, in French.
VALUES = {
    **dict(Role.choices),
    "complete": "compléter",
    "deck": "diapositives",
    "monthly": "fichier mensuel",
    "programme": "membres d’un programme",
    "register": "registre FINESS",
    "replace": "remplacer",
    "workbook": "classeur",
}
FINGERPRINT_SHOWN = 12


def visible_entries(user: User) -> QuerySet[AuditEntry]:
    """What a user may read of the trail, the latest first.

    All of it for a national administrator; else the entries of the régions that they administer
    and their own, but for what they were refused: it does not exist for them.
    """
    entries = AuditEntry.objects.select_related("actor", "region")
    if user.is_superuser:
        return entries
    regions = regions_with_role(user, Role.ADMINISTRATOR).order_by().values("pk")
    return entries.filter(Q(region__in=regions) | Q(actor=user) & ~Q(action=REFUSED))


class JournalForm(forms.Form):
    """The filters of the trail. Names are those of the query string, for people read them."""

    action = forms.ChoiceField(label="Action", required=False)
    par = forms.ChoiceField(label="Par", required=False)
    du = forms.DateField(label="Du", required=False, widget=forms.DateInput({"type": "date"}))
    au = forms.DateField(label="Au", required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, values: Mapping[str, str], entries: QuerySet[AuditEntry]) -> None:
        """Offers the actions and the people met in `entries`, in two queries."""
        super().__init__(data=values)
        self.entries = entries
        plain = entries.select_related(None).order_by()
        actions = sorted(set(map(_action, plain.values_list("action", flat=True).distinct())))
        people = User.objects.filter(pk__in=plain.values("actor")).order_by("email")
        self.choices = {
            "action": [("", "Toutes"), *((action, action) for action in actions)],
            "par": [
                ("", "Tout le monde"),
                *((str(person.pk), name_of(person)) for person in people),
                (NOBODY, SYSTEM),
            ],
        }
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "fr-select" if name in self.choices else "fr-input"
            field.error_messages["invalid"] = "Saisissez une date, par exemple 31/12/2025."
            field.error_messages["invalid_choice"] = "Ce choix n’existe pas\u202f: il est ignoré."
            if isinstance(field, forms.ChoiceField):
                field.choices = self.choices[name]

    def found(self) -> QuerySet[AuditEntry]:
        """The entries that answer; a filter that cannot be understood filters nothing."""
        self.full_clean()
        asked = self.cleaned_data
        found = self.entries
        if asked.get("action"):
            found = found.filter(action__iexact=asked["action"])
        if asked.get("par"):
            found = found.filter(actor=None if asked["par"] == NOBODY else int(asked["par"]))
        if asked.get("du"):
            found = found.filter(at__gte=_midnight(asked["du"]))
        if asked.get("au") and asked["au"] < dt.date.max:  # which has no day after it
            found = found.filter(at__lt=_midnight(asked["au"] + dt.timedelta(days=1)))
        return found


def _action(kept: str) -> str:
    """An action without a capital, which the first releases gave to some of them."""
    return kept[:1].lower() + kept[1:]


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@dataclass(frozen=True)
class Line:
    """An entry as it is read."""

    at: dt.datetime
    by: str
    action: str
    target: str
    region: str
    details: tuple[str, ...]


class Reader:
    """Puts entries into words; the names of the régions are read once."""

    def __init__(self) -> None:
        self.regions: dict[str, str] = dict(Region.objects.values_list("code", "name"))

    def line(self, entry: AuditEntry) -> Line:
        """One entry in French."""
        return Line(
            at=timezone.localtime(entry.at),
            by=name_of(entry.actor),
            action=_action(entry.action),
            target=entry.target,
            region=entry.region.name if entry.region else "",
            details=tuple(self._detail(name, value) for name, value in entry.details.items()),
        )

    def _detail(self, name: str, value: Any) -> str:
        if name in {"before", "after"} and isinstance(value, dict):
            roles = {self.regions.get(code, code): role for code, role in value.items()}
            return f"{LABELS[name]}{COLON}{_words(roles) or 'aucun profil'}"
        if name == "what" and isinstance(value, list):
            value = LogEntry(change_message=json.dumps(value)).get_change_message()
        if name == "sha256":
            value = f"{value[:FINGERPRINT_SHOWN]}…"
        return f"{_label(name)}{COLON}{_words(value)}"


def name_of(user: User | None) -> str:
    """Who acted: name and address, or that nobody did by themselves."""
    if user is None:
        return SYSTEM
    name = user.get_full_name()
    return f"{name} ({user.email})" if name else user.email


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " "))


def _words(value: Any) -> str:
    """A value of the details as French writes it, whatever its type."""
    if isinstance(value, dict):
        return ", ".join(f"{_label(str(key))}{COLON}{_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return grouped(value)
    return _text("–" if value is None else str(value))


def _text(text: str) -> str:
    """A text; what programs write (a role, a month, a date…) in French."""
    if text in VALUES:
        return VALUES[text]
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return in_french(parse_month(text))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return f"{dt.date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text
    return text
