"""What a page must hold for plotly.js to write no style of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: How the whole bundle asks whether its maps' style sheet is there already.
STYLE_GUARD = re.compile(r'if\(!document\.getElementById\("([0-9a-f]{64})"\)\)')


@register.simple_tag
def plotly_guard() -> SafeString:
    """An empty element with the id that the whole bundle looks for.

    Without it, the bundle of the Python package writes an inline style sheet for maps that no
    page draws, which the content security policy refuses with an error in the console. The small
    bundle has no such guard, and this is nothing.
    """
    found = finders.find("plotly/plotly.min.js")
    guard = style_guard(found) if isinstance(found, str) else ""
    return format_html('<meta name="plotly-maps" id="{}">', guard) if guard else SafeString()


@lru_cache(maxsize=1)
def style_guard(bundle: str) -> str:
    """The id that a bundle looks for, "" when it looks for none. Reads the file once."""
    match = STYLE_GUARD.search(Path(bundle).read_text(encoding="utf-8"))
    return match.group(1) if match else ""
