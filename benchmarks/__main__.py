"""Runs every benchmark on throw-away servers and prints what each promises and what was seen."""

from __future__ import annotations

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # throw-away servers and folder

import django

django.setup()

from django.test.utils import setup_databases, teardown_databases  # noqa: E402  # after the setup

from benchmarks import facts  # noqa: E402  # the same
from mes_dashboard.services import local_servers  # noqa: E402  # the same


def main() -> int:
    """Run them all; the exit code says whether every promise was kept."""
    names = setup_databases(verbosity=0, interactive=False)
    try:
        results = [*facts.run()]
    finally:
        teardown_databases(names, verbosity=0)
        local_servers().release()
    for result in results:
        print(result)
    return 0 if all(result.kept for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
