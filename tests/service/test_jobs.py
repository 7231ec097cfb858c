from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clips import Clip
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import Conflict, NotFound
from sammot.ports import JobQuery
from sammot.records import Job, JobKind, JobSpec, JobState, Priority, Video
from sammot.service import Service
from world import a_service, bring

SPEC = JobSpec("fake", {}, Priority.NORMAL)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Clip(count=10).write(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path)


@pytest.fixture
def video(service: Service, clip: bytes) -> Video:
    return bring(service, clip)[0]


def fresh(service: Service, video: Video) -> Video:
    return service.library.get("local", video.id)


def test_tracking_again_ends_the_job_before(service: Service, video: Video) -> None:
    job = service.jobs.submit(video, SPEC)
    assert fresh(service, video).job_id == job.id
    assert service.jobs.get("local", video.job_id or "").state is JobState.CANCELLED


def test_of_two_who_track_again_at_one_time_one_job_remains(service: Service, video: Video) -> None:
    service.jobs.submit(video, SPEC)
    last = service.jobs.submit(video, SPEC)  # knows of the first job only
    queued = service.jobs.list(JobQuery("local", state=JobState.QUEUED)).items
    assert [job.id for job in queued] == [last.id]


def test_a_job_that_a_newer_one_has_followed_is_not_retried(service: Service, video: Video) -> None:
    service.jobs.submit(video, SPEC)
    with pytest.raises(Conflict):
        service.jobs.retry("local", video.job_id or "")


def test_no_job_of_a_deleted_video_is_retried(service: Service, video: Video) -> None:
    service.library.delete("local", video.id)
    with pytest.raises(NotFound):
        service.jobs.retry("local", video.job_id or "")


def test_wanting_a_waiting_job_again_changes_nothing(service: Service, video: Video) -> None:
    job = service.jobs.side("copy", JobKind.PROXY, video, Priority.HIGH)
    service.jobs.ensure(job)
    before = fresh(service, video).revision
    service.jobs.ensure(job)
    assert fresh(service, video).revision == before


def test_no_job_is_wanted_of_a_deleted_video(service: Service, video: Video) -> None:
    job = service.jobs.ensure(service.jobs.side("copy", JobKind.PROXY, video, Priority.HIGH))
    service.library.delete("local", video.id)
    with pytest.raises(NotFound):
        service.jobs.ensure(job)
    assert service.jobs.get("local", job.id).state is JobState.CANCELLED


class _Store(SqliteStore):
    """One in which a worker beats just when its job is about to be taken back."""

    beat: Callable[[], object] = int

    def expired_jobs(self, *arguments: object) -> list[Job]:
        found = super().expired_jobs(*arguments)
        self.beat()
        return found


def test_a_worker_that_beats_at_the_last_moment_keeps_its_job(tmp_path: Path, clip: bytes) -> None:
    plain = a_service(tmp_path)
    bring(plain, clip)
    store = _Store(tmp_path / "store.db")
    late = plain.world.now() + timedelta(hours=1)
    service = Service.over(replace(plain.world, store=store, now=lambda: late))
    job = plain.leases.claim("here:1", [JobKind.TRACK])
    assert job is not None
    store.beat = lambda: store.update_job(
        job.id, lambda old: replace(old, lease_expires_at=late + timedelta(seconds=1))
    )
    service.leases.recover()
    assert service.jobs.get("local", job.id).state is JobState.RUNNING
    store.beat = int
    late += timedelta(hours=1)
    service.leases.recover()
    assert service.jobs.get("local", job.id).state is JobState.QUEUED
