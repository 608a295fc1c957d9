"""Settings come from the environment, and what is unset is safe."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mes_dashboard.environment import Environment, generated_secret

REPOSITORY = Path(__file__).resolve().parents[2]
PRINT = "from mes_dashboard import settings; print(repr(settings.{}))"


def setting(name: str, tmp_path: Path, **variables: str) -> str:
    """How a fresh process reads a setting, given only these variables."""
    environment = {"PATH": os.defpath, "MES_DATA_DIR": str(tmp_path / "var"), **variables}
    done = subprocess.run(
        [sys.executable, "-c", PRINT.format(name)],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_generated_secret_is_kept_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "secret_key"

    secret = generated_secret(path)

    assert len(secret) >= 50
    assert generated_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(generated_secret, [path] * 64))

    assert secrets == {path.read_text()}
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_that_is_overtaken_takes_the_secret_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"
    path.write_text("the first one's")
    monkeypatch.setattr(Path, "exists", lambda _: False)

    assert generated_secret(path) == "the first one's"


def test_a_variable_may_be_given_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("MES_TEST_PASSWORD_FILE", str(tmp_path / "password"))

    assert Environment().str("MES_TEST_PASSWORD") == "s3cret"


def test_secrets_of_production_come_as_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("with/odd:characters@\n")

    found = setting(
        "DATABASES['default']",
        tmp_path,
        DATABASE_URL="postgres://mes@db.example/mes",
        DATABASE_PASSWORD_FILE=str(tmp_path / "password"),
    )

    assert "'PASSWORD': 'with/odd:characters@'" in found
    assert "'HOST': 'db.example'" in found


@pytest.mark.parametrize(
    "name",
    ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_PRELOAD"],
)
def test_plain_http_is_refused_unless_asked_for(name: str, tmp_path: Path) -> None:
    assert setting(name, tmp_path) == "True"
    assert setting(name, tmp_path, MES_INSECURE_HTTP="1") == "False"


@pytest.mark.parametrize("name", ["DEBUG", "MES_DEMO", "MES_OFFICIAL_BRAND"])
def test_nothing_is_debugged_fictitious_or_official_unless_asked_for(
    name: str, tmp_path: Path
) -> None:
    assert setting(name, tmp_path) == "False"


def test_a_proxy_is_believed_only_when_said_to_be_there(tmp_path: Path) -> None:
    name = "__dict__.get('SECURE_PROXY_SSL_HEADER')"

    assert setting(name, tmp_path) == "None"
    assert "HTTP_X_FORWARDED_PROTO" in setting(name, tmp_path, MES_TRUST_PROXY="1")


def test_production_settings_leave_no_deployment_warning(tmp_path: Path) -> None:
    environment = {
        "PATH": os.defpath,
        "MES_DATA_DIR": str(tmp_path),
        "ALLOWED_HOSTS": "mes.example.fr",
        "MES_TRUST_PROXY": "1",
        "DJANGO_SETTINGS_MODULE": "mes_dashboard.settings",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "no issues" in done.stdout, done.stderr
