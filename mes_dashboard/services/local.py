"""The local servers of one data folder, shared by all the processes that use them.

services/clients.lock   each client holds it, shared, until it dies
services/start.lock     held while servers are looked at and started
services/reaper.lock    held by the one process that waits for the last client's end
services/*.sockets      where the sockets are
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mes_dashboard.services import reaper
from mes_dashboard.services.launch import ServiceError, socket_folder, start_detached, tail
from mes_dashboard.services.postgresql import PostgreSQL
from mes_dashboard.services.valkey import SOCKET, Valkey

__all__ = ["LocalServers", "ServiceError"]

START_SECONDS = 60.0
UNSEEN_SECONDS = 1.0
"""How long a server may be seen nowhere: while a program replaces another in a process, the
process has no command line to be known by."""


class LocalServers:
    """Starts PostgreSQL and Valkey when asked for their address, unless they run already.

    `throwaway`: they may lose what they hold, and their folder goes when they stop.
    """

    def __init__(self, data_dir: Path, *, throwaway: bool = False) -> None:
        self.data_dir = data_dir.resolve()
        self.throwaway = throwaway
        # Processes are told apart by this key in their command line: a path may be too long.
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()
        self.key = f"mes-{digest[:12]}"
        self._clients: int | None = None
        self._joining = threading.Lock()

    def postgresql(self) -> Path:
        """The folder of PostgreSQL's socket; it runs, and will for as long as this process.

        Raises:
            ServiceError: when it cannot be started.
        """
        return self._running(PostgreSQL(self.data_dir, self.key, throwaway=self.throwaway))

    def valkey(self) -> Path:
        """Valkey's socket; it runs, and will for as long as this process.

        Raises:
            ServiceError: when it cannot be started.
        """
        return self._running(Valkey(self.data_dir, self.key)) / SOCKET

    def release(self) -> bool:
        """Use the servers no more; stop them, here and now, if nobody else does.

        Returns whether they are stopped.
        """
        if not (self.data_dir / "services").is_dir():
            return True
        with self._joining:
            if self._clients is not None:
                os.close(self._clients)
                self._clients = None
        with self._open("clients") as clients:
            fcntl.flock(clients, fcntl.LOCK_SH)  # waits for the reaper, if it came first
            try:
                fcntl.flock(clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            reaper.stop_all(self.data_dir, self.key)
            if self.throwaway:
                shutil.rmtree(self.data_dir, ignore_errors=True)
        return True

    def _running(self, server: PostgreSQL | Valkey) -> Path:
        """The folder of a server's socket; it answers, started if need be."""
        self._join()
        record = self.data_dir / "services" / f"{server.name}.sockets"
        if record.exists() and server.answers(known := _recorded(record)):
            return known
        with self._open("start") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._start_reaper()
            sockets = self._started(server, record)
            server.prepare(sockets)
        return sockets

    def _started(self, server: PostgreSQL | Valkey, record: Path) -> Path:
        """Start a server unless it lives, and wait until it answers; its sockets' folder.

        One that was found stopping is started again once it is gone.
        """
        alive = record.exists() and server.answers(_recorded(record)) is not False
        if not alive:
            server.start(socket_folder(record, server.owner))
        seen = time.monotonic()
        deadline = seen + START_SECONDS
        while not server.answers(_recorded(record)):
            if alive and not reaper.processes(server.marks):
                alive = False
                server.start(socket_folder(record, server.owner))
                seen = time.monotonic()
            elif reaper.processes(server.marks):
                seen = time.monotonic()
            if time.monotonic() > min(deadline, seen + UNSEEN_SECONDS):
                raise ServiceError(f"{server.name} does not start:\n{tail(server.log)}")
            time.sleep(reaper.POLL_SECONDS)
        return _recorded(record)

    def _join(self) -> None:
        """Hold the clients' lock, shared, until this process and those it forks have ended."""
        with self._joining:
            if self._clients is None:
                (self.data_dir / "services").mkdir(mode=0o700, parents=True, exist_ok=True)
                path = self.data_dir / "services" / "clients.lock"
                self._clients = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._clients, fcntl.LOCK_SH)

    def _start_reaper(self) -> None:
        """Start the process that stops the servers one day, unless there is one.

        It inherits its lock already taken, so that there is one at most.
        """
        with self._open("reaper") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            command = [sys.executable, "-I", "-S", reaper.__file__, self.data_dir, self.key, lock]
            options = ["--remove"] if self.throwaway else []
            log = self.data_dir / "log" / "reaper.log"
            start_detached([*map(str, command), *options], log, cwd=Path("/"), descriptors=[lock])

    @contextmanager
    def _open(self, name: str) -> Iterator[int]:
        path = self.data_dir / "services" / f"{name}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _recorded(record: Path) -> Path:
    return Path(record.read_text(encoding="utf-8"))
