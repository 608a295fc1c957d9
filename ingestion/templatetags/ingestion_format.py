"""Numbers and months as the pages of monthly files write them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from reference.months import in_french, parse_month
from reference.numbers import grouped

register = template.Library()


register.filter("grouped", grouped)


@register.filter
def french_months(months: Iterable[str]) -> list[str]:
    """Months kept as `YYYY-MM`, in French words."""
    return [in_french(parse_month(month)) for month in months]
