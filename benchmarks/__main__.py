"""Runs benchmarks on throw-away servers and prints what each promises and what was seen.

All of them, or those named: `python -m benchmarks ingest national`.
"""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # throw-away servers and folder

import django

django.setup()

from django.test.utils import setup_databases, teardown_databases  # noqa: E402  # after the setup

from mes_dashboard.services import local_servers  # noqa: E402  # the same

BENCHMARKS = ("deck", "facts", "reading", "ingest", "national", "pages")


def main() -> int:
    """Run those named, or all; the exit code says whether every promise was kept."""
    unknown = set(sys.argv[1:]) - set(BENCHMARKS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
        return 2
    logging.disable(logging.INFO)  # what is printed is the results
    kept = True
    try:
        for name in sys.argv[1:] or BENCHMARKS:
            databases = setup_databases(verbosity=0, interactive=False)  # each in an empty one
            try:
                # Imported when its turn comes: memory is measured of a process that holds no more.
                for result in import_module(f"benchmarks.{name}").run():
                    print(result, flush=True)
                    kept &= result.kept
            finally:
                teardown_databases(databases, verbosity=0)
    finally:
        local_servers().release()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
