"""What the pages of files say of registers, lists of members, and lines taken up again."""

from __future__ import annotations

from django import template

from ingestion.ground_files.words import replay_words, words

register = template.Library()

register.simple_tag(words, name="ground_words")
register.filter("replay_words", replay_words)
