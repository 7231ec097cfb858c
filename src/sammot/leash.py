"""What keeps a process from outliving its supervisor, however that one dies.

The supervisor holds the other end of its children's standard input, and the system closes it even
when the supervisor is killed: a thread waits for that end of file. It works alike on Linux and
macOS and needs no polling. Standard library only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

SUPERVISED = "SAMMOT_SUPERVISED"
"""In the environment of every process that a supervisor started."""
GRACE = 8.0
"""Seconds between asking a process to stop and killing it."""


def exit_with_parent(target: int | None = None) -> None:
    """Stop `target` (this process by default) when the supervisor that started us is gone.

    Does nothing in a process that no supervisor started.
    """
    if SUPERVISED in os.environ:
        pid = os.getpid() if target is None else target
        threading.Thread(target=_watch, args=(pid,), name="parent-watch", daemon=True).start()


def _watch(pid: int) -> None:
    while os.read(0, 4096):
        pass
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        time.sleep(GRACE)
        os.kill(pid, signal.SIGKILL)


def leashed(*argv: str, log: Path | None = None) -> tuple[str, ...]:
    """The command that runs a program which knows nothing of supervisors, and ends it with ours.

    What it says is added to `log`, or goes where ours goes.
    """
    return (sys.executable, "-m", "sammot.leash", str(log or ""), *argv)


def main(log: str, *argv: str) -> int:
    """Run a program until it ends by itself or the supervisor does; its exit status."""
    if log:
        os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 1)
        os.dup2(1, 2)
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.terminate())
    exit_with_parent(process.pid)
    status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
