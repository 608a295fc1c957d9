"""`make run` ends with an address, stops as a whole, and says what failed."""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.module_loading import import_string
from pytest_django import Settings

from accounts.models import User
from mes_dashboard import probe, run
from mes_dashboard.services import LocalServers, ServiceError, reaper
from tests.mes_dashboard.waiting import alive, eventually


@pytest.fixture
def data(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, for this process and those it starts."""
    settings.MES_DATA_DIR = tmp_path
    settings.MES_DEMO = False
    for name in ("MES_DATA_DIR", "MES_TEST_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("MES_DEMO", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return tmp_path


@pytest.fixture
def servers(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServers]:
    servers = LocalServers(data, throwaway=True)
    monkeypatch.setattr(run, "local_servers", lambda: servers)
    yield servers
    servers.release()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        found: int = probe_socket.getsockname()[1]
    monkeypatch.setenv("PORT", str(found))
    return found


@pytest.fixture
def _own_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def static_files_are_collected(data: Path) -> None:
    (data / "static.stamp").write_text(run.static_fingerprint())


@pytest.mark.usefixtures("_own_signals")
def test_the_product_runs_until_ctrl_c_and_leaves_nothing(
    data: Path, servers: LocalServers, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    static_files_are_collected(data)
    outcome: dict[str, object] = {}

    def visit_then_interrupt() -> None:
        deadline = time.monotonic() + 120
        while not (data / "log" / "beat.log").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        outcome["ready"] = probe.ready(port)
        os.kill(os.getpid(), signal.SIGINT)

    visitor = threading.Thread(target=visit_then_interrupt)
    visitor.start()
    code = run.main()
    visitor.join()

    assert code == 0
    assert outcome == {"ready": True}
    assert f"http://127.0.0.1:{port}/" in capsys.readouterr().out
    assert not probe.ready(port)
    deadline = time.monotonic() + 10  # the reaper has nothing left to stop, and leaves
    while left := reaper.processes([servers.key, str(data)]):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def test_the_web_server_listens_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MES_BIND", "127.0.0.1")
    monkeypatch.setenv("PORT", "8123")

    served = runpy.run_module("mes_dashboard.gunicorn_settings")

    assert served["bind"] == "127.0.0.1:8123"
    assert import_string(f"{served['wsgi_app']}.application")


@pytest.mark.usefixtures("servers", "_own_signals")
def test_a_step_that_fails_is_named_with_its_last_words(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    static_files_are_collected(data)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "no_such_settings")

    code = run.main()

    said = capsys.readouterr().out
    assert code == 1
    assert "migrate ended with code 1" in said
    assert "No module named 'no_such_settings'" in said


@pytest.mark.usefixtures("data", "_own_signals")
def test_servers_that_cannot_start_are_said(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> Path:
        raise ServiceError("no room for sockets")

    monkeypatch.setattr(servers, "postgresql", refuse)

    assert run.main() == 1
    assert "no room for sockets" in capsys.readouterr().out


@pytest.mark.usefixtures("data")
def test_a_child_that_ends_by_itself_is_noticed() -> None:
    children = run.Children()
    children.start("short", "-c", "import sys; sys.exit('no more work')")
    children.running["short"].wait()

    with pytest.raises(run.StoppedError, match=r"short ended with code 1(.|\n)*no more work"):
        children.watch()


@pytest.mark.usefixtures("data")
def test_a_child_that_was_killed_is_started_again_with_what_it_had_started_gone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    born = tmp_path / "born"
    code = (
        "import os, pathlib, subprocess, sys, time\n"
        "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"file = pathlib.Path({str(born)!r})\n"
        "file.open('a').write(f'{os.getpid()} {helper.pid}\\n')\n"
        "time.sleep(60)\n"
    )
    children = run.Children()
    children.start("worker", "-c", code)
    assert eventually(lambda: born.exists() and born.read_text().count("\n") == 1)
    first, helper = map(int, born.read_text().split())

    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: children.running["worker"].poll() is not None)
    children.watch()

    assert eventually(lambda: born.read_text().count("\n") == 2)
    assert eventually(lambda: not alive(helper))
    assert "worker was killed (signal 9): started again." in capsys.readouterr().out
    os.killpg(children.running["worker"].pid, signal.SIGKILL)
    children.stop()


def test_a_child_that_is_killed_again_and_again_stops_everything() -> None:
    children = run.Children()
    children.start("worker", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    children.restarts["worker"] = run.MAX_RESTARTS
    children.running["worker"].wait()

    with pytest.raises(run.StoppedError, match="worker ended with code -9"):
        children.watch()
    children.stop()


def test_a_child_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STOP_SECONDS", 1)
    children = run.Children()
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(99)"
    )
    children.start("deaf", "-c", deaf)
    while not run.log_of("deaf").read_text():
        time.sleep(0.01)

    children.stop()

    assert children.running["deaf"].returncode == -signal.SIGKILL


@pytest.mark.usefixtures("data")
def test_children_end_with_the_process_that_started_them() -> None:
    children = run.Children()
    parent = (
        "import sys, time; from mes_dashboard.run import Children; c = Children();"
        "c.start('orphan', '-c', 'import time; time.sleep(99)');"
        "print(c.running['orphan'].pid, flush=True); time.sleep(99)"
    )
    children.start("parent", "-c", parent)
    while not (said := run.log_of("parent").read_text()).endswith("\n"):
        time.sleep(0.01)

    children.running["parent"].kill()
    children.running["parent"].wait()

    state = Path(f"/proc/{int(said)}/stat")
    deadline = time.monotonic() + 10
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline, "the child outlives its parent"
        time.sleep(0.01)


@pytest.mark.usefixtures("data")
def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READY_SECONDS", 0.1)
    monkeypatch.setattr(sys, "executable", "/bin/cat")  # ends at once, but not yet seen
    monkeypatch.setattr(run.Children, "watch", lambda _: None)
    children = run.Children()

    with pytest.raises(run.StoppedError, match=r"no answer after 0.1 s"):
        run.serve(children, 1)

    children.stop()


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]

        assert run.free_port(number) > number


def test_a_machine_without_a_free_port_is_told_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MES_BIND", "203.0.113.7")  # not an address of this machine

    with pytest.raises(run.StoppedError, match="choose one with PORT="):
        run.free_port(8000)


@pytest.mark.usefixtures("servers")
def test_demonstration_data_and_static_files_are_made_once(
    data: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MES_DEMO = True
    started: list[str] = []
    children = run.Children()
    monkeypatch.setattr(run, "applied_migrations", list)  # nothing is known of the database
    monkeypatch.setattr(children, "start", lambda name, *_: started.append(name))
    monkeypatch.setattr(children, "finish", lambda _: None)

    run.prepare(children)
    run.prepare(children)

    assert started == ["collectstatic", "migrate", "load_demo", "migrate"]


@pytest.mark.parametrize(
    ("now", "started"),
    [
        ([("ingestion", "0001")], []),
        ([("ingestion", "0002")], ["migrate"]),  # another database, or one put back from a backup
        ([], ["migrate"]),  # emptied, or it cannot be asked
    ],
)
def test_a_database_is_migrated_again_only_when_something_changed(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    now: list[tuple[str, str]],
    started: list[str],
) -> None:
    asked: list[str] = []
    children = run.Children()
    monkeypatch.setattr(children, "start", lambda name, *_: asked.append(name))
    monkeypatch.setattr(children, "finish", lambda _: None)
    monkeypatch.setattr(run, "applied_migrations", lambda: [("ingestion", "0001")])
    run.migrate(children)
    monkeypatch.setattr(run, "applied_migrations", lambda: now)

    run.migrate(children)

    assert asked == ["migrate", *started]


def test_new_migrations_and_packages_change_what_the_tables_depend_on(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(run, "applied_migrations", lambda: [("ingestion", "0001")])
    (tmp_path / "ingestion" / "migrations").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    found = {run.schema_fingerprint()}

    (tmp_path / "ingestion" / "migrations" / "0002_new.py").touch()
    found.add(run.schema_fingerprint())
    (tmp_path / "requirements" / "base.txt").write_text("django==5.2")
    found.add(run.schema_fingerprint())

    assert len(found) == 3


@pytest.mark.django_db
def test_the_database_tells_which_migrations_it_went_through() -> None:
    assert ("ingestion", "0001_initial") in run.applied_migrations()


@pytest.mark.usefixtures("servers")
def test_what_failed_is_done_again_the_next_time(
    data: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MES_DEMO = True
    static_files_are_collected(data)
    children = run.Children()
    monkeypatch.setattr(children, "start", lambda *_: None)

    def fail(name: str) -> None:
        if name == "load_demo":
            raise run.StoppedError

    monkeypatch.setattr(children, "finish", fail)
    with pytest.raises(run.StoppedError):
        run.prepare(children)

    assert not (data / "demo.stamp").exists()


@pytest.mark.django_db(transaction=True)  # they are read on a connection apart
def test_the_demonstration_accounts_are_shown_with_the_passwords_that_open_them(
    data: Path, settings: Settings
) -> None:
    settings.MES_DEMO = True
    (data / "demo").mkdir()
    account = {"email": "lecteur@demo.example", "password": "Xy12-zt", "role": "lecteur"}
    changed = {"email": "analyste@demo.example", "password": "Old-pw9", "role": "analyste"}
    (data / "demo" / "accounts.json").write_text(json.dumps([account, changed]))
    User.objects.create_user(account["email"], account["password"])
    User.objects.create_user(changed["email"], "another one")

    shown = run.welcome(8123)

    assert "http://127.0.0.1:8123/" in shown
    assert "lecteur@demo.example" in shown
    assert "Xy12-zt" in shown
    assert "analyste@demo.example" in shown
    assert "Old-pw9" not in shown
    assert str(data / "log" / "worker.log") in shown


def test_an_instance_without_demonstration_says_how_to_make_an_account(data: Path) -> None:
    assert "createsuperuser" in run.welcome(8000)
