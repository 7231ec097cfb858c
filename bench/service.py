"""The service profile as users meet it, through nginx: event streams, requests, an upload.

    python bench/service.py [--subscribers N] [--videos N] [--seconds S] [--megabytes N]

The servers, our processes and the clients share this machine. Each row stands beside its limit, or
beside what one would have without the service: the same requests without work (`/api/health`), a
copy of the same bytes on the same disk (both are on the disk when they are done: fsync). Linux
only.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import resource
import selectors
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
import requests

from sammot import scenes, video
from serving import row, service
from stack import Stack
from store import add_videos

CLIENTS = 8
UPDATES = 20
DELIVERY_LIMIT = 0.3
BLOCK = 1 << 20
LIMITS = {"a page of the list": "limit 20 ms", "a chunk": "limit 50 ms"}

Seconds = list[float]


def milliseconds(took: Sequence[float]) -> str:
    p50, p99 = np.percentile(took, (50, 99)) * 1000
    return f"p50 {p50:.1f}, p99 {p99:.1f} ms"


class Subscribers:
    """Many open event streams, read by one thread."""

    def __init__(self, url: str, path: str, count: int) -> None:
        self._ready = selectors.DefaultSelector()
        self._tails: dict[socket.socket, bytes] = {}
        address = urlsplit(url)
        asked = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
        for _ in range(count):
            stream = socket.create_connection((address.hostname, address.port or 80))
            stream.sendall(asked)
            self._tails[stream] = b""
            self._ready.register(stream, selectors.EVENT_READ)

    def await_all(self, word: bytes, patience: float = 60) -> float:
        """When the last of them has read `word` (monotonic)."""
        waiting = set(self._tails)
        deadline = time.monotonic() + patience
        while waiting:
            for key, _ in self._ready.select(1):
                stream = key.fileobj
                read = stream.recv(1 << 16)
                if not read:
                    raise RuntimeError("An event stream has ended.")
                text = self._tails[stream] + read
                self._tails[stream] = text[-len(word) :]
                if word in text:
                    self._tails[stream] = b""
                    waiting.discard(stream)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(waiting)} event streams were not told.")
        return time.monotonic()

    def close(self) -> None:
        for stream in self._tails:
            stream.close()


def measure_events(product: Stack, video_id: str, count: int) -> None:
    """From the request that changes a video until every stream has been told."""
    place = f"{product.url}/api/videos/{video_id}"
    for name, path, first in (
        ("one video's", f"/api/videos/{video_id}/events", b"event: status"),
        ("the list's", "/api/events", b"retry: "),
    ):
        word = b"event: videos" if path == "/api/events" else first
        streams = Subscribers(product.url, path, count)
        streams.await_all(first)
        took = []
        for number in range(UPDATES):
            began = time.monotonic()
            requests.patch(place, json={"pinned": number % 2 == 0}, timeout=60).raise_for_status()
            took.append(streams.await_all(word) - began)
        streams.close()
        told = f"{statistics.median(took):.2f} s, at most {max(took):.2f} s"
        row(f"{count} streams of {name}: the last is told", told, f"limit {DELIVERY_LIMIT} s")


def under_load(url: str, paths: Sequence[str], seconds: float, clients: int) -> Seconds:
    """What each answer took while so many clients ask as fast as they are answered."""
    address = urlsplit(url)
    took: list[Seconds] = [[] for _ in range(clients)]
    until = time.monotonic() + seconds

    def ask(mine: Seconds, first: int) -> None:
        line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        number = first
        while (began := time.monotonic()) < until:
            line.request("GET", paths[number % len(paths)], headers={"Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{paths[number % len(paths)]}: {answer.status}")
            mine.append(time.monotonic() - began)
            number += clients

    threads = [threading.Thread(target=ask, args=(took[n], n)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for mine in took for one in mine]


def measure_requests(product: Stack, video_id: str, seconds: float) -> None:
    status = product.get(f"/api/videos/{video_id}/status")
    chunks = f"/api/jobs/{status['job_id']}/chunks"
    numbers = [one["chunk"] for one in product.get(chunks)["items"]]
    floor = under_load(product.url, ["/api/health"], seconds, CLIENTS)
    for what, paths in {
        "a page of the list": ["/api/videos?limit=50"],
        "a video's status": [f"/api/videos/{video_id}/status"],
        "a chunk": [f"{chunks}/{number}" for number in numbers],
    }.items():
        took = under_load(product.url, paths, seconds / 2, 1)
        row(f"{what}, one client", milliseconds(took), LIMITS.get(what, ""))
        took = under_load(product.url, paths, seconds, CLIENTS)
        beside = f"without work {milliseconds(floor)}, {len(floor) / seconds:.0f}/s"
        row(
            f"{what}, {CLIENTS} clients",
            f"{milliseconds(took)}, {len(took) / seconds:.0f}/s",
            beside,
        )


def measure_upload(product: Stack, clip: Path, folder: Path, megabytes: int) -> None:
    """A large video beside a copy of its bytes, by turns; then its last byte, after which it is
    hashed and looked at.
    """
    large, copy = folder / "large.mp4", folder / "copy.mp4"
    size = write_large(large, clip, megabytes)
    copies, sent, taken = [], [], []
    for _ in range(3):
        copies.append(copied(large, copy))
        copy.unlink()
        began = time.monotonic()
        place = product.begin_upload(large)
        product.send(place, large, 0, size - 1)
        sent.append(time.monotonic() - began)
        if not taken:
            began = time.monotonic()
            product.send(place, large, size - 1, size)
            taken.append(time.monotonic() - began)
    plain, ours = size / min(copies) / 1e6, size / min(sent) / 1e6
    row(
        f"an upload of {size / 1e6:.0f} MB",
        f"{ours:.0f} MB/s, {100 * ours / plain:.0f} % of a copy",
        f"a plain copy {plain:.0f} MB/s",
    )
    began = time.monotonic()
    with large.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    hashed = time.monotonic() - began
    row("its last byte: hashed, looked at", f"{taken[0]:.2f} s", f"SHA-256 alone {hashed:.2f} s")


def write_large(path: Path, clip: Path, megabytes: int) -> int:
    """The clip with a box at its end that players pass over; how many bytes."""
    with path.open("wb") as file:
        file.write(clip.read_bytes())
        file.write((8 + megabytes * BLOCK).to_bytes(4, "big") + b"free")
        for _ in range(megabytes):
            file.write(os.urandom(BLOCK))
        return file.tell()


def copied(source: Path, target: Path) -> float:
    """Seconds of a plain copy that ends on the disk."""
    began = time.monotonic()
    with source.open("rb") as there, target.open("wb") as here:
        while block := there.read(BLOCK):
            here.write(block)
        here.flush()
        os.fsync(here.fileno())
    return time.monotonic() - began


def measure(options: argparse.Namespace, folder: Path) -> None:
    clip = folder / "clip.mp4"
    scene = scenes.make("demonstration", width=640, height=360)
    video.write(clip, scene.frames(), scene.fps)
    row("", "ours", "beside")
    with service(folder, workers=1) as (product, store):
        (video_id,) = product.track(clip)
        add_videos(store, options.videos)
        measure_events(product, video_id, options.subscribers)
        measure_requests(product, video_id, options.seconds)
        measure_upload(product, clip, folder, options.megabytes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscribers", type=int, default=500)
    parser.add_argument("--videos", type=int, default=10_000, help="in the list")
    parser.add_argument("--seconds", type=float, default=6, help="of each kind of request")
    parser.add_argument("--megabytes", type=int, default=512, help="of the upload")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory() as folder:
        measure(options, Path(folder))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
