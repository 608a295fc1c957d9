"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes

import pyarrow as pa


def give_back() -> None:
    """Give back what was freed after much was read at once: a worker lives long, next to others.

    The allocators of Arrow and of C keep it for later. Does nothing where the C library cannot.
    """
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
