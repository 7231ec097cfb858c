"""A worker is killed with -9 ten times over one video, with the real engine."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest

from sammot import bootstrap, scenes, video
from sammot.records import Job, JobSpec, JobState, Priority
from sammot.service import Service
from sammot.settings import Settings

KILLS = 10
FRAMES = 600


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    scene = scenes.make("crossing", width=320, height=180, seconds=FRAMES / 30)
    video.write(path, islice(scene.frames(), FRAMES), 30)
    return path.read_bytes()


def environment(folder: Path) -> dict[str, str]:
    chosen = {"DATA_DIR": str(folder), "LEASE_SECONDS": "1", "BACKOFF_SECONDS": "0"}
    chosen["MAX_ATTEMPTS"] = "50"  # some lives end before their first chunk
    return os.environ | {f"SAMMOT_{name}": value for name, value in chosen.items()}


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sammot", "worker", "--queues", "track"]
    return subprocess.Popen(command, env=environment(folder), stderr=subprocess.DEVNULL)


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    for name, value in environment(folder).items():
        if name.startswith("SAMMOT_"):
            monkeypatch.setenv(name, value)
    return bootstrap.service(Settings())


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


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_kills_leave_the_bytes_of_an_undisturbed_run(
    clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = opened(tmp_path / "calm", monkeypatch)
    undisturbed = brought(calm, clip)
    worker = started(tmp_path / "calm")
    assert awaited(calm, undisturbed).state is JobState.COMPLETED
    worker.terminate()
    assert worker.wait(10) == 0

    rough = opened(tmp_path / "rough", monkeypatch)
    job_id = brought(rough, clip)
    chance = random.Random(7)  # noqa: S311 - not for secrets
    for _ in range(KILLS):
        worker = started(tmp_path / "rough")
        assert awaited(rough, job_id, worker.pid).state is JobState.RUNNING
        time.sleep(chance.uniform(0, 0.8))
        assert rough.world.store.get_job(job_id).state is JobState.RUNNING
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    worker = started(tmp_path / "rough")
    job = awaited(rough, job_id)
    worker.terminate()
    assert worker.wait(10) == 0

    assert (job.state, len(job.failures)) == (JobState.COMPLETED, KILLS)
    results = list(rough.results.frames(job))
    assert [result.index for result in results] == list(range(FRAMES))
    assert any(result.observations for result in results)
    assert everything(rough, job_id) == everything(calm, undisturbed)
