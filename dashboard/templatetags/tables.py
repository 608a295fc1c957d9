"""Rows of tables: a page holds thousands of cells, which a template writes ten times slower."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from dashboard.charts.chart import Table

register = template.Library()


@register.filter
def rows(table: Table) -> SafeString:
    """The body of a table of numbers, a header at the left of each row; all of it is escaped."""
    return SafeString("\n".join(_row(header, cells) for header, cells in table.lines))


def _row(header: str, cells: tuple[str, ...]) -> str:
    numbers = "".join(f'<td class="mes-number">{conditional_escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row">{conditional_escape(header)}</th>{numbers}</tr>'
