"""Every template of ours compiles, and names only what its view gave."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template, render_to_string

from tests.strictness import TEMPLATES

NAMES = sorted(
    str(path.relative_to(TEMPLATES)) for path in Path(TEMPLATES).rglob("*") if path.is_file()
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name)


def test_an_undefined_variable_of_ours_fails() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"field\.auto_id .* is not defined"):
        render_to_string("partials/field_errors.html", {"field": {"errors": ["Faux"]}})


def test_an_undefined_variable_of_a_package_is_empty_as_it_expects() -> None:
    page = engines["django"].from_string("[{{ nobody.gave.this }}]")

    assert page.render() == "[]"
