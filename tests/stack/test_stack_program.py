from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest

from sammot.errors import Unavailable
from sammot.stack import Program, free_port, running

_SERVER = "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.BaseHTTPRequestHandler).serve_forever()"  # noqa: E501


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _server(port: int) -> Program:
    argv = (sys.executable, "-c", _SERVER, str(port))
    return Program("server", argv, lambda: _listens(port))


def test_a_program_serves_inside_the_with_and_is_gone_after_it(tmp_path: Path) -> None:
    port = free_port()
    with running(_server(port), tmp_path / "log"):
        assert _listens(port)
    assert not _listens(port)


def test_a_program_that_was_killed_can_be_started_again(tmp_path: Path) -> None:
    port = free_port()
    with running(_server(port), tmp_path / "log") as process:
        process.kill()
        process.wait()
    with running(_server(port), tmp_path / "log"):
        assert _listens(port)


def test_a_frozen_program_is_ended_too(tmp_path: Path) -> None:
    with running(_server(free_port()), tmp_path / "log") as process:
        process.send_signal(signal.SIGSTOP)
    assert process.returncode is not None


def test_a_program_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    program = Program("broken", (sys.executable, "-c", "raise SystemExit(3)"), lambda: False)
    with pytest.raises(Unavailable, match="broken ended with 3"), running(program, tmp_path / "l"):
        pass


def test_a_program_that_never_serves_is_told_and_ended(tmp_path: Path) -> None:
    deaf = Program("deaf", (sys.executable, "-c", "import time; time.sleep(60)"), lambda: False)
    with (
        pytest.raises(Unavailable, match="does not answer"),
        running(deaf, tmp_path / "log", patience=0.2),
    ):
        pass
