"""Large records in MongoDB and in SQLite: a long result's chunks and stream, a long list's pages.

    python bench/store.py [FRAMES] [VIDEOS]

FRAMES (300,000) frames of four objects make one result; VIDEOS (100,000) of one user make the
list. Both are asked for through the API, in this process. MongoDB runs as `sammot.stack` starts
it, with a cache of 256 MB. Linux only: it reads /proc.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import structlog
from flask.testing import FlaskClient
from tqdm import tqdm

from sammot import bootstrap
from sammot.adapters.mongo_store import MongoStore
from sammot.adapters.mongo_store.documents import video_fields
from sammot.adapters.mongo_store.link import Step
from sammot.adapters.sqlite_store import SqliteStore
from sammot.adapters.sqlite_store.writing import write_video
from sammot.api import ApiConfig, create_app
from sammot.ports import ChunkContent, Store
from sammot.records import ChunkBounds, Job, JobKind, Priority, TrackSummary, Video, VideoStatus
from sammot.service import Service
from sammot.service.chunks import CHUNK_FRAMES, chunk_stop, write_chunk
from sammot.settings import Settings
from sammot.stack import free_port, running
from sammot.stack.mongod import mongod_program
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, TrackId

Seconds = list[float]
Row = Mapping[str, Seconds]

SHAPES, OBJECTS = 256, 4
SNAPSHOT = np.random.default_rng(1).bytes(300_000)
"""As large as that of the `motion` engine."""
LEASE = timedelta(days=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = {"any chunk": 0.050, "a page of the list": 0.020}


def shapes() -> list[tuple[Box, RLE]]:
    """Blobs with ragged edges, each as large as a person in a picture of 1280x720."""
    chance, rows = np.random.default_rng(1), np.arange(720)[:, None]
    found = []
    for _ in range(SHAPES):
        x, y, width, height = chance.integers((100, 100, 20, 40), (1180, 620, 70, 100))
        ragged = chance.normal(0, 2, (720, 1)).cumsum(axis=0) % 6
        mask = ((np.arange(1280) - x) / width) ** 2 + ((rows - y) / (height + ragged)) ** 2 < 1
        found.append((Box.around(mask), RLE.encode(mask)))
    return found


def chunks(frame_count: int) -> Iterator[tuple[ChunkBounds, bytes]]:
    """A result, as a worker stores it."""
    known, chance, start, chunk = shapes(), random.Random(2), 0, 0  # noqa: S311 - not a secret
    while start < frame_count:
        stop = min(chunk_stop(start, CHUNK_FRAMES), frame_count)
        results = []
        for index in range(start, stop):
            seen = (
                Observation(TrackId(n + 1), *known[(index * OBJECTS + n) % SHAPES], chance.random())
                for n in range(OBJECTS)
            )
            results.append(FrameResult(index, index / 30, tuple(seen)))
        yield ChunkBounds(chunk, start, stop), write_chunk(start, results)
        start, chunk = stop, chunk + 1


def a_video(number: int, status: VideoStatus = VideoStatus.COMPLETED) -> Video:
    return Video(
        id=f"{number:032x}",
        user_id="local",
        original_filename=f"camera {number % 97:02} {number:06}.mp4",
        storage_path=f"videos/{number:032x}/original",
        file_size=10_000_000 + number * 7919 % 1_000_003,
        sha256=f"{number:064x}",
        upload_time=NOW + timedelta(seconds=number),
        duration=10 + number * 31 % 1009,
        container="mov",
        codec="h264",
        width=1280,
        height=720,
        rotation=0,
        fps=30.0,
        frame_count=300,
        has_audio=True,
        browser_playable=True,
        status=status,
    )


def add_videos(store: Store, count: int) -> None:
    """Many videos, a thousand in a step: one by one would take an hour."""
    for first in tqdm(range(1, count + 1, 1000), "videos", leave=False):
        some = [a_video(n) for n in range(first, min(first + 1000, count + 1))]
        if isinstance(store, MongoStore):
            store._link.step(lambda step, some=some: insert_videos(step, some))  # noqa: SLF001
        elif isinstance(store, SqliteStore):
            with store._step() as db:  # noqa: SLF001 - no use case adds many
                for video in some:
                    write_video(db, video)


def insert_videos(step: Step, videos: list[Video]) -> None:
    """What the store writes for each, in one go."""
    documents = [{"_id": video.id, **video_fields(video)} for video in videos]
    step.db.videos.insert_many(documents, session=step.session)
    counted = {"$inc": {"count.completed": len(videos)}, "$setOnInsert": {"user_id": "local"}}
    counts = step.db.video_counts
    counts.update_one({"_id": "local/0"}, counted, upsert=True, session=step.session)


def add_result(stores: Mapping[str, Store], frame_count: int) -> tuple[Job, int, Row]:
    """The same result in each store: its job, how many bytes it has, and how long a chunk took."""
    video = replace(a_video(0, VideoStatus.UPLOADED), job_id="long", frame_count=frame_count)
    job = Job(
        *("long", video.id, "local", JobKind.TRACK, "motion", "1", {}, Priority.NORMAL, NOW),
        *(frame_count, 3),
    )
    for store in stores.values():
        store.add_video(video, [job])
        store.update_job(job.id, lambda job: job.claimed("bench", NOW, LEASE))
    took: dict[str, Seconds] = {name: [] for name in stores}
    size = 0
    for bounds, payload in tqdm(chunks(frame_count), "chunks", frame_count // 64, leave=False):
        size += len(payload)
        tracks = [TrackSummary(n + 1, None, ((0, bounds.stop),), 0.5) for n in range(OBJECTS)]
        content = ChunkContent(payload, SNAPSHOT, tracks)
        for name, store in stores.items():
            with timed(took[name]):
                store.put_chunk(
                    job.id,
                    bounds,
                    content,
                    lambda job, stop=bounds.stop: job.advanced(1, stop, OBJECTS, 0.1),
                )
    for store in stores.values():
        job = store.update_job(job.id, lambda job: job.completed(1, NOW, frame_count, 0))
    return job, size, took


@contextmanager
def timed(into: Seconds) -> Iterator[None]:
    started = time.perf_counter()
    yield
    into.append(time.perf_counter() - started)


def asked(client: FlaskClient, paths: list[str]) -> Seconds:
    took: Seconds = []
    for path in paths:
        with timed(took):
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return took


def pages(client: FlaskClient) -> dict[str, Seconds]:
    """Forty pages of each kind of list, going on from one to the next."""
    kinds = {"": "a page of the list", "&sort=name": "by name", "&status=completed": "by status"}
    took: dict[str, Seconds] = {name: [] for name in kinds.values()}
    for query, name in kinds.items():
        page = {"next_cursor": ""}
        while (cursor := page["next_cursor"]) is not None and len(took[name]) < 40:
            with timed(took[name]):
                page = client.get(f"/api/videos?limit=50{query}&cursor={cursor}").get_json()
    took["a search in the names"] = asked(client, [f"/api/videos?q=camera+{n}" for n in range(10)])
    return took


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def streamed(client: FlaskClient, video_id: str) -> tuple[int, float, int]:
    """How many bytes a whole result has, how long it takes, and what memory grows by meanwhile."""
    started, before, peak, size = time.perf_counter(), resident(), 0, 0
    answer = client.get(f"/api/videos/{video_id}/result", buffered=False)
    for number, part in enumerate(answer.response):
        size += len(part)
        if number % 1000 == 0:
            peak = max(peak, resident())
    answer.close()
    return size, time.perf_counter() - started, max(peak, resident()) - before


def table(rows: Mapping[str, Row]) -> None:
    """Medians and 95th percentiles in ms, beside the limits on the latter."""
    names = next(iter(rows.values())).keys()
    head = "".join(f" {name + ' p50':>13} {'p95':>7}" for name in names)
    print(f"{'ms':<24} {'limit':>6}{head}")
    for what, row in rows.items():
        limit = f"{LIMITS[what] * 1000:.0f}" if what in LIMITS else ""
        cells = (np.percentile(row[name], (50, 95)) * 1000 for name in names)
        print(
            f"{what:<24} {limit:>6}" + "".join(f" {p50:>13.1f} {p95:>7.1f}" for p50, p95 in cells)
        )


def measure(
    clients: Mapping[str, FlaskClient], stores: Mapping[str, Store], sizes: list[int]
) -> None:
    frame_count, video_count = sizes
    job, size, stored = add_result(stores, frame_count)
    print(f"{frame_count:,} frames: {job.chunk_count:,} chunks, {size / 1e6:.0f} MB")
    chance = random.Random(3)  # noqa: S311 - not a secret
    some = [f"/api/jobs/{job.id}/chunks/{chance.randrange(job.chunk_count)}" for _ in range(1000)]
    rows: dict[str, dict[str, Seconds]] = {"to store a chunk": dict(stored)}
    rows["any chunk"] = {name: asked(client, some) for name, client in clients.items()}
    listing = [f"/api/jobs/{job.id}/chunks"] * 20
    rows["the list of chunks"] = {name: asked(client, listing) for name, client in clients.items()}
    for name, client in clients.items():
        total, seconds, growth = streamed(client, job.video_id)
        print(f"{name}: result of {total / 1e6:.0f} MB in {seconds:.1f} s, +{growth / 1e6:.0f} MB")
    for name, client in clients.items():
        add_videos(stores[name], video_count)
        for what, took in pages(client).items():
            rows.setdefault(what, {})[name] = took
    table(rows)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    sizes = [int(number) for number in sys.argv[1:]] or [300_000, 100_000]
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with TemporaryDirectory() as name:
        folder = Path(name)
        program, url = mongod_program(folder / "mongo", free_port())
        with running(program, folder / "log"):
            embedded = bootstrap.service(Settings(data_dir=folder, profile="embedded"))
            mongo = MongoStore(url, "sammot")
            list(mongo.migrate())
            stores: dict[str, Store] = {"MongoDB": mongo, "SQLite": embedded.world.store}
            services = (Service.over(replace(embedded.world, store=s)) for s in stores.values())
            apps = (create_app(service, ApiConfig("bench")) for service in services)
            clients = {name: app.test_client() for name, app in zip(stores, apps, strict=True)}
            measure(clients, stores, sizes)


if __name__ == "__main__":
    main()
