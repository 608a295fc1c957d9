"""What every test lives with: throw-away servers, no network, no undefined variable, no luck."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core.cache import caches
from django.test import Client
from hypothesis import is_hypothesis_test
from playwright.sync_api import Page
from pytest_django import Settings

from accounts.models import RegionGrant, Role, User
from mes_dashboard.services import local_servers
from reference.models import Region
from tests.people import signed_in
from tests.restoring import disconnect_everybody_else, restore_after_commits
from tests.strictness import SEED, shuffle_unordered_querysets

# Playwright's synchronous API runs inside an event loop, where Django refuses the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

#: The same engine without a browser around it comes first: its pages take a third less time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "RGAAv4"]}}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real Chromium; skipped without one")
    shuffle_unordered_querysets()


def pytest_report_header() -> str:
    return f"unordered queries: MES_TEST_SEED={SEED}; Chromium: {CHROMIUM or 'NOT FOUND'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        # What is generated runs the same lines hundreds of times, twice as slowly when they are
        # counted; a browser has other things to tell. Lines count where the other tests run them.
        if is_hypothesis_test(getattr(item, "obj", None)) or item.get_closest_marker("browser"):
            item.add_marker("no_cover")
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    missed = sum("no Chromium" in str(report.longrepr) for report in skipped)
    if missed:
        terminalreporter.section("NO CHROMIUM WAS FOUND", red=True, bold=True)
        terminalreporter.line(f"{missed} browser tests did NOT run: install Chromium.", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that leads the run stops the servers; their folder goes with it."""
    if not hasattr(config, "workerinput"):
        local_servers().release()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """The test database, as the migrations left it before each test."""
    with django_db_blocker.unblock():
        restore_after_commits()
    yield
    with django_db_blocker.unblock():
        disconnect_everybody_else()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    for name in ("default", "near", "pages", "parts"):
        caches[name].clear()


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


# --- People ----------------------------------------------------------------------------------

MakeUser = Callable[..., User]


@pytest.fixture
def region(db: None) -> Region:
    """Bourgogne-Franche-Comté."""
    return Region.objects.get(pk="27")


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """Makes a user who holds a role in some regions: `make_user("a@b.fr", Role.READER, region)`."""

    def make(email: str, role: Role, *regions: Region) -> User:
        user = User.objects.create_user(email, "correct horse battery staple")
        for granted in regions:
            RegionGrant.objects.create(user=user, region=granted, role=role)
        return user

    return make


@pytest.fixture
def owner(make_user: MakeUser, region: Region) -> User:
    """The administrator of the region."""
    return make_user("owner@example.fr", Role.ADMINISTRATOR, region)


@pytest.fixture
def colleague(make_user: MakeUser) -> User:
    """The administrator of another region, Bretagne."""
    return make_user("colleague@example.fr", Role.ADMINISTRATOR, Region.objects.get(pk="53"))


@pytest.fixture
def owner_client(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def colleague_client(colleague: User) -> Client:
    return signed_in(colleague)


@pytest.fixture
def stranger_client() -> Client:
    """Nobody has signed in."""
    return Client()


# --- Browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url() -> None:
    """None. Stands for pytest-playwright's own, whose form pytest deprecates with a warning."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, User], None]:
    """Gives a browser page the session of a user, without the sign-in screen."""

    def give(page: Page, user: User) -> None:
        client = signed_in(user)
        name = django_settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict will do

    return give


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fails on any violation of WCAG 2 A and AA or RGAA 4 that axe-core sees in a page."""
    checker = Axe()

    def check(page: Page) -> None:
        found = checker.run(page, options=AXE_OPTIONS)
        assert found.violations_count == 0, found.generate_report()

    return check
