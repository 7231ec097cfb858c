from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, TypeAlias

import pytest

from sammot.leash import leashed
from sammot.stack import Program, free_port
from sammot.supervisor import FIRST_PAUSE, LONGEST_PAUSE, Child, how

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Start: TypeAlias = "Callable[..., subprocess.Popen[str]]"

SUPERVISOR = """
import signal, sys
from sammot.stack import Program
from sammot.supervisor import Options, Supervisor
name, command, port, grace, hangup = sys.argv[1:]
# Whoever runs the tests may have inherited another disposition (nohup, some CI runners).
signal.signal(signal.SIGHUP, signal.Handlers[hangup])
url = f"http://127.0.0.1:{port}"
child = Program(name, [sys.executable, "-c", command])
options = Options([[child]], url, url + "/api/ready")
sys.exit(Supervisor(options, grace=float(grace)).run())
"""
# A lock is let go when its holder dies, whether or not anybody collects the dead process.
HOLD = """
import fcntl, os, sys, time
def hold(path):
    lock = open(path, "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    print(os.getpid(), file=lock, flush=True)
    return lock
"""
SERVE = """
import http.server
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/ready" else 404)
        self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", {port}), Ready).serve_forever()
"""


def until(fact: Callable[[], bool]) -> None:
    """Wait for a fact; the test's own time limit ends a wait in vain."""
    while not fact():
        time.sleep(0.02)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_free(path: Path) -> bool:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def supervise() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(
        command: str, *, port: int = 9, grace: float = 8, hangup: str = "SIG_DFL"
    ) -> subprocess.Popen[str]:
        options = ["child", command, str(port), str(grace), hangup]
        argv = [sys.executable, "-c", SUPERVISOR, *options]
        started.append(
            subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_a_child_that_is_killed_is_started_again_and_the_log_says_so(
    supervise: Start, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    supervisor = supervise(HOLD + f"lock = hold({str(held)!r}); time.sleep(600)")
    until(lambda: len(pids(held)) == 1)
    os.kill(pids(held)[0], signal.SIGKILL)
    until(lambda: len(pids(held)) == 2)
    supervisor.send_signal(signal.SIGTERM)
    assert "child ended (SIGKILL); starting it again in 0.5 s" in supervisor.communicate()[0]


def test_the_address_is_said_once_when_the_web_answers(supervise: Start) -> None:
    port = free_port()
    supervisor = supervise(SERVE.format(port=port), port=port)
    line = supervisor.stdout.readline()
    supervisor.send_signal(signal.SIGINT)
    assert line == f"SAM-MOT is ready: http://127.0.0.1:{port}  (Ctrl-C stops it)\n"
    assert supervisor.communicate()[0] == ""
    assert supervisor.returncode == 0


def test_a_child_that_can_never_start_ends_everything_with_a_reason(supervise: Start) -> None:
    supervisor = supervise("raise SystemExit(3)")
    assert "child cannot start (exit status 3)" in supervisor.communicate()[0]
    assert supervisor.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_children_and_the_exit_status_is_0(
    supervise: Start, tmp_path: Path, number: signal.Signals
) -> None:
    held = tmp_path / "held"
    supervisor = supervise(HOLD + f"lock = hold({str(held)!r}); time.sleep(600)")
    until(lambda: bool(pids(held)))
    supervisor.send_signal(number)
    assert supervisor.wait() == 0
    assert is_free(held)


def test_a_supervisor_under_nohup_outlives_its_terminal(supervise: Start, tmp_path: Path) -> None:
    held = tmp_path / "held"
    supervisor = supervise(HOLD + f"lock = hold({str(held)!r}); time.sleep(600)", hangup="SIG_IGN")
    until(lambda: bool(pids(held)))
    supervisor.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        supervisor.wait(1)
    supervisor.terminate()
    assert supervisor.wait() == 0


STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"


def test_a_child_that_will_not_stop_is_killed(supervise: Start, tmp_path: Path) -> None:
    held = tmp_path / "held"
    supervisor = supervise(
        STUBBORN + HOLD + f"lock = hold({str(held)!r}); time.sleep(600)", grace=0.3
    )
    until(lambda: bool(pids(held)))
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait() == 0
    assert is_free(held)


def test_a_second_signal_does_not_wait(supervise: Start, tmp_path: Path) -> None:
    held = tmp_path / "held"
    supervisor = supervise(
        STUBBORN + HOLD + f"lock = hold({str(held)!r}); time.sleep(600)", grace=10_000
    )
    until(lambda: bool(pids(held)))
    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.3)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait() == 0
    assert is_free(held)


def test_a_childs_own_children_go_with_it(supervise: Start, tmp_path: Path) -> None:
    held = tmp_path / "held"
    supervise(
        HOLD + f"child = os.fork()\nif not child: lock = hold({str(held)!r})\ntime.sleep(600)"
    )
    until(lambda: bool(pids(held)))
    grandchild = pids(held)[0]
    os.kill(os.getpgid(grandchild), signal.SIGKILL)
    until(lambda: len(pids(held)) == 2)  # the second could take the lock: the first is gone
    assert pids(held)[1] != grandchild


def test_no_child_outlives_a_killed_supervisor(supervise: Start, tmp_path: Path) -> None:
    held = tmp_path / "held"
    supervisor = supervise(
        HOLD
        + "from sammot.leash import exit_with_parent\n"
        + f"exit_with_parent(); lock = hold({str(held)!r}); time.sleep(600)"
    )
    until(lambda: bool(pids(held)))
    supervisor.kill()
    until(lambda: is_free(held))


APPLICATION = (
    HOLD
    + """
lock = None
def create():
    global lock
    lock = hold({held!r})
    def application(environ, start_response):
        start_response("200 OK", [])
        return [b""]
    return application
"""
)


def test_gunicorn_stops_with_a_killed_supervisor(
    supervise: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = tmp_path / "held"
    (tmp_path / "tiny_application.py").write_text(APPLICATION.format(held=str(held)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    port = free_port()
    gunicorn = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:sammot.gunicorn_conf"),
        *("--bind", f"127.0.0.1:{port}", "tiny_application:create()"),
    ]
    supervisor = supervise(f"import os; os.execv({gunicorn[0]!r}, {gunicorn!r})", port=port)
    assert supervisor.stdout.readline().startswith("SAM-MOT is ready")
    supervisor.kill()
    until(lambda: is_free(held))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        until(lambda: probe.connect_ex(("127.0.0.1", port)) != 0)


def test_a_process_that_nobody_supervises_needs_no_parent() -> None:
    command = (
        "from sammot.leash import exit_with_parent; import time\n"
        "exit_with_parent(); time.sleep(0.3)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", command], stdin=subprocess.DEVNULL, check=False
    )
    assert finished.returncode == 0


def test_the_pause_doubles_for_a_child_that_dies_young_and_starts_over_for_an_old_one() -> None:
    child = Child(Program("child", []), started_at=time.monotonic() + 600)
    pauses = [child.pause() for _ in range(7)]
    assert pauses == [0.5, 1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]
    child.started_at -= 1200
    assert child.pause() == FIRST_PAUSE


def test_an_end_is_told_in_words() -> None:
    assert how(3) == "exit status 3"
    assert how(-signal.SIGKILL) == "SIGKILL"


STAGES = """
import sys
from pathlib import Path
from sammot.stack import Program
from sammot.supervisor import Options, Supervisor
folder, first, second = sys.argv[1:]
gate = Path(folder, "gate").exists
stages = [
    [Program("first", [sys.executable, "-c", first], gate, {"STAGE": "one"})],
    [Program("second", [sys.executable, "-c", second])],
]
sys.exit(Supervisor(Options(stages, "", "http://127.0.0.1:9")).run())
"""
STOPS = """
import os, signal, sys, time
def stop(*_):
    time.sleep({seconds})
    print({name!r}, os.environ.get("STAGE"), file=open({path!r}, "a"), flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
lock = hold({held!r})
time.sleep(600)
"""


def test_a_stage_starts_when_the_one_before_is_ready_and_stops_before_it(tmp_path: Path) -> None:
    order = tmp_path / "order"
    held = {name: tmp_path / name for name in ("first", "second")}
    commands = [
        HOLD + STOPS.format(name=name, seconds=seconds, path=str(order), held=str(held[name]))
        for name, seconds in (("first", 0), ("second", 0.5))
    ]
    with subprocess.Popen([sys.executable, "-c", STAGES, tmp_path, *commands]) as supervisor:
        until(lambda: bool(pids(held["first"])))
        time.sleep(0.5)
        assert not pids(held["second"])
        (tmp_path / "gate").touch()
        until(lambda: bool(pids(held["second"])))
        supervisor.terminate()
        assert supervisor.wait() == 0
    assert order.read_text().splitlines() == ["second None", "first one"]


def test_a_program_that_knows_no_supervisor_does_not_outlive_it(
    supervise: Start, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    command = leashed(sys.executable, "-c", HOLD + f"lock = hold({str(held)!r}); time.sleep(600)")
    supervisor = supervise(f"import os; os.execv({command[0]!r}, {command!r})")
    until(lambda: bool(pids(held)))
    supervisor.kill()
    until(lambda: is_free(held))


@pytest.mark.parametrize(("end", "status"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", 137)])
def test_a_leashed_programs_end_is_told(end: str, status: int) -> None:
    command = leashed(sys.executable, "-c", f"import os, sys; {end}")
    assert subprocess.run(command, check=False).returncode == status
