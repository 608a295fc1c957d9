"""How files write the DMP's document types, and which type each writing means."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from reference.models import DocumentType, DocumentTypeAlias

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
NOT_A_WORD = re.compile(r"[^a-z0-9]+")
REPORT = re.compile(r"\bcomptes? rendus?\b")


@lru_cache(maxsize=4096)  # those of the nomenclature come back with every file
def normalise_label(text: str) -> str:
    """A label without what people vary: case, accents, spaces, punctuation, "compte rendu" or CR.

    Two writings of one type have the same normal form, which is stable: normalising it again
    gives it back.
    """
    folded = unicodedata.normalize("NFKD", text).casefold().translate(LIGATURES)
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return REPORT.sub("cr", NOT_A_WORD.sub(" ", plain).strip())


def document_type_choices() -> list[tuple[str, str]]:
    """The code and the label of each document type that a person may name, by label."""
    types = DocumentType.objects.exclude(code=DocumentType.UNRECOGNISED)
    return list(types.order_by("label").values_list("code", "label"))


def document_type_index() -> dict[str, int]:
    """Every normalised writing of a document type and the identifier of its `DocumentType`.

    Holds codes, official labels, aliases, and each label or alias after its code ("80788-3 -
    PPA"). Where two types could claim one writing, a code wins over a label, and a label over
    an alias. Two queries.
    """
    types = list(DocumentType.objects.order_by("code").values_list("id", "code", "label"))
    codes = {identifier: code for identifier, code, _ in types}
    names = [(identifier, label) for identifier, _, label in types]
    names += DocumentTypeAlias.objects.order_by("label").values_list("document_type_id", "label")
    index: dict[str, int] = {}
    for identifier, code in codes.items():
        index.setdefault(normalise_label(code), identifier)
    for identifier, name in names:
        index.setdefault(normalise_label(name), identifier)
        index.setdefault(normalise_label(f"{codes[identifier]} {name}"), identifier)
    return index
