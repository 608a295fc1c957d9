"""The French formats of `reference.french`, for templates."""

from django import template

from reference import french
from reference.months import in_french

register = template.Library()

register.filter("integer", french.integer)
register.filter("percent", french.percent)
register.filter("growth", french.growth)
register.filter("month", in_french)
register.filter("short_month", french.short_month)
register.filter("day", french.day)
register.filter("typographic", french.typographic)
