"""A cache of the objects themselves, for what is never changed once it is made.

Django's own copies what it keeps at each use, which costs a page more than the rest of it. What is
kept here is shared by the threads of the process, the last used first.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

_KEPT: defaultdict[str, OrderedDict[str, Any]] = defaultdict(OrderedDict)
_LOCK = Lock()


class ObjectCache(BaseCache):
    """Keeps `MAX_ENTRIES` objects until the process ends; each thread has its own of one name."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._kept = _KEPT[name]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The very object that was kept."""
        named = self.make_key(key, version)
        with _LOCK:
            if named not in self._kept:
                return default
            self._kept.move_to_end(named)
            return self._kept[named]

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ARG002  # keys name versions: none expires
        version: int | None = None,
    ) -> None:
        """Keep an object; the one that nobody asked for the longest gives its place."""
        named = self.make_key(key, version)
        with _LOCK:
            self._kept[named] = value
            self._kept.move_to_end(named)
            while len(self._kept) > self._max_entries:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with _LOCK:
            self._kept.clear()
