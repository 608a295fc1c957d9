"""Every template of ours compiles, names only what its view gave, and is set as French books are.

So are the texts of the code: a template shows many of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template, render_to_string

from tests.strictness import TEMPLATES

NAMES = sorted(
    str(path.relative_to(TEMPLATES)) for path in Path(TEMPLATES).rglob("*") if path.is_file()
)

#: Tags, comments and values of a template, and those of its HTML.
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
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


#: The apostrophe of a typewriter after a letter and before a word, or at the end of a piece of one.
STRAIGHT = re.compile(r"[^\W\d_]'(?=[^\W\d_]|\u202f?«|$)")
CODE = sorted(
    path
    for package in (
        "accounts",
        "dashboard",
        "indicators",
        "ingestion",
        "mes_dashboard",
        "reference",
    )
    for path in (Path(TEMPLATES).parent / package).rglob("*.py")
    # What migrations hold, a migration changes; invented names are written as registers do.
    if not {"migrations", "models", "demo"} & set(path.parts) and path.name != "settings.py"
)


@pytest.mark.parametrize("name", NAMES)
def test_an_apostrophe_is_that_of_books(name: str) -> None:
    told = COMMENT.sub("", (Path(TEMPLATES) / name).read_text(encoding="utf-8"))

    assert not re.findall(rf"[^\n]{{0,20}}{STRAIGHT.pattern}[^\n]{{0,20}}", told)


def test_an_apostrophe_in_a_text_of_the_code_is_that_of_books() -> None:
    found = {
        f"{path}:{line}": text
        for path in CODE
        for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if STRAIGHT.search(text)
    }

    assert len(CODE) > 200
    assert found == {}


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and the words of each text of a module, but for those that explain it."""
    docstrings = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if not isinstance(each, ast.Constant) or id(each) in docstrings:
            continue
        if isinstance(each.value, str):
            yield each.lineno, each.value
