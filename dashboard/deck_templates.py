"""The `.pptx` that a région gives for its slides: what may be one, kept and removed."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
import zlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.exports.deck.template import FILES, PACKED, UNPACKED, check_template, model
from dashboard.models import DeckTemplate
from reference.models import Region

CONTENT_TYPES, MAIN = "[Content_Types].xml", "ppt/presentation.xml"
#: How the old format, and any file with a password, begins.
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")

NOT_ONE = "Ce fichier n’est pas une présentation PowerPoint (.pptx)."
DAMAGED = "Ce fichier est abîmé\u202f: ouvrez-le dans PowerPoint et enregistrez-le de nouveau."
OLD = (
    "Ce fichier est dans l’ancien format .ppt, ou protégé par un mot de passe\u202f: "
    "enregistrez-le au format .pptx, sans mot de passe."
)
TOO_LARGE = "Ce fichier dépasse 20\u202fMo."
SWOLLEN = "Ce fichier se décompresse en plus de 200\u202fMo ou de 5\u202f000 parties."
OTHER_KINDS = {
    b"macroEnabled": "Ce fichier contient des macros\u202f: enregistrez-le au format .pptx.",
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


class AlreadyThereError(Exception):
    """The région has a template of that name."""


def problems_of(content: bytes) -> tuple[str, ...]:
    """What keeps a file from being a template, in French; nothing when it is one.

    Told from what it is, never from its name. Nothing is unpacked before its size is known.
    """
    if len(content) > PACKED:
        return (TOO_LARGE,)
    if content.startswith(COMPOUND):
        return (OLD,)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = _problem_of_package(archive)
    except zipfile.BadZipFile:
        return (NOT_ONE,)
    except (EOFError, zlib.error, OSError, NotImplementedError, RuntimeError):
        return (DAMAGED,)
    return (found,) if found else tuple(check_template(content))


def _problem_of_package(archive: zipfile.ZipFile) -> str:
    """What is wrong with the package as such, "" for nothing."""
    members = archive.infolist()
    if len(members) > FILES or sum(each.file_size for each in members) > UNPACKED:
        return SWOLLEN
    names = {each.filename for each in members}
    if not {CONTENT_TYPES, MAIN} <= names:
        return NOT_ONE
    if any(each.flag_bits & 0x1 for each in members):
        return OLD
    types = archive.read(CONTENT_TYPES)
    for mark, said in OTHER_KINDS.items():
        if mark in types:
            return said
    relations = (archive.read(name) for name in sorted(names) if name.endswith(".rels"))
    return OUTSIDE if any(map(_leads_outside, relations)) else ""


def _leads_outside(relations: bytes) -> bool:
    """Whether a part needs something that is not in the package; a link to follow is no need."""
    found = RELATIONSHIP.findall(relations)
    return any(b"External" in each and b"/hyperlink" not in each for each in found)


def model_file() -> bytes:
    """Our own template, to be dressed by a région."""
    return model()


@transaction.atomic
def add_template(region: Region, name: str, content: bytes, *, actor: User) -> DeckTemplate:
    """Keep a template whose content was found without problem.

    Raises:
        AlreadyThereError: the région has one of that name.
    """
    Region.objects.select_for_update().get(pk=region.pk)  # two of a name at once: one waits
    if region.deck_templates.filter(name=name).exists():
        raise AlreadyThereError
    template = DeckTemplate(region=region, name=name, author=actor)
    template.file.save(f"{uuid.uuid4().hex}.pptx", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            template.save()
            _remember("modèle de diapositives déposé", template, actor, bytes=len(content))
    except BaseException:
        template.file.storage.delete(template.file.name or "")
        raise
    return template


@transaction.atomic
def remove_template(template: DeckTemplate, *, actor: User) -> None:
    """Remove a template, unless it just was; the selections that used it take ours."""
    # Who is choosing it comes first, and then takes ours too.
    if DeckTemplate.objects.select_for_update().filter(pk=template.pk).first() is None:
        return
    _remember("modèle de diapositives retiré", template, actor)
    template.delete()


def size_of(template: DeckTemplate) -> int | None:
    """The size of its file in bytes; None when the file is gone."""
    try:
        return template.file.size
    except OSError:
        return None


def _remember(act: str, template: DeckTemplate, actor: User, **details: Any) -> None:
    audit.record(act, actor=actor, target=template.name, region=template.region, **details)
