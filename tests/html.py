"""What a page's markup must never hold, whoever wrote it."""

from __future__ import annotations

from html.parser import HTMLParser

DATA_TYPES = {"application/json", "application/ld+json"}


class _InlineFinder(HTMLParser):
    """Collects what `script-src 'self'; style-src 'self'` would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        line, _ = self.getpos()
        if tag == "script" and "src" not in given and given.get("type") not in DATA_TYPES:
            self.found.append(f"line {line}: <script> without src")
        if tag == "style":
            self.found.append(f"line {line}: <style>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"line {line}: <{tag} {name}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"line {line}: <{tag} {name}> runs a script")


def inline_code(html: str) -> list[str]:
    """The scripts and styles that a page carries in itself, by line."""
    finder = _InlineFinder()
    finder.feed(html)
    return finder.found


def assert_no_inline(html: str) -> None:
    """Fail on any inline script, style, event handler or `javascript:` address."""
    assert inline_code(html) == []
