"""A table that scrolls sideways where the screen is narrow, reachable with the keyboard."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def scrollable(content: SafeString, labelledby: str) -> SafeString:
    """Wraps a `<table>`; `labelledby` is the id of the heading that names it.

    `{% scrollable "titre" %}<table>…</table>{% endscrollable %}`
    """
    return format_html(
        '<div class="fr-table fr-table--no-caption"><div class="fr-table__wrapper">'
        '<div class="fr-table__container" tabindex="0" role="region" aria-labelledby="{}">'
        '<div class="fr-table__content">{}</div></div></div></div>',
        labelledby,
        content,
    )
