"""A table that scrolls sideways where the screen is narrow, reachable with the keyboard."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def scrollable(
    content: SafeString,
    labelledby: str = "",
    *,
    label: str = "",
    css: str = "fr-table--no-caption",
) -> SafeString:
    """Wraps a `<table>`, whose place in the page has the name of a heading, or one of its own.

    `{% scrollable "id-of-the-heading" %}<table>…</table>{% endscrollable %}`, or `label="Sources"`;
    `css`: the variants of the DSFR's table.
    """
    name = (
        format_html('aria-labelledby="{}"', labelledby)
        if labelledby
        else format_html('aria-label="{}"', label)
    )
    return format_html(
        '<div class="fr-table {}"><div class="fr-table__wrapper">'
        '<div class="fr-table__container" tabindex="0" role="region" {}>'
        '<div class="fr-table__content">{}</div></div></div></div>',
        css,
        name,
        content,
    )
