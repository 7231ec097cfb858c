"""`sammot worker` as a process, beside a service in this one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sammot import bootstrap
from sammot.records import Job, JobSpec, JobState, Priority
from sammot.service import Service
from sammot.settings import Settings


class Runner:
    """A service in this process, and workers of the same settings in others."""

    def __init__(self, folder: Path, named: Mapping[str, str]) -> None:
        chosen = {"DATA_DIR": str(folder / "data"), "BACKOFF_SECONDS": "0", **named}
        chosen["SPEED_TRIALS"] = "false"
        self._environment = {f"SAMMOT_{name}": value for name, value in chosen.items()}
        self._log = folder / "worker.log"
        self._workers = ExitStack()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._environment.items():
                patch.setenv(name, value)
            self.service: Service = bootstrap.service(Settings())

    def worker(self, *arguments: str, **named: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sammot", "worker", *arguments]
        with self._log.open("ab") as log:
            own = {f"SAMMOT_{name}": value for name, value in named.items()}
            process = subprocess.Popen(
                command, env=os.environ | self._environment | own, stdout=log, stderr=log
            )
        self._workers.callback(process.wait)
        self._workers.callback(process.kill)
        return process

    def close(self) -> None:
        self._workers.close()

    def bring(
        self,
        clip: bytes,
        priority: Priority = Priority.NORMAL,
        *,
        engine: str = "motion",
        prompts: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """The tracking job of a video that is uploaded, or tracked again if it is there."""
        uploads = self.service.uploads
        spec: JobSpec = uploads.spec(engine, {}, priority, prompts)
        upload = uploads.begin("local", "clip.mp4", len(clip), spec)
        uploads.append(upload, 0, [clip])
        video_, _ = uploads.finish(upload)
        assert video_.job_id is not None
        return video_.job_id

    def job(self, job_id: str) -> Job:
        return self.service.world.store.get_job(job_id)

    def awaited(self, job_id: str, is_enough: Callable[[Job], bool]) -> Job:
        for _ in range(1800):
            if is_enough(job := self.job(job_id)):
                return job
            time.sleep(0.05)
        raise AssertionError(f"the job did not get on: {job}\n{self._log.read_text()[-4000:]}")

    def results(self, job_id: str) -> list[bytes]:
        store = self.service.world.store
        return [store.get_chunk(job_id, bounds.chunk) for bounds in store.chunk_bounds(job_id)]


def is_completed(job: Job) -> bool:
    return job.state is JobState.COMPLETED


def is_under_way(job: Job) -> bool:
    return job.state is JobState.RUNNING and job.frames_ready >= 16


def children(pid: int) -> list[int]:
    """The processes below one, at any depth."""
    found, below = [], [pid]
    while below:
        parent = below.pop()
        try:
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except FileNotFoundError:
            continue
        below += map(int, text.split())
        found += map(int, text.split())
    return found


def are_gone(pids: list[int]) -> bool:
    for _ in range(400):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def job_process(worker: subprocess.Popen[bytes]) -> int:
    """The process of the one job that runs: below the one that all are forked from."""
    direct = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    (pid,) = set(children(worker.pid)) - set(map(int, direct))
    return pid
