"""`sammot worker` as a process, in both profiles: every job is done, once and in its turn."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner import Runner, are_gone, children, is_completed, is_under_way, job_process
from sammot import scenes, video
from sammot.records import JobState, Priority
from sammot.service.speeds import measured
from sammot.settings import Settings
from sammot.stack import free_port
from sammot.worker.processes import Processes
from servers.mongo import Mongo
from servers.redis import RedisServer

pytestmark = pytest.mark.slow


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path, {"PROFILE": "embedded"})
    yield runner
    runner.close()


@pytest.fixture
def served(tmp_path: Path, mongo: Mongo, redis_server: RedisServer) -> Iterator[Runner]:
    named = {"MONGO_URL": mongo.url, "MONGO_DATABASE": mongo.database}
    named |= {"PROFILE": "service", "REDIS_URL": redis_server.url}
    runner = Runner(tmp_path, named)
    yield runner
    runner.close()


@pytest.fixture(params=["embedded", "served"])
def runner(request: pytest.FixtureRequest) -> Runner:
    chosen: Runner = request.getfixturevalue(request.param)
    return chosen


def a_clip(folder: Path, seed: int, frames: int) -> bytes:
    path = folder / f"{seed}.mp4"
    scene = scenes.make("crossing", width=192, height=108, frame_count=frames, seed=seed)
    video.write(path, scene.frames(), 30)
    return path.read_bytes()


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return a_clip(tmp_path_factory.mktemp("clips"), 1, 20)


@pytest.fixture(scope="session")
def long(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return a_clip(tmp_path_factory.mktemp("clips"), 2, 1000)


def test_jobs_are_done_by_priority_and_then_by_age(runner: Runner, tmp_path: Path) -> None:
    clips = [a_clip(tmp_path, seed, 20) for seed in range(4)]
    order = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.NORMAL)
    jobs = [runner.bring(clip, priority) for clip, priority in zip(clips, order, strict=True)]
    runner.worker("--queues", "track")
    done = [runner.awaited(job_id, is_completed) for job_id in jobs]
    in_turn = sorted(done, key=lambda job: job.started_at)
    assert [job.id for job in in_turn] == [jobs[2], jobs[1], jobs[3], jobs[0]]
    assert {job.attempt for job in done} == {1}


def test_a_worker_that_is_stopped_finishes_its_chunk_and_gives_the_job_back(
    runner: Runner, long: bytes
) -> None:
    job_id = runner.bring(long)
    worker = runner.worker("--queues", "track")
    runner.awaited(job_id, is_under_way)
    below = children(worker.pid)
    worker.terminate()
    assert worker.wait(30) == 0
    job = runner.job(job_id)
    assert (job.state, job.attempt, job.failures) == (JobState.QUEUED, 0, ())
    assert are_gone(below)


def test_a_second_signal_ends_a_worker_at_once(runner: Runner, long: bytes) -> None:
    job_id = runner.bring(long)
    worker = runner.worker("--queues", "track")
    runner.awaited(job_id, is_under_way)
    below = children(worker.pid)
    worker.terminate()
    time.sleep(0.1)
    worker.terminate()
    assert worker.wait(10) != 0
    assert are_gone(below)


def test_a_job_whose_files_are_away_says_so_and_is_tried_again(
    embedded: Runner, short: bytes, tmp_path: Path
) -> None:
    pytest.importorskip("boto3", reason="the service profile is not installed")
    job = embedded.job(embedded.bring(short))
    embedded.service.leases.claim("here:1", [job.kind])
    nobody = f"http://127.0.0.1:{free_port()}"
    away = {"s3_bucket": "videos", "s3_endpoint": nobody, "s3_region": "us-east-1"}
    keys = {"s3_access_key": "a", "s3_secret_key": "b"}
    settings = Settings.model_validate({"data_dir": tmp_path / "data", **away, **keys})
    assert Processes(settings, "here:1").run(embedded.job(job.id)) == 0
    job = embedded.job(job.id)
    assert job.state is JobState.QUEUED
    assert [failure.reason for failure in job.failures] == ["The storage does not answer."]


# What only the service profile promises


def test_a_crash_of_a_job_costs_one_attempt_and_is_told_at_once(
    served: Runner, long: bytes
) -> None:
    job_id = served.bring(long)
    worker = served.worker("--queues", "track")
    served.awaited(job_id, is_under_way)
    os.kill(job_process(worker), signal.SIGKILL)
    job = served.awaited(job_id, lambda job: bool(job.failures))
    assert "SIGKILL" in job.failures[0].reason
    assert worker.poll() is None
    job = served.awaited(job_id, lambda job: job.state.is_final)
    assert (job.state, job.attempt, len(job.failures)) == (JobState.COMPLETED, 2, 1)


def test_a_job_outlives_its_killed_worker_just_long_enough_to_be_given_back(
    served: Runner, long: bytes
) -> None:
    job_id = served.bring(long)
    worker = served.worker("--queues", "track")
    served.awaited(job_id, is_under_way)
    below = children(worker.pid)
    worker.kill()
    worker.wait(10)
    job = served.awaited(job_id, lambda job: job.state is JobState.QUEUED)
    assert job.failures == ()
    assert are_gone(below)
    served.worker("--queues", "track")
    assert served.awaited(job_id, lambda job: job.state.is_final).state is JobState.COMPLETED


def test_a_worker_takes_only_the_kinds_that_it_was_told(served: Runner, short: bytes) -> None:
    job_id = served.bring(short)
    served.worker("--queues", "proxy,render")
    served.worker("--queues", "track")
    assert served.awaited(job_id, is_completed).failures == ()


def test_one_worker_does_several_jobs_at_a_time(
    served: Runner, long: bytes, tmp_path: Path
) -> None:
    jobs = [served.bring(long), served.bring(a_clip(tmp_path, 3, 300))]
    served.worker("--queues", "track", "--concurrency", "2")
    served.awaited(jobs[1], is_under_way)
    assert is_under_way(served.awaited(jobs[0], is_under_way))


def test_all_catches_up_when_redis_comes_back_and_has_forgotten_everything(
    served: Runner, redis_server: RedisServer, long: bytes, short: bytes, tmp_path: Path
) -> None:
    waiting = served.bring(a_clip(tmp_path, 3, 20), Priority.LOW)
    running = served.bring(long)
    served.worker("--queues", "track")
    served.awaited(running, is_under_way)
    redis_server.stop()
    late = served.bring(short)
    before = served.job(running).frames_ready
    served.awaited(running, lambda job: job.frames_ready > before)
    redis_server.start()
    for job_id in (running, waiting, late):
        job = served.awaited(job_id, lambda job: job.state.is_final)
        assert (job.state, job.attempt, job.failures) == (JobState.COMPLETED, 1, ())


def test_an_idle_worker_tries_the_engines_out(runner: Runner) -> None:
    runner.worker("--queues", "track", SPEED_TRIALS="true")
    for _ in range(1200):
        if speeds := measured(runner.service.world, "local"):
            break
        time.sleep(0.05)
    (speed,) = speeds["motion"]
    assert (speed.job_count, speed.fps > 0) == (0, True)
