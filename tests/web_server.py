"""The real web process, as `sammot web` or `sammot events` runs it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self
from urllib.error import URLError


class WebServer:
    """Runs within a `with` block; can be killed and started again over the same data."""

    def __init__(self, data_dir: Path, *command: str, **settings: str) -> None:
        self.data_dir = data_dir
        self._command = command or ("web",)
        self._settings = {"LEASE_SECONDS": "2"} | settings
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        chosen = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), **self._settings}
        with (self.data_dir.parent / "web.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sammot", *self._command],
                env=os.environ | {f"SAMMOT_{name}": value for name, value in chosen.items()},
                start_new_session=True,
                stderr=log,
            )
        self.wait()

    def wait(self) -> None:
        """Return as soon as it answers."""
        assert self._process is not None
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, "the web process does not answer"
            assert self._process.poll() is None, "the web process ended"
            time.sleep(0.05)

    def stop(self, *, within: float) -> int:
        """Ask it to stop; its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(within)

    def children(self) -> list[int]:
        """The pids of the processes that answer."""
        assert self._process is not None
        return _children(self._process.pid)

    def kill(self) -> None:
        """End it, and all that it started, without a chance to tidy up."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def uploads(self) -> list[Path]:
        """The files of uploads that are not complete."""
        return list((self.data_dir / "uploads").glob("*"))

    def peak_memory(self) -> int:
        """The most that any of its processes has held in memory so far, in bytes."""
        assert self._process is not None
        pids = [self._process.pid, *self.children()]
        return max(_high_water_mark(pid) for pid in pids)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=5):
                return True
        except (URLError, OSError):
            return False


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _high_water_mark(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")
