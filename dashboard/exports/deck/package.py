"""What a `.pptx` file may be before any slide of it is read: its size, its kind, what it needs.

Told from what the file is, never from its name. Nothing is unpacked before its size is known.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from typing import Any

from pptx.opc.packuri import PackURI

from reference import french

MEBIBYTE = 1024**2
#: What a presentation may weigh, packed then unpacked, and the parts that it may hold.
PACKED, UNPACKED, PARTS = 20 * MEBIBYTE, 200 * MEBIBYTE, 5000
CONTENT_TYPES, MAIN = "[Content_Types].xml", "ppt/presentation.xml"
#: How any package begins; and how the old format does, with any file that has a password.
PACKAGE, COMPOUND = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")

NOT_ONE = "Ce fichier n’est pas une présentation PowerPoint (.pptx)."
DAMAGED = "Ce fichier est abîmé\u202f: ouvrez-le dans PowerPoint et enregistrez-le de nouveau."
OLD = (
    "Ce fichier est dans l’ancien format .ppt, ou protégé par un mot de passe\u202f: "
    "enregistrez-le au format .pptx, sans mot de passe."
)
TOO_LARGE = f"Ce fichier dépasse {PACKED // MEBIBYTE}\u202fMo."
SWOLLEN = (
    f"Ce fichier se décompresse en plus de {UNPACKED // MEBIBYTE}\u202fMo "
    f"ou de {french.integer(PARTS)} parties."
)
MACROS = "Ce fichier contient des macros\u202f: enregistrez-le au format .pptx, sans macro."
OTHER_KINDS = {
    b"macroEnabled": MACROS,
    b"presentationml.template.main": (
        "Ce fichier est un modèle .potx\u202f: enregistrez-le au format .pptx."
    ),
    b"presentationml.slideshow.main": (
        "Ce fichier est un diaporama .ppsx\u202f: enregistrez-le au format .pptx."
    ),
}
OUTSIDE = (
    "Ce fichier va chercher une image, un son ou un objet hors de lui-même\u202f: "
    "insérez-le dans la présentation au lieu de le lier."
)


def package_problem(content: bytes) -> str:
    """What keeps a file from being a presentation to read, as a French sentence; "" for nothing."""
    if len(content) > PACKED:
        return TOO_LARGE
    if content.startswith(COMPOUND):
        return OLD
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _problem(package)
    except zipfile.BadZipFile:
        return DAMAGED if content.startswith(PACKAGE) else NOT_ONE
    except Exception:  # noqa: BLE001  # whatever a stranger's file breaks, it is damaged
        return DAMAGED


def _problem(package: zipfile.ZipFile) -> str:
    parts = package.infolist()
    if len(parts) > PARTS or sum(each.file_size for each in parts) > UNPACKED:
        return SWOLLEN
    names = {each.filename for each in parts}
    if not {CONTENT_TYPES, MAIN} <= names:
        return NOT_ONE
    if any(each.flag_bits & 0x1 for each in parts):
        return OLD
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return MACROS
    types = package.read(CONTENT_TYPES)
    for mark, said in OTHER_KINDS.items():
        if mark in types:
            return said
    relations = (package.read(name) for name in sorted(names) if name.endswith(".rels"))
    return OUTSIDE if any(map(_leads_outside, relations)) else ""


def _leads_outside(relations: bytes) -> bool:
    """Whether a part needs something that is not in the package; a link to follow is no need."""
    found = RELATIONSHIP.findall(relations)
    return any(b"External" in each and b"/hyperlink" not in each for each in found)


def number_parts(package: Any) -> None:
    """Number new parts by counting: the library looks through the whole package for each."""
    taken = {str(part.partname) for part in package.iter_parts()}
    last: Counter[str] = Counter()

    def following(template: str) -> PackURI:
        while True:
            last[template] += 1
            name = template % last[template]
            if name not in taken:
                return PackURI(name)

    package.next_partname = following
