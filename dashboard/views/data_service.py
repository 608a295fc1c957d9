"""The data service: addresses for programs, which carry a key, and the page that explains them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.tokens import say_used, token_of
from dashboard.data_service import lines, openapi
from dashboard.data_service.asking import Asked, BadParameterError, NotForYouError, ask
from dashboard.data_service.declaration import (
    CODES,
    DEPARTEMENTS,
    FACILITIES,
    INDICATORS,
    RESOURCES,
    TERRITORIES,
    Format,
    Resource,
)
from dashboard.data_service.writing import as_csv, as_objects
from dashboard.freshness import code_digest
from dashboard.kept import once
from dashboard.reading import figures
from indicators.payload import details_payload, payload, type_labels
from indicators.selection import Selection
from indicators.snapshot import snapshot_state
from reference.listings import file_asked

CHALLENGE = 'Basic realm="donnees", charset="UTF-8", Bearer realm="donnees"'
NO_KEY = (
    "Il faut une clé d’accès valable\u202f: «\u202fBearer\u202f» suivi de la clé dans l’en-tête "
    "Authorization, ou la clé pour mot de passe. Elle se crée dans «\u202fMes clés d’accès\u202f»."
)
NOT_FOR_YOU = "Votre profil dans cette région ne permet pas de voir les noms d’ESMS."
NOWHERE = "Rien à cette adresse, ou rien qui vous soit ouvert."

JSON = "application/json"
#: The lines of each table at a data version; indicators are read apart.
TABLES: dict[str, Callable[[Asked, int], Any]] = {
    TERRITORIES.name: lambda asked, _version: lines.territories(asked),
    DEPARTEMENTS.name: lines.departements,
    FACILITIES.name: lines.esms,
}


@login_not_required  # a key opens it, whoever has signed in or not
@require_safe
def data(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """One table, for who carries a key; what goes wrong is said in JSON, in French."""
    token = token_of(request)
    if token is None:
        response: HttpResponseBase = _error(NO_KEY, 401)
        response.headers["WWW-Authenticate"] = CHALLENGE
    else:
        say_used(token)
        response = _served(request, token.user, name, form)
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Authorization"])
    return response


def _served(request: HttpRequest, user: User, name: str, form: str) -> HttpResponseBase:
    """What a known user is answered."""
    resource = RESOURCES.get(name)
    if resource is None or form not in {each.value for each in Format}:
        return _error(NOWHERE, 404)
    try:
        return _fresh(request, resource, form, ask(request, user, resource))
    except BadParameterError as error:
        return _error(str(error), 400)
    except NotForYouError:
        return _error(NOT_FOR_YOU, 403)
    except lines.NothingReceivedError as error:
        return _error(str(error), 404)
    except Http404:
        return _error(NOWHERE, 404)


def _fresh(request: HttpRequest, resource: Resource, form: str, asked: Asked) -> HttpResponseBase:
    """The table in one snapshot, or 304 when the caller holds it already."""
    with snapshot_state() as state:
        tag = _tag(request, asked, state.number)
        unchanged = get_conditional_response(request, etag=tag)
        response = unchanged or _answer(resource, form, asked, state.number)
    response["ETag"] = tag
    return response


def _tag(request: HttpRequest, asked: Asked, version: int) -> str:
    """Names all that an answer depends on: figures, code, rights, address."""
    parts = (
        version,
        settings.MES_RELEASE,
        code_digest(Path(settings.BASE_DIR)),
        asked.user.pk,
        asked.scope,
        request.get_full_path(),
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _answer(resource: Resource, form: str, asked: Asked, version: int) -> HttpResponse:
    if resource is INDICATORS:
        chosen = lines.selection(asked)
        body = once(version, lambda: _indicators(chosen, form, version), "service", form, chosen)
    else:
        body = _written(resource, form, TABLES[resource.name](asked, version), version)
    if form == Format.JSON:
        return HttpResponse(body, content_type=JSON)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    place = f"_{asked.territory.code}" if asked.territory else ""
    response["Content-Disposition"] = f'attachment; filename="{resource.name}{place}.csv"'
    return response


def _indicators(chosen: Selection, form: str, version: int) -> str | bytes:
    """The measures of a territory and what lies behind them."""
    measures, behind = figures(chosen, version)
    labels = type_labels(measures)
    if form == Format.JSON:
        told = payload(measures, version) | {"document_labels": labels}
        return _json(told | details_payload(behind))
    return as_csv(INDICATORS.columns, lines.indicators(measures, behind, labels))


def _written(
    resource: Resource, form: str, found: Iterable[lines.Line], version: int
) -> str | bytes:
    """The lines of a table as they are asked for."""
    if form == Format.JSON:
        return _json({"data_version": version, "lignes": as_objects(resource.columns, found)})
    return as_csv(resource.columns, found)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)


def _error(words: str, status: int) -> HttpResponse:
    return JsonResponse({"erreur": words}, status=status, json_dumps_params={"ensure_ascii": False})


@login_not_required  # it holds no figure, and programs read it before they have a key
@require_safe
def data_document(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of the service."""
    response = HttpResponse(_json(openapi.document()), content_type=JSON)
    patch_cache_control(response, public=True, max_age=3600)
    return response


@require_safe
def data_help(request: HttpRequest) -> HttpResponse:
    """How to read the service from Excel, Power BI or a script."""
    file = file_asked(
        request,
        "service-de-donnees",
        {"indicateurs": lambda: [("Indicateur", "Ce qu’il compte"), *CODES.items()]},
    )
    if file is not None:
        return file
    base = request.build_absolute_uri(reverse("dashboard:data", args=["indicateurs", "csv"]))
    context = {
        "resources": RESOURCES.values(),
        "codes": CODES.items(),
        "example": f"{base}?territoire=R27",
        "base": base.removesuffix("indicateurs.csv"),
        "document": reverse("dashboard:data_document"),
    }
    return render(request, "dashboard/data_service.html", context)
