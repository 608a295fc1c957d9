"""The `.pptx` that a région gives for its slides: kept and removed."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.exporting import dressing
from dashboard.models import DeckTemplate
from reference.models import Region


class AlreadyThereError(Exception):
    """The région has a template of that name."""


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
    """Remove a template, unless it just was; what used it takes ours, and exports say so."""
    # Who is choosing it comes first, and then takes ours too.
    if DeckTemplate.objects.select_for_update().filter(pk=template.pk).first() is None:
        return
    _remember("modèle de diapositives retiré", template, actor)
    dressing.do_without(template)
    template.delete()


def size_of(template: DeckTemplate) -> int | None:
    """The size of its file in bytes; None when the file is gone."""
    try:
        return template.file.size
    except OSError:
        return None


def _remember(act: str, template: DeckTemplate, actor: User, **details: Any) -> None:
    audit.record(act, actor=actor, target=template.name, region=template.region, **details)
