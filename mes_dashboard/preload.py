"""What a web process loads before it serves: once, in the process that the others are forked from.

Reading the templates and importing the views costs a first page more than the page itself.
"""

from __future__ import annotations

import gc
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def load_pages() -> None:
    """Import every view and read every template of ours; asks nothing of any server.

    What is there by then is out of the garbage collector's sight.
    """
    get_resolver().url_patterns  # noqa: B018  # reading it imports them
    folder = Path(settings.BASE_DIR) / "templates"
    for path in sorted(folder.rglob("*.html")):
        get_template(str(path.relative_to(folder)))
    # All of it is here to stay: a full collection in the middle of a page would look through it
    # again for a tenth of a second, and make the forked processes copy what they share.
    gc.collect()
    gc.freeze()
