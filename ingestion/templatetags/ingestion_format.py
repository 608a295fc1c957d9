"""Numbers and months as the pages of monthly files write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django import template

from reference.months import in_french, parse_month
from reference.numbers import grouped

register = template.Library()

#: A row that names more months than this one names the first and the last.
MAX_MONTHS = 3


register.filter("grouped", grouped)


@register.filter
def month_name(month: dt.date) -> str:
    """A month in French words."""
    return in_french(month)


@register.filter
def month_links(months: Sequence[str]) -> list[tuple[str, str]]:
    """Months kept as `YYYY-MM`, each with its French words; many as one span, without a key."""
    if len(months) > MAX_MONTHS:
        first, last = (in_french(parse_month(month)) for month in (min(months), max(months)))
        return [("", f"{first} à {last} ({len(months)} mois)")]
    return [(month, in_french(parse_month(month))) for month in months]
