"""The environment as settings read it: secrets from files, and a key made when none is given."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import environ
from django.core.management.utils import get_random_secret_key
from environ.fileaware_mapping import FileAwareMapping


class _Variables(FileAwareMapping):  # type: ignore[misc]  # django-environ leaves it untyped
    """`X` is what the file named by `X_FILE` holds, without the newline that editors add."""

    def __getitem__(self, key: str) -> str:
        value: str = super().__getitem__(key)
        return value.strip()


class Environment(environ.Env):  # type: ignore[misc]  # untyped too
    """django-environ's reader, for which every variable `X` may be given as `X_FILE`."""

    ENVIRON = _Variables()


def generated_secret(path: Path) -> str:
    """The secret kept in a file, made at the first call and readable by its owner only.

    Several processes may start at once: one of them makes the file, whole, and all read it.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(get_random_secret_key())
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was first: its secret is the one
        finally:
            Path(draft).unlink()
    return path.read_text(encoding="ascii")
