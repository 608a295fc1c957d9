"""How a local server is started: on its own, as the right user, its sockets out of reach."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SOCKET_ROOTS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # a private folder is made inside
"""Short folders that any user can reach: a socket's address has 107 bytes at most."""

LOG_BYTES = 10 * 1024**2


class ServiceError(Exception):
    """A local server cannot be started; the message says why and what to do."""


@dataclass(frozen=True)
class Owner:
    """The user that a server runs as; none is to say the one that starts it."""

    uid: int
    gid: int

    def as_options(self) -> dict[str, object]:
        """The options of `subprocess` that make a program run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def package_folder(name: str) -> Path:
    """Where an installed package lies, found without importing it.

    Raises:
        ServiceError: when it is not installed.
    """
    spec = find_spec(name)
    if spec is None or not spec.origin:
        raise ServiceError(
            f"{name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.origin).parent


def socket_folder(record: Path, owner: Owner | None) -> Path:
    """The private folder of a server's sockets, remembered in a file of the data folder.

    Its name cannot be guessed, so nobody else can have made it before; what was remembered is
    used again only when it is still a folder that no one but its owner can enter.
    """
    uid = owner.uid if owner else os.geteuid()
    if record.exists():
        known = Path(record.read_text(encoding="utf-8"))
        if known.is_dir() and not known.is_symlink():
            status = known.stat()
            if status.st_uid == uid and status.st_mode & 0o777 == 0o700:
                return known
    root = next((root for root in SOCKET_ROOTS if os.access(root, os.W_OK | os.X_OK)), None)
    if root is None:
        raise ServiceError(f"none of {', '.join(SOCKET_ROOTS)} can be written: no room for sockets")
    folder = Path(tempfile.mkdtemp(prefix="mes-", dir=root))
    if owner:
        os.chown(folder, owner.uid, owner.gid)
    record.write_text(str(folder), encoding="utf-8")
    return folder


def start_detached(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path,
    owner: Owner | None = None,
    descriptors: Sequence[int] = (),
) -> None:
    """Start a program in a session of its own, so that it outlives the one that starts it.

    A shell in between leaves it to the system: nobody here has to wait for its end.
    """
    log.parent.mkdir(mode=0o700, exist_ok=True)
    mode = "ab" if not log.exists() or log.stat().st_size < LOG_BYTES else "wb"
    with log.open(mode) as output:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *map(str, command)],
            cwd=cwd,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=descriptors,
            check=True,
            **(owner.as_options() if owner else {}),  # type: ignore[call-overload]  # as named
        )


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
