"""The whole product on a free port: web process and workers, as `sammot up` starts them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """Can be stopped, killed, and started again over the same data."""

    def __init__(self, folder: Path, *arguments: str, lease: float = 2) -> None:
        self.folder = folder
        self._lease = lease
        self._arguments = arguments
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it is ready."""
        command = [sys.executable, "-m", "sammot", "up", "--no-browser", "--workers", "1"]
        command += ["--port", str(self.port), "--data", str(self.folder / "data"), *self._arguments]
        environment = os.environ | {
            "SAMMOT_LEASE_SECONDS": str(self._lease),
            "SAMMOT_SPEED_TRIALS": "false",
        }
        with (self.folder / "product.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        try:
            self._await_answer()
        except BaseException:
            self.kill()
            raise

    def _await_answer(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 60
        while not self.answers():
            assert self._process.poll() is None, (self.folder / "product.log").read_text()[-4000:]
            assert time.monotonic() < deadline, "the product does not answer"
            time.sleep(0.05)

    def stop(self, *, within: float) -> int:
        """Ask it to stop; its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(within)

    def kill(self) -> None:
        """End every process at once, as a power cut does."""
        children = self.children()
        self.kill_supervisor()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """End the supervisor alone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()

    def children(self) -> list[int]:
        """The pids of the processes below the supervisor, at any depth."""
        found: list[int] = []
        below = [self._process.pid] if self._process is not None else []
        while below:
            pid = below.pop()
            with suppress(FileNotFoundError, ProcessLookupError):
                text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                below += [int(child) for child in text.split()]
                found += [int(child) for child in text.split()]
        return found

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        """Whether it is ready now."""
        try:
            return bool(self.get("/api/ready")["ready"])
        except OSError:
            return False
