"""Start the whole product for a benchmark, and speak to it as a client does."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import requests

_BLOCK = 1 << 20


@dataclass
class Stack:
    """A running product at `url`; `pid` is its supervisor's."""

    url: str
    pid: int

    def upload(self, path: Path, **metadata: str) -> tuple[str, float]:
        """Send a file by tus; the video's id, and when its last byte was sent (monotonic)."""
        video_id, ended_at = self.send(self.begin_upload(path, **metadata), path)
        return video_id, ended_at

    def begin_upload(self, path: Path, **metadata: str) -> str:
        """The address to which the file is to be sent."""
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(path.stat().st_size)}
        encoded = {"filename": path.parent.name + path.suffix} | metadata
        headers["Upload-Metadata"] = ",".join(f"{k} {_base64(v)}" for k, v in encoded.items())
        made = requests.post(f"{self.url}/api/uploads", headers=headers, timeout=60)
        made.raise_for_status()
        return requests.compat.urljoin(self.url, made.headers["Location"])

    def send(
        self, place: str, path: Path, start: int = 0, stop: int | None = None
    ) -> tuple[str, float]:
        """Send a part of a file; the video's id behind the last, and when its end was sent."""
        stop = path.stat().st_size if stop is None else stop
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
        }
        with path.open("rb") as file:
            file.seek(start)
            body = _Timed(file, stop - start)
            done = requests.patch(place, data=body, headers=headers, timeout=600)
        done.raise_for_status()
        return done.headers.get("Sammot-Video-Id", ""), body.ended_at

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        answer = requests.get(f"{self.url}{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()


class _Timed:
    """A request's body that knows when its last byte was taken."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self.ended_at = 0.0

    def __len__(self) -> int:
        return self._left

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(max(size, _BLOCK), self._left))
        self._left -= len(data)
        self.ended_at = time.monotonic()
        return data


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def stack(**settings: str) -> Iterator[Stack]:
    """The product on a free port over an empty folder; stopped and swept away at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sammot", "up", "--no-browser", "--port", str(port)]
        quiet_start = {"SAMMOT_DATA_DIR": folder, "SAMMOT_SPEED_TRIALS": "false"}
        environment = os.environ | quiet_start | settings
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url)
            yield Stack(url, process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _await_ready(url: str) -> None:
    for _ in range(300):
        try:
            if requests.get(f"{url}/api/ready", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise RuntimeError("The product did not start.")
