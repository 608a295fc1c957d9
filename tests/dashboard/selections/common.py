"""What the tests of selections have in common: a page, and what its form sends."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import User
from dashboard.models import SlidePick
from tests.html import assert_no_inline

REGION, DEPARTEMENT = "/regions/bourgogne-franche-comte/", "/departements/21/"
PAGE = f"{REGION}diapositives/"
ADD = f"{PAGE}ajouter/"
MakeUser = Callable[..., User]


def text(response: Any) -> str:
    assert_no_inline(response.content.decode())
    return unescape(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def add(client: Client, territory: str = "R27", code: str = "carte", query: str = "") -> Any:
    return client.post(ADD, {"territory": territory, "code": code, "query": query})


def picks(user: User) -> list[SlidePick]:
    return list(SlidePick.objects.filter(selection__user=user).order_by("rank"))


def codes(user: User) -> list[str]:
    found = picks(user)
    assert [pick.rank for pick in found] == list(range(len(found)))
    return [pick.code for pick in found]


def shown(client: Client) -> dict[str, str]:
    """What the page's form would send as it stands."""
    rows = client.get(PAGE).context["rows"]
    sent: dict[str, str] = {}
    for row in rows:
        sent |= {
            f"vu-{row.pick.pk}": row.seen,
            f"titre-{row.pick.pk}": row.pick.title,
            f"place-{row.pick.pk}": f"{row.number}",
        }
        if row.pick.kept:
            sent[f"garder-{row.pick.pk}"] = "on"
    return sent


def act(client: Client, action: str, **changes: str) -> Any:
    return client.post(PAGE, shown(client) | {"action": action} | changes, follow=True)
