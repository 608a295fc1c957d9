"""Every template of ours compiles, and names only what its view gave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template, render_to_string

from tests.strictness import TEMPLATES

NAMES = sorted(
    str(path.relative_to(TEMPLATES)) for path in Path(TEMPLATES).rglob("*") if path.is_file()
)

#: Tags, comments and values of a template, and those of its HTML.
MARKUP = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name)


def test_an_undefined_variable_of_ours_fails() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"field\.auto_id .* is not defined"):
        render_to_string("partials/field_errors.html", {"field": {"errors": ["Faux"]}})


def test_an_undefined_variable_of_a_package_is_empty_as_it_expects() -> None:
    page = engines["django"].from_string("[{{ nobody.gave.this }}]")

    assert page.render() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_signs_of_french_stand_after_a_narrow_space(name: str) -> None:
    words = MARKUP.sub("", (Path(TEMPLATES) / name).read_text(encoding="utf-8"))

    assert not re.findall(r"[^\n]{0,20}[ \u00a0][:;?!»%]|«[ \u00a0][^\n]{0,20}", words)
