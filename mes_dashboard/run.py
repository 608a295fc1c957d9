"""`make run`: the whole product on this machine, served as in production, until Ctrl-C.

Migrates, collects static files when they changed, loads the demonstration data the first time,
then runs the web server, the worker and the scheduler, and says where to sign in.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes_dashboard.settings")
os.environ.setdefault("MES_INSECURE_HTTP", "1")  # this machine only: see MES_BIND
os.environ.setdefault("MES_BIND", "127.0.0.1")
os.environ.setdefault("MES_DEMO", "1")

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import connections

from mes_dashboard.plotly_bundle import bundle
from mes_dashboard.probe import ready
from mes_dashboard.services import ServiceError, local_servers

STOP_SECONDS = 15
READY_SECONDS = 90
MAX_RESTARTS = 5
SET_PARENT_DEATH_SIGNAL = 1

#: The région of the demonstration: the inbox has a folder for it.
DEMO_REGION = "27"


class StoppedError(Exception):
    """Somebody asked the product to stop, or a part of it ended by itself."""


class Children:
    """The processes of the product; none outlives this one."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, tuple[str, ...]] = {}
        self.restarts: Counter[str] = Counter()
        self._libc = ctypes.CDLL(None)

    def start(self, name: str, *arguments: str) -> None:
        """Start `python` with arguments, its output in the log named after it.

        Ctrl-C does not reach it, we do; and the system ends it if we are killed.
        """
        self.commands[name] = arguments
        with log_of(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._end_with_parent,  # noqa: PLW1509  # one system call, no thread yet
            )

    def finish(self, name: str) -> None:
        """Wait for a process that must end well.

        Raises:
            StoppedError: when it does not.
        """
        code = self.running[name].wait()
        del self.running[name]
        if code:
            fail(name, code)

    def watch(self) -> None:
        """Start again a process that was killed; one that ended by itself stops everything.

        Raises:
            StoppedError: naming it, also when it was killed too often.
        """
        for name, child in list(self.running.items()):
            code = child.poll()
            if code is None:
                continue
            if code >= 0 or self.restarts[name] >= MAX_RESTARTS:
                fail(name, code)
            self.restarts[name] += 1
            with suppress(ProcessLookupError):  # what it had started and could not end
                os.killpg(child.pid, signal.SIGKILL)
            print(f"{name} was killed (signal {-code}): started again.", flush=True)
            self.start(name, *self.commands[name])

    def stop(self) -> None:
        """Ask all of them to end, and kill those that do not."""
        for child in self.running.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.running.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def _end_with_parent(self) -> None:
        self._libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def log_of(name: str) -> Path:
    """Where a process writes."""
    folder = Path(settings.MES_DATA_DIR) / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{name}.log"


def fail(name: str, code: int) -> NoReturn:
    """Say how a process ended and what it wrote last.

    Raises:
        StoppedError: always.
    """
    log = log_of(name)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    raise StoppedError("\n".join([f"{name} ended with code {code}; {log} ends with:", *lines]))


def static_fingerprint() -> str:
    """What collected static files depend on: the locked packages, plotly.js, our own files."""
    digest = hashlib.sha256()
    base = Path(settings.BASE_DIR)
    sources = [*sorted((base / "requirements").glob("*.txt")), bundle()]
    sources += sorted(path for path in (base / "static").rglob("*") if path.is_file())
    for path in sources:
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def database_rows(query: str) -> list[tuple[str, str]]:
    """Two columns, asked on a connection of its own, for Django is not set up here.

    Raises:
        psycopg.Error: it cannot be asked.
    """
    parameters = connections["default"].get_connection_params()
    keys = {"host", "port", "user", "password", "dbname", "service", "sslmode"}
    with psycopg.connect(**{key: parameters[key] for key in keys & set(parameters)}) as link:
        return link.execute(query).fetchall()


def applied_migrations() -> list[tuple[str, str]]:
    """The migrations that the database says it went through; none when it cannot be asked."""
    try:
        return database_rows("SELECT app, name FROM django_migrations ORDER BY app, name")
    except psycopg.Error:
        return []


def schema_fingerprint() -> str:
    """What the tables depend on: the locked packages, our migrations, and those gone through.

    Of the database itself, not of a file beside it: one that was emptied is migrated again. ""
    when nothing is known of it.
    """
    applied = applied_migrations()
    if not applied:
        return ""
    digest = hashlib.sha256(json.dumps(applied).encode())
    base = Path(settings.BASE_DIR)
    sources = [*(base / "requirements").glob("*.txt"), *base.glob("*/migrations/*.py")]
    for path in sorted(sources):
        digest.update(f"{path.relative_to(base)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def migrate(children: Children) -> None:
    """Migrate the database, unless nothing has changed since it was last done."""
    stamp = Path(settings.MES_DATA_DIR) / "migrate.stamp"
    known = schema_fingerprint()
    if known and stamp.exists() and stamp.read_text(encoding="ascii") == known:
        return
    children.start("migrate", "manage.py", "migrate", "--noinput", "--skip-checks")
    children.finish("migrate")
    stamp.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp.write_text(schema_fingerprint(), encoding="ascii")


@contextmanager
def unless_done(stamp: Path, wanted: str) -> Iterator[bool]:
    """Whether something is to be done again; remembered when the block ends well."""
    needed = not stamp.exists() or stamp.read_text(encoding="ascii") != wanted
    yield needed
    if needed:
        stamp.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp.write_text(wanted, encoding="ascii")


def prepare(children: Children) -> None:
    """Bring the database, the static files and the demonstration data up to date."""
    data = Path(settings.MES_DATA_DIR)
    with unless_done(data / "static.stamp", static_fingerprint()) as collect:
        if collect:
            print("Collecting static files (once)…", flush=True)
            children.start("collectstatic", "manage.py", "collectstatic", "--noinput", "--clear")
        migrate(children)
        if settings.MES_DEMO:
            with unless_done(data / "demo.stamp", "loaded") as load:
                if load:
                    print("Loading the demonstration data (once)…", flush=True)
                    children.start("load_demo", "manage.py", "load_demo")
                    children.finish("load_demo")
        if collect:
            children.finish("collectstatic")


def free_port(first: int) -> int:
    """The first free port from this one.

    Raises:
        StoppedError: when none of the next fifty is.
    """
    for port in range(first, first + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((os.environ["MES_BIND"], port))
            except OSError:
                continue
            return port
    raise StoppedError(f"no port is free from {first} to {first + 49}: choose one with PORT=…")


def serve(children: Children, port: int) -> None:
    """Start the three long-lived processes and wait until pages are served."""
    os.environ["PORT"] = str(port)
    os.environ.setdefault("MES_SITE_URL", f"http://127.0.0.1:{port}")
    if settings.MES_DEMO:
        os.environ.setdefault("MES_INBOX", str(Path(settings.MES_DATA_DIR) / "boite-de-depot"))
        (Path(os.environ["MES_INBOX"]) / DEMO_REGION).mkdir(parents=True, exist_ok=True)
    schedule = str(Path(settings.MES_DATA_DIR) / "celerybeat-schedule")
    children.start("web", "-m", "gunicorn", "-c", "python:mes_dashboard.gunicorn_settings")
    deadline = time.monotonic() + READY_SECONDS
    while not ready(port):
        children.watch()
        if time.monotonic() > deadline:
            raise StoppedError(f"no answer after {READY_SECONDS} s: see {log_of('web')}")
        time.sleep(0.1)
    # Last: nobody waits for them, and starting takes the processor from the pages.
    worker = ("-m", "celery", "-A", "mes_dashboard", "worker", "--concurrency=1")
    children.start("worker", *worker, "-Q", "mes-dashboard,exports")
    children.start("beat", "-m", "celery", "-A", "mes_dashboard", "beat", "--schedule", schedule)


def welcome(port: int) -> str:
    """What is shown once all is up: where to go and with which accounts."""
    lines = ["", f"  http://127.0.0.1:{port}/", ""]
    accounts = Path(settings.MES_DATA_DIR) / "demo" / "accounts.json"
    if settings.MES_DEMO and accounts.exists():
        known = json.loads(accounts.read_text(encoding="utf-8"))
        lines += [
            f"  {one['email']:<36} {_password_of(one):<24} {one['role']}" for one in opening(known)
        ]
        lines += ["", f"  links for a forgotten password are written in {log_of('worker')}"]
    else:
        lines.append("  first account: .venv/bin/python manage.py createsuperuser")
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def opening(accounts: list[dict[str, str]]) -> list[dict[str, str]]:
    """The accounts of the demonstration, without the passwords that open them no more."""
    held = dict(database_rows("SELECT email, password FROM accounts_user"))
    return [
        one
        if check_password(one["password"], held.get(one["email"], ""))
        else {**one, "password": ""}
        for one in accounts
    ]


def _password_of(account: dict[str, str]) -> str:
    return account["password"] or "(changed since)"


def ask_to_stop(*_: object) -> NoReturn:
    """A signal's handler.

    Raises:
        StoppedError: always.
    """
    raise StoppedError


def main() -> int:
    """Run the product until it is stopped; the exit code says whether it had to be."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    children = Children()
    reason = ""
    try:
        if settings.DATABASES["default"]["ENGINE"] == "mes_dashboard.postgresql":
            local_servers().postgresql()
        prepare(children)
        serve(children, port := free_port(int(os.environ.get("PORT", "8000"))))
        print(welcome(port), flush=True)
        while True:
            children.watch()
            time.sleep(0.5)
    except (StoppedError, ServiceError) as stopped:
        reason = str(stopped)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print(reason or "Stopping…", flush=True)
    children.stop()
    local_servers().release()
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
