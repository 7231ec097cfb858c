"""The service profile as users meet it, through nginx: event streams, requests, an upload, jobs.

    python bench/service.py [--subscribers N] [--videos N] [--seconds S] [--megabytes N] [--jobs N]
                            [--frames N]

The servers, our processes and the clients share this machine. Each row stands beside its limit, or
beside what one would have without the service: the same requests without work (`/api/health`), a
copy of the same bytes on the same disk (both are on the disk when they are done: fsync), the same
clip by `sammot track`. `cores` says how many processors the machine has. Linux only.
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
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
import requests

from sammot import scenes, video
from sammot.adapters.mongo_store import MongoStore
from sammot.stack import free_port, running
from sammot.stack.mongod import mongod_program
from stack import Stack, stack
from store import add_videos

CLIENTS = 8
UPDATES = 20
DELIVERY_LIMIT = 0.3
BLOCK = 1 << 20
LIMITS = {"a page of the list": "limit 20 ms", "a chunk": "limit 50 ms"}

Seconds = list[float]


def row(what: str, ours: str, beside: str) -> None:
    print(f"{what:<50}{ours:<42}{beside}", flush=True)


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


def measure_jobs(product: Stack, clip: Path, count: int) -> tuple[str, float]:
    """The id of one of so many videos, and how many jobs are done in an hour."""
    video_ids = [product.upload(another(clip, number))[0] for number in range(count)]
    while product.get("/api/videos?status=completed")["total"] < count:
        time.sleep(0.2)
    jobs = product.get("/api/jobs?kind=track")["items"]
    began = min(datetime.fromisoformat(job["started_at"]) for job in jobs)
    ended = max(datetime.fromisoformat(job["finished_at"]) for job in jobs)
    return video_ids[0], count * 3600 / (ended - began).total_seconds()


def another(clip: Path, number: int) -> Path:
    """The same clip in other bytes, because the same bytes would be the same video."""
    box = (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")
    path = clip.with_name(f"{clip.stem}-{number}.mp4")
    path.write_bytes(clip.read_bytes() + box)
    return path


def alone(clip: Path, folder: Path) -> float:
    """How many such clips `sammot track` does in an hour, one after the other."""
    words = ["track", str(clip), "--format", "json", "--output", str(folder), "--no-progress"]
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "sammot", *words], check=True, capture_output=True)
    return 3600 / (time.monotonic() - began)


def measure_long(product: Stack, clip: Path) -> float:
    """How long the workers take for one video, in seconds."""
    video_id, _ = product.upload(clip)
    while product.get(f"/api/videos/{video_id}/status")["status"] != "completed":
        time.sleep(0.2)
    job = product.get(f"/api/jobs/{product.get(f'/api/videos/{video_id}')['job_id']}")
    began, ended = (datetime.fromisoformat(job[name]) for name in ("started_at", "finished_at"))
    return (ended - began).total_seconds()


@contextmanager
def service(folder: Path, workers: int, **settings: str) -> Iterator[tuple[Stack, MongoStore]]:
    """The profile, and its database from behind. Clients may ask as often as they like."""
    program, url = mongod_program(folder / f"mongo-{workers}", free_port())
    with running(program, folder / "mongod.log"):
        store = MongoStore(url, "sammot")
        list(store.migrate())
        settings |= {
            "SAMMOT_PROFILE": "service",
            "SAMMOT_MONGO_URL": url,
            "SAMMOT_WORKERS": str(workers),
            "SAMMOT_RATE_REQUESTS": "1000000/minute",
        }
        with stack(**settings) as product:
            yield product, store


def measure(options: argparse.Namespace, folder: Path) -> None:
    clip, long = folder / "clip.mp4", folder / "long.mp4"
    for path, frame_count in ((clip, None), (long, options.frames)):
        scene = scenes.make("demonstration", width=640, height=360, frame_count=frame_count)
        video.write(path, scene.frames(), scene.fps)
    row("", "ours", "beside")
    peer = f"`sammot track` {alone(clip, folder):.0f}"
    with service(folder, 1) as (product, _):
        _, one = measure_jobs(product, clip, options.jobs)
        whole = measure_long(product, long)
        product.hold_workers({0})
        held = measure_long(product, another(long, 1))
    row("jobs an hour, 1 worker", f"{one:.0f}", peer)
    with service(folder, 2, SAMMOT_SPAN_FRAMES=str(options.frames // 2)) as (product, store):
        video_id, two = measure_jobs(product, clip, options.jobs)
        row("jobs an hour, 2 workers", f"{two:.0f}, {two / one:.2f} times as many", peer)
        cut = measure_long(product, long)
        what = f"one clip of {options.frames:,} frames, two spans, 2 workers"
        row(what, f"{cut:.0f} s", "")
        for by, took in (("that has one core", held), ("that has both cores", whole)):
            row(f"  beside one worker {by}", f"{took / cut:.2f} times as fast", f"{took:.0f} s")
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
    parser.add_argument("--jobs", type=int, default=6, help="clips of ten seconds")
    parser.add_argument("--frames", type=int, default=24_000, help="of the long clip")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory() as folder:
        measure(options, Path(folder))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
