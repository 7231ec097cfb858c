"""The backup of docs/operations.md, taken while a job runs, and put back into an empty folder."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import fake_engine
from clips import Clip
from sammot.records import Job, JobKind, JobState
from sammot.service import Service
from sammot.tracking.frame import Frame
from sammot.tracking.track import FrameResult
from sammot.worker import Worker
from world import a_service, bring


def back_up(folder: Path, target: Path) -> None:
    """First the record (what `sqlite3 ... ".backup ..."` does), then the files."""
    target.mkdir()
    with (
        closing(sqlite3.connect(folder / "store.db")) as record,
        closing(sqlite3.connect(target / "store.db")) as copy,
    ):
        record.backup(copy)
    shutil.copytree(folder / "objects" / "videos", target / "objects" / "videos")


def work_off(service: Service) -> None:
    worker = Worker(service, "here:1", list(JobKind), threading.Event())
    while job := service.leases.claim("here:1", list(JobKind)):
        worker.work(job)


def results(service: Service, video_id: str) -> list[FrameResult]:
    job = service.results.current_job(service.library.get("local", video_id))
    assert job.state is JobState.COMPLETED
    return list(service.results.frames(job))


def test_a_restored_backup_goes_on_where_its_jobs_stood(tmp_path: Path) -> None:
    Clip(count=150).write(tmp_path / "clip.mp4")
    copies: list[Path] = []

    def current() -> Job:
        return service.results.current_job(service.library.get("local", video.id))

    def create(*arguments: object) -> fake_engine.FakeEngine:
        engine = fake_engine.create(*arguments)  # type: ignore[arg-type]
        track = engine.track

        def saved_in_the_middle(frames: Iterable[Frame]) -> Iterator[FrameResult]:
            for result in track(frames):
                if result.index == 100 and not copies:
                    # What was tracked before is stored meanwhile.
                    deadline = time.monotonic() + 30
                    while current().frames_ready < 64:
                        assert time.monotonic() < deadline
                        time.sleep(0.01)
                    copies.append(tmp_path / "backup")
                    back_up(tmp_path / "home", copies[0])
                yield result

        engine.track = saved_in_the_middle  # type: ignore[method-assign]
        return engine

    entry = replace(fake_engine.entry(), create=create)
    service = a_service(tmp_path / "home", entry, lease=timedelta(0))
    video, _ = bring(service, (tmp_path / "clip.mp4").read_bytes())
    work_off(service)

    restored = a_service(copies[0], entry, lease=timedelta(0))
    job = restored.results.current_job(restored.library.get("local", video.id))
    assert (job.state, job.frames_ready) == (JobState.RUNNING, 64)
    restored.leases.recover()
    work_off(restored)
    assert results(restored, video.id) == results(service, video.id)
    assert len(results(restored, video.id)) == 150
