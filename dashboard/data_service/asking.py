"""What a call asks for: its parameters, checked against their declaration, and its territory."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, QueryDict

from accounts.models import Role, User
from accounts.refusals import refused_or_404
from accounts.scope import roles_by_region
from dashboard.data_service.declaration import Parameter, Resource
from dashboard.texts import CALLERS
from indicators.facilities import Among
from indicators.selection import Territory, departement_territory, region_territory
from reference import french
from reference.models import Departement, Region, Sector
from reference.months import parse_month, span
from reference.numbers import NARROW

#: The longest period of one call, in months.
MOST_MONTHS = 240
NOTHING_RECEIVED = "Aucun mois n’a encore été reçu pour ce territoire."


class BadParameterError(ValueError):
    """A parameter says something that cannot be answered; the message says what, in French."""


class NotForYouError(Exception):
    """The territory is the user's, and their role there does not read this."""


@dataclass(frozen=True)
class Asked:
    """One call: who asks, what they may see, and what they ask for.

    `territory` is None for a resource that has none; `region` is the one it belongs to.
    """

    user: User
    roles: Mapping[Region, Role]
    territory: Territory | None = None
    region: Region | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    sector: Sector | None = None
    among: Among = Among.FEEDING

    @property
    def scope(self) -> str:
        """All that the rights of the user add to an answer, in one word."""
        return ",".join(f"{region.code}:{role}" for region, role in self.roles.items())


def ask(request: HttpRequest, user: User, resource: Resource) -> Asked:
    """Read a call. Two queries at most, and one more for the départements of a région.

    Raises:
        BadParameterError: a parameter is missing, unknown, given twice or cannot be read.
        Http404: the territory does not exist, or not for this user, which the trail remembers.
        NotForYouError: the user's role does not read this resource.
    """
    values = read(request.GET, resource.parameters)
    first, last = (_month(values, name) for name in ("de", "a"))
    if first and last and first > last:
        message = (
            f"La période finit («{NARROW}a{NARROW}») avant de commencer («{NARROW}de{NARROW}»)."
        )
        raise BadParameterError(message)
    if first and last:
        check_length(first, last)
    asked = Asked(
        user=user,
        roles=roles_by_region(user),
        first=first,
        last=last,
        sector=Sector(values["secteur"]) if "secteur" in values else None,
        among=Among(values.get("parmi", Among.FEEDING.value)),
    )
    if "territoire" not in values:
        return asked
    return _there(request, asked, values["territoire"], resource)


def check_length(first: dt.date, last: dt.date) -> None:
    """Refuse a period that is too long for one call.

    Raises:
        BadParameterError: it is.
    """
    if sum(1 for _ in span(first, last)) > MOST_MONTHS:
        message = f"La période dépasse {MOST_MONTHS} mois{NARROW}: découpez-la en plusieurs appels."
        raise BadParameterError(message)


def read(query: QueryDict, parameters: Iterable[Parameter]) -> dict[str, str]:
    """The parameters that were given, each as its declaration wants it; empty ones left out.

    Raises:
        BadParameterError: see its message.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, str] = {}
    for name, given in query.lists():
        if name not in known:
            names = french.listing([french.quoted(each) for each in known])
            there = f"Paramètres possibles{NARROW}: {names}." if known else "Il n’y en a aucun."
            raise BadParameterError(f"Paramètre inconnu{NARROW}: {_said(name)}. {there}")
        if len(given) > 1:
            message = f"Le paramètre {french.quoted(name)} est donné {len(given)} fois."
            raise BadParameterError(message)
        if given[0]:
            values[name] = _checked(known[name], given[0])
    for name, parameter in known.items():
        if parameter.required and name not in values:
            raise BadParameterError(
                f"Il manque le paramètre {french.quoted(name)}{NARROW}: {parameter.description} "
                f"Exemple{NARROW}: {name}={parameter.example}."
            )
    return values


def _checked(parameter: Parameter, value: str) -> str:
    if parameter.choices and value not in parameter.choices:
        raise BadParameterError(
            f"{french.quoted(parameter.name)}{NARROW}: {_said(value)} n’est pas prévu. "
            f"Valeurs possibles{NARROW}: {', '.join(parameter.choices)}."
        )
    if parameter.pattern and re.fullmatch(parameter.pattern.strip("^$"), value) is None:
        raise BadParameterError(
            f"{french.quoted(parameter.name)}{NARROW}: {_said(value)} n’est pas compris. "
            f"{parameter.description} Exemple{NARROW}: {parameter.name}={parameter.example}."
        )
    return value


def _said(value: str) -> str:
    """What was given, short enough to be read back."""
    return french.quoted(value[:40])


def _month(values: Mapping[str, str], name: str) -> dt.date | None:
    if name not in values:
        return None
    try:
        return parse_month(values[name])
    except ValueError as error:
        message = f"{french.quoted(name)}{NARROW}: {_said(values[name])} n’est pas un mois."
        raise BadParameterError(message) from error


def _there(request: HttpRequest, asked: Asked, code: str, resource: Resource) -> Asked:
    """The call, in its territory."""
    departement: Departement | None = None
    if code.startswith("R"):
        region = Region.objects.filter(code=code[1:]).first()
    else:
        departement = Departement.objects.select_related("region").filter(code=code[1:]).first()
        region = departement.region if departement else None
    if region is None:
        raise Http404("Rien à cette adresse.")
    if region not in asked.roles:
        refused_or_404(request, "territoire du service de données", code, region, actor=asked.user)
    if resource.callers and asked.roles[region] not in CALLERS:
        raise NotForYouError
    territory = departement_territory(departement) if departement else region_territory(region)
    return Asked(**{**vars(asked), "territory": territory, "region": region})
