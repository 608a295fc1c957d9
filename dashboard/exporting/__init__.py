"""Files made beside the pages: asked for, made by a worker, kept for a while, then deleted."""

from dashboard.exporting.asking import ask_again, ask_export
from dashboard.exporting.making import make

__all__ = ["ask_again", "ask_export", "make"]
