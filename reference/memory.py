"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes

import pyarrow as pa

#: The parameter of the C library's `mallopt` that says among how many heaps threads allocate.
ARENA_MAX = -8


def share_one_heap() -> None:
    """Let threads that begin from now on allocate in one heap.

    In a heap of its own, what a thread freed is of no use to the others: one that works for a
    second beside the main one would leave a hundred megabytes. Does nothing where the C library
    cannot.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(ARENA_MAX, 1)


def give_back() -> None:
    """Give back what was freed after much was read at once: a worker lives long, next to others.

    The allocators of Arrow and of C keep it for later. Does nothing where the C library cannot.
    """
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
