"""The OpenAPI document of the service, made from its declaration."""

from __future__ import annotations

from typing import Any

from dashboard.data_service.declaration import (
    RESOURCES,
    VERSION,
    Column,
    Format,
    Kind,
    Parameter,
    Resource,
)

Json = dict[str, Any]

#: Top names of the JSON of indicators, which docs/indicators.schema.json describes in full.
MEASURES = (
    "territory", "sector", "data_version", "months", "documents", "total_documents",
    "document_labels", "non_ventile", "contributors", "parc", "rate", "contributors_12m",
    "parc_12m", "rate_12m",
    "received_12m", "departements", "received_departements", "missing_months", "partial_months",
    "provisional_months", "last_received", "window", "sectors", "documents_12m", "growth",
    "dynamics", "cut_off", "sources", "intensity", "regularity", "typing", "types",
    "concentration", "growth_origin",
)  # fmt: skip

ERRORS = {
    "400": "Un paramètre manque ou n’est pas compris",
    "401": "La clé manque, ou elle est inconnue, expirée ou révoquée",
    "404": "Le territoire n’existe pas ou n’est pas ouvert à cette clé",
}


def document() -> Json:
    """The whole document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mon espace santé en ESMS, service de données",
            "version": "1.0.0",
            "summary": "Les indicateurs des pages, en lecture seule.",
            "description": (
                "CSV\u202f: UTF-8 avec BOM, séparateur «\u202f;\u202f», virgule décimale. "
                "Une valeur vide (null en JSON) est «\u202fn. d.\u202f», jamais zéro. Clé à créer "
                "dans «\u202fMes clés d’accès\u202f»."
            ),
        },
        "servers": [{"url": f"/donnees/{VERSION}"}],
        "security": [{"cle": []}, {"basique": []}],
        "paths": {
            f"/{resource.name}.{form}": {"get": _operation(resource, form)}
            for resource in RESOURCES.values()
            for form in Format
        },
        "components": {
            "securitySchemes": {
                "cle": {"type": "http", "scheme": "bearer"},
                "basique": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "La clé pour mot de passe, n’importe quel nom d’utilisateur.",
                },
            },
            "schemas": {
                "erreur": {
                    "type": "object",
                    "properties": {"erreur": {"type": "string"}},
                    "required": ["erreur"],
                },
                "indicateurs": _measures(),
                **{
                    resource.name: _table(resource)
                    for resource in RESOURCES.values()
                    if not resource.measures
                },
            },
        },
    }


def _operation(resource: Resource, form: Format) -> Json:
    errors = dict(ERRORS)
    if resource.callers:
        errors["403"] = "Le rôle du détenteur de la clé ne permet pas de voir les noms d’ESMS"
    content = (
        {"text/csv": {"schema": {"type": "string", "description": _columns(resource)}}}
        if form is Format.CSV
        else {"application/json": {"schema": {"$ref": f"#/components/schemas/{resource.name}"}}}
    )
    return {
        "operationId": f"{resource.name}_{form}",
        "summary": resource.summary,
        "description": resource.description,
        "parameters": [_parameter(parameter) for parameter in resource.parameters],
        "responses": {
            "200": {
                "description": "Les données",
                "headers": {
                    "ETag": {
                        "description": "À rendre dans If-None-Match\u202f: 304 si rien n’a changé",
                        "schema": {"type": "string"},
                    }
                },
                "content": content,
            },
            "304": {"description": "Rien n’a changé depuis l’étiquette (ETag) donnée"},
            **{status: _error(words) for status, words in sorted(errors.items())},
        },
    }


def _columns(resource: Resource) -> str:
    return ";".join(column.name for column in resource.columns)


def _error(words: str) -> Json:
    schema = {"$ref": "#/components/schemas/erreur"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _parameter(parameter: Parameter) -> Json:
    schema: Json = {"type": "string"}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.pattern:
        schema["pattern"] = parameter.pattern
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "required": parameter.required,
        "schema": schema,
        "example": parameter.example,
    }


def _measures() -> Json:
    return {
        "type": "object",
        "description": "Les mesures de la commande «\u202findicators --json\u202f». Les listes "
        "suivent «\u202fmonths\u202f».",
        "properties": {name: {} for name in MEASURES},
        "required": list(MEASURES),
        "additionalProperties": False,
    }


def _table(resource: Resource) -> Json:
    return {
        "type": "object",
        "properties": {
            "data_version": {"type": "integer"},
            "lignes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {each.name: _schema(each) for each in resource.columns},
                    "required": [each.name for each in resource.columns],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["data_version", "lignes"],
        "additionalProperties": False,
    }


def _schema(column: Column) -> Json:
    known = Kind(column.kind).value
    return {"type": [known, "null"], "description": column.description}
