"""The template of a région that an export was to have, and what is said when it is no more.

Whoever removes a template leaves a remark, `WITHOUT`, on the exports that wait for it: they are
made with our own. The remark lasts from attempt to attempt, after any problem that is told, and
stays on the file so made.
"""

from __future__ import annotations

from django.db.models import Case, Value, When

from dashboard.models import UNFINISHED, DeckTemplate, Export

WITHOUT = "Modèle de la région retiré\u202f: celui de l’application est utilisé."
NO_TEMPLATE = "Ce modèle n’existe plus\u202f: choisissez-en un autre, puis demandez à nouveau."


class TemplateGoneError(Exception):
    """The template that was chosen was removed meanwhile; the message says so in French."""


def hold(template: DeckTemplate) -> None:
    """Keep a template from being removed for the transaction; waits for who is removing it.

    Raises:
        TemplateGoneError: it was removed.
    """
    held = DeckTemplate.objects.select_for_update(no_key=True).filter(pk=template.pk)
    if held.first() is None:
        raise TemplateGoneError(NO_TEMPLATE)


def do_without(template: DeckTemplate) -> None:
    """Leave the remark on the exports that wait for a template about to be removed."""
    waiting = Export.objects.filter(template=template, state__in=UNFINISHED)
    waiting.update(problem=WITHOUT)


def remark(problem: str) -> str:
    """What lasts of what was told of an export: the remark, or nothing."""
    return WITHOUT if problem.endswith(WITHOUT) else ""


def telling(problem: str) -> Case:
    """A problem to write in place of the last one, whose remark stays, if it was left meanwhile."""
    both = f"{problem} {WITHOUT}".strip()
    left = When(problem__endswith=WITHOUT, then=Value(both))
    return Case(left, default=Value(problem))


def content_of(export: Export) -> bytes | None:
    """The content of the template of an export, None for ours.

    Raises:
        TemplateGoneError: its file is lost.
    """
    template = export.template
    if template is None:
        return None
    try:
        with template.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        if DeckTemplate.objects.filter(pk=template.pk).exists():
            raise TemplateGoneError(NO_TEMPLATE) from error
    export.problem = WITHOUT  # removed since the export was read
    return None
