"""Jobs that compute on a GPU, each in what stands for a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

import fake_engine
import gpus
from clips import Clip
from sammot.models.devices import Devices
from sammot.records import Job, JobKind, JobState
from sammot.service import Service
from sammot.worker import Worker
from world import a_service, bring


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path)


def claimed(service: Service, folder: Path, count: int) -> Job:
    """The job that tracks a clip of so many frames."""
    Clip(count=count).write(folder / "clip.mp4")
    bring(service, (folder / "clip.mp4").read_bytes())
    job = service.leases.claim("here:1", [JobKind.TRACK])
    assert job is not None
    return job


class Process:
    """A worker on devices of this machine; `begun` is told the device of each job that begins."""

    def __init__(self, service: Service, locks: Path, begun: Callable[[str], object]) -> None:
        devices = Devices("auto", locks)

        def create(*arguments: object) -> fake_engine.FakeEngine:
            begun(devices.reserved)
            return fake_engine.create(*arguments)

        def reserve(waiting: Callable[[], object]) -> AbstractContextManager[None]:
            def told() -> None:
                self.waits.set()
                waiting()

            return devices.reserve(told)

        entry = replace(fake_engine.entry(), create=create, reserve=reserve)
        self.service = Service.over(replace(service.world, engines={"fake": entry}))
        self.stop, self.waits = threading.Event(), threading.Event()

    def work(self, job: Job) -> Job:
        """Do a claimed job; what became of it."""
        Worker(self.service, "here:1", [JobKind.TRACK], self.stop).work(job)
        return self.service.world.store.get_job(job.id)


def test_jobs_take_a_gpu_each(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus.pretend(monkeypatch, "a", "b")
    met, used = threading.Barrier(2, timeout=60), list[str]()

    def begun(device: str) -> None:
        used.append(device)
        met.wait()  # both are under way now

    processes = [Process(service, tmp_path / "locks", begun) for _ in range(2)]
    jobs = [claimed(service, tmp_path, count) for count in (20, 21)]
    with ThreadPoolExecutor() as threads:
        jobs = list(threads.map(Process.work, processes, jobs))
    assert [job.state for job in jobs] == [JobState.COMPLETED] * 2
    assert sorted(used) == ["cuda:0", "cuda:1"]


def test_a_job_waits_for_the_only_gpu_and_then_is_done(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus.pretend(monkeypatch, "a")
    has_it, used = threading.Event(), list[str]()

    def first(device: str) -> None:
        used.append(f"first {device}")
        has_it.set()
        assert waiter.waits.wait(60)

    holder = Process(service, tmp_path / "locks", first)
    waiter = Process(service, tmp_path / "locks", lambda device: used.append(f"then {device}"))
    with ThreadPoolExecutor() as threads:
        held = threads.submit(holder.work, claimed(service, tmp_path, 20))
        assert has_it.wait(60)
        jobs = [waiter.work(claimed(service, tmp_path, 21)), held.result()]
    assert [(job.state, job.attempt) for job in jobs] == [(JobState.COMPLETED, 1)] * 2
    assert used == ["first cuda:0", "then cuda:0"]


@pytest.mark.parametrize("end", ["stopped", "cancelled"])
def test_a_job_that_waits_for_a_gpu_can_be_taken_back(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    gpus.pretend(monkeypatch, "a")
    waiter = Process(service, tmp_path / "locks", lambda _: pytest.fail("it did not wait"))
    with Devices("auto", tmp_path / "locks").reserve(lambda: None), ThreadPoolExecutor() as threads:
        job = claimed(service, tmp_path, 20)
        waiting = threads.submit(waiter.work, job)
        assert waiter.waits.wait(60)
        if end == "stopped":
            waiter.stop.set()
        else:
            service.jobs.cancel("local", job.id)
        job = waiting.result(60)
    assert job.state is (JobState.QUEUED if end == "stopped" else JobState.CANCELLED)
    assert job.failures == ()
