"""The words by which people head the columns of an extract: the alias table.

A header is reduced to its significant words, so that "Nbre docs *", "Nb de documents" and
"Nombre de documents déposés" are one writing.
"""

from __future__ import annotations

import re
from enum import StrEnum

from reference.documents import normalise_label


class Field(StrEnum):
    """What a column holds."""

    MONTH = "month"
    FINESS = "finess"
    ENTITY = "entity_finess"
    NAME = "name"
    TYPE = "type"
    DOCUMENTS = "documents"
    DMP = "dmp"


FIELD_LABELS = {
    Field.MONTH: "mois",
    Field.FINESS: "FINESS ET",
    Field.ENTITY: "FINESS EJ",
    Field.NAME: "raison sociale",
    Field.TYPE: "type de document",
    Field.DOCUMENTS: "nombre de documents",
    Field.DMP: "DMP alimentés",
}
REQUIRED = (Field.FINESS, Field.TYPE, Field.DOCUMENTS)

_IGNORED_WORDS = {
    *("n", "no", "num", "numero", "nd", "d", "de", "du", "des", "l", "le", "la", "les", "en"),
    *("et", "au", "aux", "dans", "par", "pour", "sur", "the", "id", "ide", "identifiant"),
}
# "et" is both the French "and" and the établissement: it only counts next to a FINESS.
_WORDS = {
    "finess": {
        *("finess", "nofiness", "numfiness", "finesset", "finesseg", "finessej"),
        *("nofinesset", "nofinesseg", "nofinessej"),
    },
    "site": {
        *("eg", "ege", "geographique", "geo", "etablissement", "etab", "etabl", "site", "eta"),
        *("esms", "essms", "structure"),
    },
    "entity": {"ej", "pmej", "juridique", "og", "gestionnaire"},
    "month": {"mois", "periode", "month", "date"},
    "type": {"type", "types", "typologie", "nature"},
    "count": {"nb", "nbr", "nbre", "nombre", "nbs", "volume", "quantite"},
    "sum": {"total", "somme"},
    "document": {"doc", "docs", "document", "documents"},
    "dmp": {"dmp", "mes", "dossier", "dossiers"},
    "fed": {
        *("alimente", "alimentes", "alimentee", "alimentees", "alimentation", "alimentant"),
        *("depose", "deposes", "depot", "depots", "envoye", "envoyes", "transmis", "verse"),
        *("verses", "reference", "distincts", "distinct", "mensuel", "concerne", "concernes"),
    },
    "code": {"code"},
    "label": {"libelle", "lib", "intitule", "nom"},
    "name": {"rs", "raison", "sociale", "denomination"},
    "organisation": {"entite", "organisme"},
}
_CONCEPTS = {word: concept for concept, words in _WORDS.items() for word in words}
_GLUED = {
    **dict.fromkeys(("finesset", "finesseg", "nofinesset", "nofinesseg"), "site"),
    **dict.fromkeys(("finessej", "nofinessej"), "entity"),
}

# For each field, the sets of concepts that name it, the surest writing first: a column of a
# surer writing is preferred, two of equal rank are ambiguous.
_WRITINGS: dict[Field, tuple[tuple[set[str], ...], ...]] = {
    Field.MONTH: (({"month"}, {"month", "fed"}, {"month", "document", "fed"}),),
    Field.FINESS: (
        ({"finess", "site"}, {"finess", "site", "code"}, {"finess", "site", "organisation"}),
        ({"finess"}, {"finess", "code"}),
    ),
    Field.ENTITY: (
        (
            {"finess", "entity"},
            {"finess", "entity", "code"},
            {"finess", "entity", "organisation"},
        ),
    ),
    Field.TYPE: (
        ({"code", "type", "document"}, {"code", "document"}, {"code", "type"}),
        ({"type", "document"}, {"type", "document", "dmp"}, {"type", "document", "fed"}),
        ({"label", "type", "document"}, {"label", "document"}, {"label", "type"}),
        ({"type"}, {"one document"}),
    ),
    Field.DOCUMENTS: (
        (
            *({"count", "document"}, {"document"}, {"count", "document", "fed"}),
            *({"document", "fed"}, {"count", "document", "dmp"}, {"document", "dmp"}),
            *({"count", "document", "dmp", "fed"}, {"document", "dmp", "fed"}),
            {"sum", "document"},
        ),
        ({"count"},),
    ),
    Field.DMP: (({"count", "dmp", "fed"}, {"dmp", "fed"}, {"count", "dmp"}, {"dmp"}),),
    Field.NAME: (
        ({"name"}, {"name", "site"}, {"label", "site"}),
        ({"site"}, {"label"}),
    ),
}
_FIELDS = {
    frozenset(concepts): (field, rank)
    for field, ranks in _WRITINGS.items()
    for rank, writings in enumerate(ranks)
    for concepts in writings
}


def field_of(header: str) -> tuple[Field, int] | None:
    """What a header names and how sure that writing is (0: the surest); None for anything else."""
    words = re.findall(r"[a-z0-9]+", normalise_label(header).lower())
    concepts: set[str] = set()
    for word in words:
        if word == "et" and "finess" in words:
            concepts.add("site")
        elif word in _CONCEPTS:
            concepts |= {_CONCEPTS[word], _GLUED.get(word, _CONCEPTS[word])}
        elif word not in _IGNORED_WORDS:
            return None
    if words in (["document"], ["doc"]):
        concepts = {"one document"}  # "Document" heads kinds of documents, "Documents" counts
    return _FIELDS.get(frozenset(concepts))
