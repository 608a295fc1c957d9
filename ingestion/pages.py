"""Pages of lists whose length was counted beforehand."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator


class CountedPaginator(Paginator[Any]):
    """Pages of a list whose length is known already: it is not counted again."""

    def __init__(self, listed: Any, per_page: int, count: int) -> None:
        super().__init__(listed, per_page)
        self.__dict__["count"] = count  # in place of the cached property that asks for it
