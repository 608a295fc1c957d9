"""Local servers: started once, shared, found again after any death, out of others' reach."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from pytest_django import Settings

from mes_dashboard.celery import app
from mes_dashboard.services import broker_url, local_servers, reaper
from mes_dashboard.services.launch import Owner, ServiceError, package_folder
from mes_dashboard.services.local import LocalServers
from mes_dashboard.services.postgresql import NAME, PostgreSQL, binaries, owner_of
from mes_dashboard.services.valkey import binary
from tests.mes_dashboard.waiting import eventually

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="takes root to become somebody else")

CLIENT = """
import sys
from pathlib import Path
from mes_dashboard.services.local import LocalServers
print(LocalServers(Path(sys.argv[1]), throwaway=True).postgresql(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new cluster, stopped: making one takes a second, copying it a tenth of that."""
    servers = LocalServers(tmp_path_factory.mktemp("servers") / "var", throwaway=True)
    servers.postgresql()
    reaper.stop_postgresql(servers.key)
    copy = tmp_path_factory.mktemp("cluster") / "postgresql"
    subprocess.run(["cp", "-a", servers.data_dir / "postgresql", copy], check=True)
    servers.release()
    return copy


@pytest.fixture
def home(tmp_path: Path, cluster: Path) -> Path:
    """A data folder behind a private one, its path long and spaced, with a new cluster."""
    (tmp_path / "private").mkdir(mode=0o700)
    home = tmp_path / "private" / ("a long name " * 10) / ("and another" * 12)
    home.mkdir(parents=True)
    subprocess.run(["cp", "-a", cluster, home / "postgresql"], check=True)
    return home


@pytest.fixture
def servers(home: Path) -> Iterator[LocalServers]:
    servers = LocalServers(home, throwaway=True)
    yield servers
    servers.release()


def client(home: Path) -> subprocess.Popen[str]:
    """Another process that uses the servers until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().strip()
    return process


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.communicate()


def query(sockets: Path, statement: str) -> object:
    address = f"host={sockets} user={NAME} dbname={NAME}"
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def chief(servers: LocalServers) -> list[int]:
    return reaper.processes(reaper.postgresql_marks(servers.key)[:1])


def test_a_new_cluster_has_the_locale_of_production_and_no_port(tmp_path: Path) -> None:
    servers = LocalServers(tmp_path / "new", throwaway=True)

    sockets = servers.postgresql()

    locale = query(sockets, "SELECT datlocprovider::text || datlocale FROM pg_database LIMIT 1")
    assert locale == "bC.UTF-8"
    assert query(sockets, "SHOW listen_addresses") == ""
    servers.release()


def test_a_second_client_shares_what_runs(servers: LocalServers) -> None:
    sockets = servers.postgresql()
    before = chief(servers)

    other = client(servers.data_dir)

    assert servers.postgresql() == sockets
    assert chief(servers) == before
    end(other)


def test_two_clients_that_start_at_once_start_one_server(servers: LocalServers) -> None:
    found: list[Path] = []
    rivals = [LocalServers(servers.data_dir, throwaway=True) for _ in range(4)]
    threads = [threading.Thread(target=lambda r=r: found.append(r.postgresql())) for r in rivals]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(chief(servers)) == 1
    for rival in rivals:
        rival.release()


def test_servers_stop_with_the_last_client_only(servers: LocalServers) -> None:
    servers.postgresql()
    other = client(servers.data_dir)

    assert servers.release() is False
    assert chief(servers)

    end(other)
    assert eventually(lambda: not chief(servers))


def test_servers_stop_when_their_only_client_is_killed(home: Path) -> None:
    servers = LocalServers(home, throwaway=True)
    lonely = client(home)
    assert chief(servers)

    end(lonely)

    assert eventually(lambda: not chief(servers))
    assert eventually(lambda: not home.exists())  # it was a throw-away


def test_a_killed_postgresql_comes_back_with_its_data(home: Path) -> None:
    servers = LocalServers(home)
    sockets = servers.postgresql()
    query(sockets, "CREATE TABLE kept AS SELECT 42 AS answer")

    reaper.send(chief(servers), signal.SIGKILL)

    assert query(servers.postgresql(), "SELECT answer FROM kept") == 42
    servers.release()


def test_a_killed_valkey_comes_back_with_its_tasks(servers: LocalServers) -> None:
    with redis.Redis(unix_socket_path=str(servers.valkey())) as broker:
        broker.lpush("tasks", "one")

    reaper.send(reaper.processes(reaper.valkey_marks(servers.key)), signal.SIGKILL)

    with redis.Redis(unix_socket_path=str(servers.valkey())) as broker:
        assert broker.lrange("tasks", 0, -1) == [b"one"]


def test_a_pid_file_left_behind_stops_nothing_even_when_another_has_the_number(
    servers: LocalServers,
) -> None:
    servers.postgresql()
    reaper.send(chief(servers), signal.SIGKILL)
    assert eventually(lambda: not reaper.processes(reaper.postgresql_marks(servers.key)))
    pid_file = servers.data_dir / "postgresql" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert query(servers.postgresql(), "SELECT 1") == 1


def test_a_killed_reaper_is_replaced_by_the_next_start(home: Path) -> None:
    servers = LocalServers(home, throwaway=True)
    servers.postgresql()
    mark = f"reaper.py\0{home}\0{servers.key}"
    reaper.send(reaper.processes([mark]), signal.SIGKILL)
    assert eventually(lambda: not reaper.processes([mark]))

    servers.valkey()

    assert len(reaper.processes([mark])) == 1
    assert servers.release() is True
    assert eventually(lambda: not reaper.processes([servers.key]))


def test_two_data_folders_have_servers_of_their_own(servers: LocalServers, tmp_path: Path) -> None:
    neighbour = LocalServers(tmp_path / "neighbour", throwaway=True)

    assert neighbour.postgresql() != servers.postgresql()
    assert neighbour.valkey() != servers.valkey()

    neighbour.release()
    assert query(servers.postgresql(), "SELECT 1") == 1


def test_sockets_are_in_folders_that_nobody_else_enters(servers: LocalServers) -> None:
    for folder in (servers.postgresql(), servers.valkey().parent):
        assert folder.stat().st_mode & 0o777 == 0o700


@needs_root
def test_another_user_of_the_machine_is_refused(servers: LocalServers) -> None:
    sockets = servers.postgresql()
    program = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    python = "/usr/bin/python3"

    for address in (sockets / ".s.PGSQL.5432", servers.valkey()):
        done = subprocess.run(
            [python, "-c", program, address],
            user="nobody",
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert "PermissionError" in done.stderr


def test_a_socket_folder_that_is_not_private_any_more_is_left_alone(servers: LocalServers) -> None:
    sockets = servers.postgresql()
    reaper.stop_postgresql(servers.key)
    sockets.chmod(0o755)

    assert servers.postgresql() != sockets

    sockets.rmdir()


def test_a_server_that_cannot_start_says_what_its_log_says(servers: LocalServers) -> None:
    servers.postgresql()
    reaper.stop_postgresql(servers.key)
    (servers.data_dir / "postgresql" / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(ServiceError, match="incompatible"):
        servers.postgresql()


def test_a_server_that_is_not_seen_at_first_is_waited_for(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, shown = reaper.processes, time.monotonic() + 0.4
    monkeypatch.setattr(
        reaper, "processes", lambda marks: looks(marks) if time.monotonic() > shown else []
    )

    sockets = servers.postgresql()

    assert query(sockets, "SELECT 1") == 1


def test_a_server_found_stopping_is_started_again(servers: LocalServers) -> None:
    sockets = servers.postgresql()
    with psycopg.connect(f"host={sockets} user={NAME} dbname={NAME}") as held:
        [pid] = chief(servers)
        os.kill(pid, signal.SIGTERM)  # "smart": it refuses newcomers and waits for the last one
        server = PostgreSQL(servers.data_dir, servers.key, throwaway=True)
        assert eventually(lambda: server.answers(sockets) is None)
        threading.Timer(0.2, held.close).start()

        again = servers.postgresql()

    assert query(again, "SELECT 1") == 1
    assert chief(servers) != [pid]


def test_a_cluster_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = LocalServers(tmp_path / "new", throwaway=True)
    monkeypatch.setattr("mes_dashboard.services.postgresql.NAME", "pg_reserved")

    with pytest.raises(ServiceError, match="initdb failed"):
        servers.postgresql()

    servers.release()


def test_a_package_that_is_missing_is_named_with_the_way_out() -> None:
    with pytest.raises(ServiceError, match="no_such_wheel is not installed: run `make setup`"):
        package_folder("no_such_wheel")


def test_a_machine_without_a_valkey_program_is_told_to_name_a_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp11")

    with pytest.raises(ServiceError, match="set REDIS_URL"):
        binary()


def test_servers_that_never_started_are_stopped(tmp_path: Path) -> None:
    assert LocalServers(tmp_path / "nothing").release() is True


@needs_root
def test_root_lends_postgresql_a_number_that_no_account_has(tmp_path: Path) -> None:
    first, second = owner_of(tmp_path / "first"), owner_of(tmp_path / "second")

    assert first
    assert second
    assert 61184 <= first.uid < 65520
    assert first != second


@needs_root
def test_programs_that_the_server_cannot_reach_are_copied_where_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Not in pytest's own folder: the others of the machine may not walk through it.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        reachable = Path(name)
        reachable.chmod(0o755)
        monkeypatch.setattr(
            "mes_dashboard.services.postgresql._runs",
            lambda program, _: program.is_relative_to(reachable),
        )

        folder = binaries(Owner(64000, 64000), reachable / "cache")

        done = subprocess.run(
            [folder / "postgres", "--version"], user=64000, capture_output=True, check=True
        )
    assert b"PostgreSQL" in done.stdout


def test_the_reaper_stops_what_is_left_and_lets_the_next_one_come(home: Path) -> None:
    servers = LocalServers(home)
    servers.valkey()
    os.close(servers._clients or -1)  # as the system does for the dead
    servers._clients = None
    assert eventually(lambda: not reaper.processes(reaper.valkey_marks(servers.key)))
    descriptor = os.open(home / "services" / "reaper.lock", os.O_RDWR)

    reaper.main([str(home), servers.key, str(descriptor), "--remove"])

    assert not home.exists()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.close(descriptor)


def test_a_server_that_does_not_stop_when_asked_is_killed(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.valkey()
    marks = reaper.valkey_marks(servers.key)
    monkeypatch.setattr(reaper, "STOP_SECONDS", 0.2)

    reaper.stop(marks, signal.SIGURG)  # a signal that stops nothing

    assert not reaper.processes(marks)


def test_the_broker_is_the_one_that_is_named(settings: Settings) -> None:
    settings.REDIS_URL = "rediss://broker.example:6380/1"

    assert broker_url() == "rediss://broker.example:6380/1"


def test_a_task_that_is_sent_waits_in_the_local_broker() -> None:
    app.send_task("nobody.listens", queue="test-queue")

    with redis.Redis(unix_socket_path=str(local_servers().valkey())) as broker:
        assert broker.llen("test-queue") == 1
        broker.delete("test-queue")


def test_a_command_that_never_connects_starts_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "MES_DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 60}
    environment["DJANGO_SETTINGS_MODULE"] = "mes_dashboard.settings"

    subprocess.run([sys.executable, "manage.py", "check"], env=environment, check=True)

    assert list(tmp_path.iterdir()) == []
