"""Stops the local servers when nobody uses them any more, however their last user ended.

Every process that uses them holds a shared lock on one file until it dies. This program waits
for the exclusive lock on it: whoever gets it is alone, and may stop the servers. It is started
beside them, as a file, and imports the standard library only: it stays small and needs nothing
of an environment that may be rebuilt while it waits.

    python -I -S reaper.py DATA_DIR KEY LOCK_DESCRIPTOR [--remove]
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

STOP_SECONDS = 20.0
POLL_SECONDS = 0.02


def postgresql_marks(key: str) -> tuple[str, ...]:
    """What the command lines of one PostgreSQL's processes hold; the first mark, its chief's."""
    return f"cluster_name={key}\0", f"postgres: {key}: "


def valkey_marks(key: str) -> tuple[str, ...]:
    """What the command line of one Valkey holds."""
    return (f"valkey-server {key}",)


def processes(marks: Iterable[str]) -> list[int]:
    """The living processes whose command line holds one of the marks.

    Command lines can be read whoever runs the process, unlike its folder or program, which a
    container's root may not see. Zombies have none.
    """
    wanted = [mark.encode() for mark in marks]
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it ended meanwhile
            if any(mark in line for mark in wanted):
                found.append(int(entry.name))
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those of the processes that still live."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def stop(marks: tuple[str, ...], polite: signal.Signals) -> None:
    """Ask a server to stop, wait for all of its processes, and kill what is left."""
    send(processes(marks[:1]), polite)
    deadline = time.monotonic() + STOP_SECONDS
    while left := processes(marks):
        if time.monotonic() > deadline or not processes(marks[:1]):
            send(left, signal.SIGKILL)  # it hangs, or lost its chief
        time.sleep(POLL_SECONDS)


def stop_postgresql(key: str) -> None:
    """Stop PostgreSQL at once and cleanly: its "fast" shutdown."""
    stop(postgresql_marks(key), signal.SIGINT)


def stop_valkey(key: str) -> None:
    """Stop Valkey, whose append-only file then holds every task that waits."""
    stop(valkey_marks(key), signal.SIGTERM)


def stop_all(data_dir: Path, key: str) -> None:
    """Stop both servers and remove their sockets' folders."""
    stop_postgresql(key)
    stop_valkey(key)
    for record in (data_dir / "services").glob("*.sockets"):
        shutil.rmtree(record.read_text(encoding="utf-8"), ignore_errors=True)
        record.unlink(missing_ok=True)


def main(arguments: list[str]) -> None:
    """Wait for the last client's end, then stop the servers."""
    data_dir, key, descriptor = Path(arguments[0]), arguments[1], int(arguments[2])
    clients = os.open(data_dir / "services" / "clients.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(clients, fcntl.LOCK_EX)
    stop_all(data_dir, key)
    if "--remove" in arguments:
        shutil.rmtree(data_dir, ignore_errors=True)
    # In this order: the next client must find that no reaper is left, and start its own.
    os.close(descriptor)
    os.close(clients)


if __name__ == "__main__":
    main(sys.argv[1:])
