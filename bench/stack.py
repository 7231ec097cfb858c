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
from tempfile import TemporaryDirectory, TemporaryFile
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

    def track(self, *clips: Path) -> list[str]:
        """Send clips and wait until all are tracked; the videos' ids."""
        video_ids = [self.upload(clip)[0] for clip in clips]
        while any(
            self.get(f"/api/videos/{one}/status")["status"] != "completed" for one in video_ids
        ):
            time.sleep(0.5)
        return video_ids

    def hold_workers(self, cores: set[int]) -> None:
        """Let those that track, and whatever they start, use only these cores. Linux only."""
        held = [child for child in _children(self.pid) if b"track,span" in _words(child)]
        if not held:
            raise RuntimeError("No worker is running.")
        for pid in held:
            held += _children(pid)
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)

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


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _words(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def stack(**settings: str) -> Iterator[Stack]:
    """The product on a free port over an empty folder; stopped and swept away at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder, TemporaryFile() as output:
        command = [sys.executable, "-m", "sammot", "up", "--no-browser", "--port", str(port)]
        quiet_start = {"SAMMOT_DATA_DIR": folder, "SAMMOT_SPEED_TRIALS": "false"}
        environment = os.environ | quiet_start | settings
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            url = f"http://127.0.0.1:{port}"
            if not _is_ready(url):
                output.seek(0)
                raise RuntimeError(f"The product did not start: {output.read().decode()[-2000:]}")
            yield Stack(url, process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _is_ready(url: str) -> bool:
    """Whether it is within half a minute."""
    for _ in range(300):
        try:
            if requests.get(f"{url}/api/ready", timeout=2).ok:
                return True
        except requests.RequestException:
            pass
        time.sleep(0.1)
    return False
