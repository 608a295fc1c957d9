"""What every page shows around its content: navigation, name, banner, versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Role, User
from accounts.scope import roles_of
from reference.models import DataVersion, Region

MAX_FLAT_REGIONS = 3
"""Above this number, the régions of a user are folded under one entry of the navigation."""

DATA_VERSION = "mes_data_version"
"""Where a request keeps the data version of the snapshot that its page reads."""

FILE_PAGES = (
    ("Déposer un fichier", "ingestion:upload"),
    ("Historique", "ingestion:history"),
    ("Sources et colonnes", "ingestion:sources"),
    # One line per page about files, in the order of the work; each needs no argument.
    ("FINESS à rattacher", "ingestion:quarantine"),
    ("Réglages", "ingestion:settings"),
    ("Journal", "accounts:journal"),
)
"""What the administrators of a région find under "Fichiers mensuels": label, name of the page."""


@dataclass(frozen=True)
class Link:
    """An entry of the navigation; `current` is its `aria-current`, `links` what it unfolds to."""

    label: str
    url: str = ""
    current: str = ""
    region_code: str = ""
    links: tuple[Link, ...] = ()


class Site:
    """The surroundings of one page, each part read only if the template shows it.

    One query for the user's régions and one for the data version, at most.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo: bool = settings.MES_DEMO
        self.official_brand: bool = settings.MES_OFFICIAL_BRAND
        self.support_email: str = settings.MES_SUPPORT_EMAIL
        self.release: str = settings.MES_RELEASE

    @cached_property
    def user(self) -> User | None:
        """The person who signed in, `None` before."""
        # A request refused before the authentication middleware has no user at all.
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def roles(self) -> dict[Region, Role]:
        """The role of the user in each région that they see, by name of région."""
        return roles_of(self.request) if self.user else {}

    @cached_property
    def _version(self) -> DataVersion:
        read: DataVersion | None = getattr(self.request, DATA_VERSION, None)
        return read or DataVersion.objects.get(pk=1)

    @property
    def data_version(self) -> int:
        """The number that names the present state of every figure."""
        return self._version.number

    @property
    def recomputing(self) -> bool:
        """Whether the ground changed since the published facts were read through it."""
        return self._version.ground != self._version.folded_ground

    @cached_property
    def navigation(self) -> tuple[Link, ...]:
        """The entries of the main menu that the user may open."""
        links = list(self._region_links())
        if Role.ADMINISTRATOR in self.roles.values():
            links.append(self._files_menu())
        if self.user and self.user.is_staff:
            links.append(self._link("Administration", reverse("admin:index")))
        return tuple(links)

    def _region_links(self) -> tuple[Link, ...]:
        links = tuple(
            self._link(region.name, reverse("dashboard:region", args=[region.slug]), region.code)
            for region in self.roles
        )
        if len(links) <= MAX_FLAT_REGIONS:
            return links
        current = "true" if any(link.current for link in links) else ""
        return (Link("Régions", current=current, links=links),)

    def _files_menu(self) -> Link:
        """The pages about files; the one that is read, or the nearest above it, is current."""
        links = [self._link(label, reverse(name)) for label, name in FILE_PAGES]
        nearest = max((link.url for link in links if link.current), key=len, default="")
        links = [link if link.url == nearest else replace(link, current="") for link in links]
        return Link("Fichiers mensuels", current="true" if nearest else "", links=tuple(links))

    @cached_property
    def region_page(self) -> bool:
        """Whether the page may belong to a région in the menu: those about files have their own."""
        return not self.request.path.startswith(reverse("ingestion:upload"))

    def _link(self, label: str, url: str, region_code: str = "") -> Link:
        path = self.request.path
        current = "page" if path == url else "true" if path.startswith(url) else ""
        return Link(label, url, current, region_code)


def site(request: HttpRequest) -> dict[str, Site]:
    """Context processor: `site` in every template; costs no query before it is read."""
    return {"site": Site(request)}
