from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sammot.errors import Unavailable

_TICK = 0.05
_GRACE = 10.0
"""Seconds between asking a program to stop and killing it."""


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Program:
    """A child process: its command, and how to tell that it serves."""

    name: str
    argv: Sequence[str]
    is_ready: Callable[[], bool] = _at_once
    env: Mapping[str, str] = field(default_factory=dict)
    """What its environment has beside ours."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    program: Program, log: Path, *, patience: float = 30.0
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, ready when the `with` begins; it ends with it. What it says goes to `log`.

    Raises:
        Unavailable: it ended, or was not ready after `patience` seconds.

    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **program.env},
            start_new_session=True,
        )
    try:
        _wait(program, process, log, time.monotonic() + patience)
        yield process
    finally:
        _stop(process)


def _wait(program: Program, process: subprocess.Popen[bytes], log: Path, deadline: float) -> None:
    while not program.is_ready():
        if process.poll() is not None:
            raise Unavailable(f"{program.name} ended with {process.returncode}; see {log}.")
        if time.monotonic() > deadline:
            raise Unavailable(f"{program.name} does not answer; see {log}.")
        time.sleep(_TICK)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, then sweep its whole group away; one that is stopped by a signal as well."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGCONT)
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
