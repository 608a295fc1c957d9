"""The declarations of indicators, for templates."""

from django import template

from dashboard.charts.definitions import declared

register = template.Library()

register.simple_tag(declared, name="declared")
