"""Workers are killed with -9, time and again, over one video with the real engine."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest

from sammot import bootstrap, scenes, video
from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobSpec, JobState, Priority
from sammot.service import Service
from sammot.settings import Settings
from servers.mongo import Mongo

FRAMES = 768

_MONGO_WORKER = """
import os, socket, sys, threading
from dataclasses import replace
from sammot import bootstrap
from sammot.adapters.mongo_store import MongoStore
from sammot.records import JobKind
from sammot.service import Service
from sammot.settings import Settings
from sammot.worker import Worker

world = replace(bootstrap.service(Settings()).world, store=MongoStore(*sys.argv[1:]))
owner = f"{socket.gethostname()}:{os.getpid()}"
Worker(Service.over(world), owner, [JobKind.TRACK], threading.Event()).run()
"""

_STARTED: list[subprocess.Popen[bytes]] = []


@pytest.fixture(autouse=True)
def no_worker_outlives_a_test() -> Iterator[None]:
    """Or it takes the jobs of the next one."""
    yield
    for worker in _STARTED:
        worker.kill()
        worker.wait(10)
    _STARTED.clear()


@dataclass(frozen=True)
class Place:
    """Where a service keeps its files, and its record unless that is in a MongoDB."""

    folder: Path
    mongo: Mongo | None = None
    span_frames: int = 0

    @property
    def environment(self) -> dict[str, str]:
        chosen = {"DATA_DIR": str(self.folder), "LEASE_SECONDS": "1", "BACKOFF_SECONDS": "0"}
        chosen["SPEED_TRIALS"] = "false"
        chosen["SPAN_FRAMES"] = str(self.span_frames)
        chosen["MAX_ATTEMPTS"] = "50"  # some lives end before their first chunk
        return {f"SAMMOT_{name}": value for name, value in chosen.items()}

    def worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sammot", "worker", "--queues", "track,span"]
        if self.mongo is not None:
            command = [sys.executable, "-c", _MONGO_WORKER, self.mongo.url, self.mongo.database]
        environment = os.environ | self.environment
        _STARTED.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return _STARTED[-1]

    def service(self) -> Service:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            service = bootstrap.service(Settings())
        if self.mongo is None:
            return service
        return Service.over(replace(service.world, store=self.mongo.store()))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    scene = scenes.make("crossing", width=320, height=180, seconds=FRAMES / 30)
    video.write(path, islice(scene.frames(), FRAMES), 30)
    return path.read_bytes()


def brought(service: Service, clip: bytes) -> str:
    spec: JobSpec = service.uploads.spec("motion", {}, Priority.NORMAL)
    upload = service.uploads.begin("local", "clip.mp4", len(clip), spec)
    service.uploads.append(upload, 0, [clip])
    video_, _ = service.uploads.finish(upload)
    assert video_.job_id is not None
    return video_.job_id


def awaited(service: Service, job_id: str, pid: int | None = None) -> Job:
    """The job as soon as it is final, or run by process `pid`."""
    for _ in range(1200):
        job = service.world.store.get_job(job_id)
        if job.state.is_final or (pid is not None and (job.owner or "").endswith(f":{pid}")):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job did not get on: {job}")


def everything(service: Service, job_id: str) -> Mapping[str, object]:
    store = service.world.store
    chunks = [store.get_chunk(job_id, bounds.chunk) for bounds in store.chunk_bounds(job_id)]
    return {"chunks": chunks, "tracks": store.tracks(job_id)}


@pytest.fixture(scope="module")
def undisturbed(clip: bytes, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    place = Place(tmp_path_factory.mktemp("calm"))
    service = place.service()
    job_id = brought(service, clip)
    worker = place.worker()
    assert awaited(service, job_id).state is JobState.COMPLETED
    worker.terminate()
    assert worker.wait(10) == 0
    return everything(service, job_id)


def killed(place: Place, clip: bytes, times: int) -> Mapping[str, object]:
    """What is stored of a video whose workers were killed so many times."""
    service = place.service()
    job_id = brought(service, clip)
    chance = random.Random(7)  # noqa: S311 - not for secrets
    for _ in range(times):
        worker = place.worker()
        assert awaited(service, job_id, worker.pid).state is JobState.RUNNING
        time.sleep(chance.uniform(0, 0.8))
        assert service.world.store.get_job(job_id).state is JobState.RUNNING
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    worker = place.worker()
    job = awaited(service, job_id)
    worker.terminate()
    worker.wait(10)

    assert (job.state, len(job.failures)) == (JobState.COMPLETED, times)
    results = list(service.results.frames(job))
    assert [result.index for result in results] == list(range(FRAMES))
    assert any(result.observations for result in results)
    return everything(service, job_id)


@pytest.mark.slow
def test_ten_kills_leave_the_bytes_of_an_undisturbed_run(
    clip: bytes, undisturbed: Mapping[str, object], tmp_path: Path
) -> None:
    assert killed(Place(tmp_path), clip, 10) == undisturbed


@pytest.mark.slow
def test_kills_leave_the_same_bytes_in_mongodb(
    clip: bytes, undisturbed: Mapping[str, object], tmp_path: Path, mongo: Mongo
) -> None:
    assert killed(Place(tmp_path, mongo), clip, 3) == undisturbed


@pytest.mark.slow
def test_two_workers_on_one_clip_and_kills_leave_the_bytes_of_one_worker(
    clip: bytes, tmp_path: Path
) -> None:
    calm = Place(tmp_path / "calm", span_frames=384)
    rough = Place(tmp_path / "rough", span_frames=384)
    assert shared(rough, clip, 2, kills=4) == shared(calm, clip, 1, kills=0)


def shared(place: Place, clip: bytes, count: int, *, kills: int) -> Mapping[str, object]:
    """What is stored of a video that so many workers tracked in spans, some killed meanwhile."""
    service = place.service()
    job_id = brought(service, clip)
    workers = [place.worker() for _ in range(count)]
    for n in range(kills):
        time.sleep(1.5)
        workers[n % count].send_signal(signal.SIGKILL)
        workers[n % count].wait(10)
        workers[n % count] = place.worker()
    assert awaited(service, job_id).state is JobState.COMPLETED
    for worker in workers:
        worker.terminate()
        worker.wait(10)
    spans = service.jobs.list(JobQuery("local", kind=JobKind.SPAN))
    assert spans.total == 2
    return everything(service, job_id)
