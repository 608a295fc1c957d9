"""What tests forbid: a variable that no view gave, and counting on an order nobody asked for."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.template import TemplateSyntaxError
from django.template.base import Node

TEMPLATES = str(Path(__file__).resolve().parent.parent / "templates")
SEED = os.environ.setdefault("MES_TEST_SEED", str(random.randrange(10**6)))


class UndefinedVariable(str):
    """Django's `string_if_invalid`, which fails in our templates and stays silent in others'.

    `{% if name %}` may still name what is not there: Django never asks for this text then.
    """

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "%s" or super().__contains__(str(text))

    def __mod__(self, variable: object) -> str:
        origin = _template_being_rendered()
        if origin.startswith(TEMPLATES):
            raise TemplateSyntaxError(f"{{{{ {variable} }}}} is not defined, in {origin}")
        return ""


def _template_being_rendered() -> str:
    """The file of the innermost node that is being rendered."""
    frame = sys._getframe(1)
    while frame.f_back:
        frame = frame.f_back
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
    return ""


def shuffle_unordered_querysets() -> None:
    """Give the rows of every query without an order in another order each time."""
    luck = random.Random(SEED)
    fetch_all = QuerySet._fetch_all

    def fetch_and_shuffle(queryset: QuerySet[Any]) -> None:
        fresh = queryset._result_cache is None
        fetch_all(queryset)
        if fresh and not queryset.ordered and queryset._result_cache:
            luck.shuffle(queryset._result_cache)

    QuerySet._fetch_all = fetch_and_shuffle  # type: ignore[assignment, method-assign]  # the very purpose
