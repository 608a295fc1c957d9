"""Numbers, months and files as the pages of monthly files write them.

What stands on every row of a list is made here: a template included on each of 25 rows took most
of the time of a page.
"""

from __future__ import annotations

import datetime as dt

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ingestion.models import Extract, Kind, State
from reference.months import in_french, parse_month
from reference.numbers import grouped

register = template.Library()

#: A row that names more months than this one names the first and the last.
MAX_MONTHS = 3
#: The colour of a state, of those that ask for or deserve attention.
BADGES = {State.PUBLISHED: "success", State.REFUSED: "error", State.READY: "info"}


register.filter("grouped", grouped)


@register.filter
def month_name(month: dt.date) -> str:
    """A month in French words."""
    return in_french(month)


@register.filter
def months_of(extract: Extract) -> SafeString | str:
    """The months of a file, each a link to where its figures come from; many as one span."""
    months: list[str] = extract.months
    if len(months) > MAX_MONTHS:
        first, last = (in_french(parse_month(month)) for month in (min(months), max(months)))
        return f"{first} à {last} ({len(months)} mois)"
    if extract.region is None or extract.kind != Kind.MONTHLY:
        return ", ".join(in_french(parse_month(month)) for month in months) or "–"
    slug = extract.region.slug
    links = ((reverse("ingestion:month", args=[slug, each]), each) for each in months)
    told = ((address, in_french(parse_month(each))) for address, each in links)
    return format_html_join(", ", '<a href="{}">{}</a>', told) or "–"


@register.filter
def state_badge(extract: Extract) -> SafeString:
    """The state of a file."""
    colour = BADGES.get(State(extract.state))
    css = f"fr-badge fr-badge--{colour} fr-badge--sm" if colour else "fr-badge fr-badge--sm"
    return format_html('<p class="{}">{}</p>', css, extract.get_state_display())


@register.filter
def received(extract: Extract) -> str:
    """When a file was received, and of whom."""
    when = f"le {timezone.localtime(extract.received_at):%d/%m/%Y à %H:%M}"
    return f"{when} par {extract.author}" if extract.author else when
