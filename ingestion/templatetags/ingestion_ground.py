"""What the page of a register or of a list of members says of it."""

from __future__ import annotations

from django import template

from ingestion.ground_files.words import words

register = template.Library()

register.simple_tag(words, name="ground_words")
