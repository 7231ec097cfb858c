from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import fake_engine
from clips import Clip
from records_help import a_job, a_video
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import Conflict, NotFound, Unavailable
from sammot.records import (
    ChunkBounds,
    Job,
    JobKind,
    JobSpec,
    JobState,
    Playable,
    Priority,
    Video,
    VideoStatus,
)
from sammot.service import Service
from sammot.service.chunks import read_chunk
from sammot.service.world import proxy_key, upload_key
from sammot.tracking.frame import Frame
from sammot.tracking.track import FrameResult
from sammot.worker import Worker
from sammot.worker.pulse import Pulse, Stopping
from sammot.worker.tasks import TASKS
from sammot.worker.upkeep import Upkeep
from world import a_service, bring


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    Clip(count=150).write(path)
    return path.read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path)


def a_worker(service: Service, stop: threading.Event | None = None) -> Worker:
    return Worker(service, "here:1", list(JobKind), stop or threading.Event())


def work_off(service: Service) -> None:
    """Do all the jobs that are due."""
    worker = a_worker(service)
    while job := service.leases.claim("here:1", list(JobKind)):
        worker.work(job)


def payloads(service: Service, video: Video) -> list[bytes]:
    job = service.results.current_job(video)
    return [service.results.chunk(job, b.chunk) for b in service.results.chunk_bounds(job)]


def fresh(service: Service, video: Video) -> Video:
    return service.library.get("local", video.id)


def test_a_video_is_tracked_in_chunks_of_64_after_a_short_first(
    service: Service, clip: bytes
) -> None:
    video, _ = bring(service, clip)
    work_off(service)
    job = service.results.current_job(video)
    bounds = [(b.start, b.stop) for b in service.results.chunk_bounds(job)]
    assert bounds == [(0, 16), (16, 64), (64, 128), (128, 150)]
    assert (job.state, job.frames_ready, job.track_count) == (JobState.COMPLETED, 150, 2)
    assert fresh(service, video).status is VideoStatus.COMPLETED


def test_every_frame_is_there_once_at_its_time(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    work_off(service)
    results = list(service.results.frames(service.results.current_job(video)))
    assert [result.index for result in results] == list(range(150))
    np.testing.assert_allclose([r.time for r in results], service.library.timeline(video.id))


def test_track_summaries_agree_with_the_frames(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    work_off(service)
    job = service.results.current_job(video)
    results = list(service.results.frames(job))
    for track in service.results.tracks(job):
        seen = {r.index for r in results for o in r.observations if o.track_id == track.track_id}
        runs = {n for start, stop in track.segments for n in range(start, stop)}
        assert runs == seen
        assert track.frame_total == len(seen)
        assert 0 <= track.mean_score <= 1


class _Killed(BaseException):
    """As sudden as a signal: nothing catches it on its way."""


@pytest.mark.parametrize("frame", [0, 5, 16, 40, 63, 64, 100, 128, 149])
def test_a_worker_that_dies_anywhere_leaves_the_same_bytes(
    tmp_path: Path, clip: bytes, frame: int
) -> None:
    calm = a_service(tmp_path / "calm")
    undisturbed, _ = bring(calm, clip)
    work_off(calm)

    def create(*arguments: object) -> fake_engine.FakeEngine:
        engine = fake_engine.create(*arguments)
        if not deaths:
            deaths.append(frame)
            engine.track = dying(engine.track)
        return engine

    def dying(track: Callable) -> Callable:
        def until(frames: Iterable[Frame]) -> Iterator[FrameResult]:
            for result in track(frames):
                if result.index == frame:
                    raise _Killed
                yield result

        return until

    deaths: list[int] = []
    entry = replace(fake_engine.entry(), create=create)
    service = a_service(tmp_path / "rough", entry, lease=timedelta(0))
    video, _ = bring(service, clip)
    job = service.leases.claim("here:1", [JobKind.TRACK])
    with pytest.raises(_Killed):
        a_worker(service).work(job)
    assert service.leases.recover() == 1
    work_off(service)
    assert deaths == [frame]
    assert payloads(service, video) == payloads(calm, undisturbed)
    tracks = service.results.tracks(service.results.current_job(video))
    assert tracks == calm.results.tracks(calm.results.current_job(undisturbed))


class _Fatal(SqliteStore):
    """A store at whose first completion of a job the worker dies."""

    has_killed = False

    def update_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        def deadly(job: Job) -> Job:
            changed = change(job)
            if changed.state is JobState.COMPLETED and not self.has_killed:
                self.has_killed = True
                raise _Killed
            return changed

        return super().update_job(job_id, deadly)


def test_a_worker_that_dies_behind_its_last_chunk_has_lost_nothing(
    tmp_path: Path, clip: bytes
) -> None:
    plain = a_service(tmp_path, lease=timedelta(0))
    store = _Fatal(tmp_path / "store.db")
    service = Service.over(replace(plain.world, store=store))
    video, _ = bring(service, clip)
    with pytest.raises(_Killed):
        work_off(service)
    before = payloads(service, video)
    assert service.leases.recover() == 1
    work_off(service)
    assert fresh(service, video).status is VideoStatus.COMPLETED
    assert payloads(service, video) == before
    assert len(service.library.timeline(video.id)) == 150


def test_an_engine_that_breaks_is_tried_again_and_then_told(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, breaks_at=20)
    work_off(service)
    job = service.results.current_job(video)
    # The first attempt stored a chunk, so it does not count as standing still.
    assert (job.state, job.attempt, job.frames_ready) == (JobState.FAILED, 4, 16)
    assert len(job.failures) == 4
    video = fresh(service, video)
    assert video.status is VideoStatus.FAILED
    assert video.error_message == "The fake step failed (RuntimeError); the log says more."
    assert {video.error_code, job.error_code, job.failures[0].code} == {"RuntimeError"}


def test_results_up_to_a_failure_stay_readable(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, breaks_at=20)
    work_off(service)
    assert len(read_chunk(payloads(service, video)[0])) == 16


def test_cancelling_stops_the_worker(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, seconds_per_frame=0.05)
    job = service.leases.claim("here:1", [JobKind.TRACK])
    thread = threading.Thread(target=a_worker(service).work, args=(job,))
    thread.start()
    service.jobs.cancel("local", job.id)
    thread.join(5)
    assert not thread.is_alive()
    assert fresh(service, video).status is VideoStatus.CANCELLED
    assert service.jobs.retry("local", job.id).state is JobState.QUEUED


def interrupted_at(service: Service, frame: int) -> Job:
    """The next job, after a worker was told to stop at that frame."""
    stop = threading.Event()
    pulse = Pulse(service, service.leases.claim("here:1", [JobKind.TRACK]), stop)

    def step(frames_done: int, *, in_chunk: bool = False, step: Callable = pulse.step) -> None:
        step(frames_done, in_chunk=in_chunk)
        if frames_done == frame:
            stop.set()

    pulse.step = step
    with pytest.raises(Stopping):
        TASKS[JobKind.TRACK](service, pulse._job, pulse)
    return service.leases.release(pulse._job)


@pytest.mark.parametrize(("frame", "ready"), [(0, 16), (15, 16), (20, 64), (64, 128)])
def test_a_worker_told_to_stop_finishes_its_chunk(
    service: Service, clip: bytes, frame: int, ready: int
) -> None:
    bring(service, clip)
    assert interrupted_at(service, frame).frames_ready == ready


def test_a_chunk_that_takes_long_is_not_finished_by_a_worker_told_to_stop(
    service: Service, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sammot.worker.pulse.FINISH_SECONDS", 0)
    bring(service, clip)
    assert interrupted_at(service, 20).frames_ready == 16


def test_a_worker_told_to_stop_gives_its_job_back(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, seconds_per_frame=0.01)
    stop = threading.Event()
    job = service.leases.claim("here:1", [JobKind.TRACK])
    threading.Timer(0.4, stop.set).start()
    a_worker(service, stop).work(job)
    job = service.results.current_job(video)
    assert (job.state, job.attempt, job.failures) == (JobState.QUEUED, 0, ())


def test_deleting_a_video_under_work_leaves_nothing(
    service: Service, clip: bytes, tmp_path: Path
) -> None:
    video, _ = bring(service, clip, seconds_per_frame=0.05)
    job = service.leases.claim("here:1", [JobKind.TRACK])
    thread = threading.Thread(target=a_worker(service).work, args=(job,))
    thread.start()
    service.library.delete("local", video.id)
    thread.join(5)
    assert not thread.is_alive()
    late = replace(service.world, now=lambda: video.upload_time + timedelta(hours=1))
    Service.over(late).library.purge()
    assert service.world.store.find_job(job.id) is None
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_a_job_begun_by_another_version_is_not_continued(tmp_path: Path, clip: bytes) -> None:
    old = a_service(tmp_path, fake_engine.entry("1"))
    video, _ = bring(old, clip, breaks_at=20)
    a_worker(old).work(old.leases.claim("here:1", [JobKind.TRACK]))
    new = a_service(tmp_path, fake_engine.entry("2"))
    a_worker(new).work(new.leases.claim("here:1", [JobKind.TRACK]))
    job = new.results.current_job(video)
    assert job.state is JobState.FAILED
    assert "upgraded" in job.error_message


def test_a_video_that_browsers_cannot_play_gets_a_copy_of_the_same_frames(
    service: Service, tmp_path: Path
) -> None:
    Clip(count=20, codec="mpeg4").write(tmp_path / "clip.avi")
    video, _ = bring(service, (tmp_path / "clip.avi").read_bytes(), "clip.avi")
    with pytest.raises(Conflict):
        service.library.playable_key(video)
    work_off(service)
    video = fresh(service, video)
    assert video.playable is Playable.READY
    assert service.library.playable_key(video).endswith("proxy.mp4")


def test_the_annotated_video_is_made_when_somebody_asks(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    work_off(service)
    assert service.results.annotated(video) is None
    assert service.results.annotated(video) is None  # asking twice makes one job
    work_off(service)
    key = service.results.annotated(video)
    assert key is not None
    assert service.world.objects.info(key).size > 1000
    render = service.results.status(video).render
    assert render is not None
    assert (render.state, render.priority) == (JobState.COMPLETED, Priority.HIGH)


def held(service: Service) -> Job | None:
    return service.leases.claim("other:2", list(JobKind))


def test_the_loop_recovers_what_a_silent_worker_left(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, lease=timedelta(seconds=0.2))
    video, _ = bring(service, clip)
    assert held(service) is not None
    run_until_completed(service, video)


def run_until_completed(service: Service, video: Video) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=a_worker(service, stop).run)
    thread.start()
    try:
        for _ in range(400):
            if fresh(service, video).status is VideoStatus.COMPLETED:
                break
            stop.wait(0.05)
        assert fresh(service, video).status is VideoStatus.COMPLETED
    finally:
        stop.set()
        thread.join(5)


class _Flickering(SqliteStore):
    """A store that is away just when a chunk is to be stored, and for some calls after that."""

    away = 0

    def put_chunk(self, job_id: str, bounds: ChunkBounds, *rest: object) -> Job:
        if bounds.chunk == 2 and self.away == 0:
            self.away = 4
        if self.away > 1:
            raise Unavailable("Away.")
        return super().put_chunk(job_id, bounds, *rest)

    def _step(self) -> AbstractContextManager[sqlite3.Connection]:
        if self.away > 1:
            self.away -= 1
            raise Unavailable("Away.")
        return super()._step()


def test_a_store_that_is_away_for_a_while_costs_time_only(tmp_path: Path, clip: bytes) -> None:
    calm = a_service(tmp_path / "calm")
    undisturbed, _ = bring(calm, clip)
    work_off(calm)
    plain = a_service(tmp_path / "rough", lease=timedelta(seconds=0.5))
    store = _Flickering(tmp_path / "rough" / "store.db")
    service = Service.over(replace(plain.world, store=store))
    video, _ = bring(service, clip)
    run_until_completed(service, video)
    assert store.away == 1
    assert payloads(service, video) == payloads(calm, undisturbed)


def test_what_decoding_finds_is_right_also_for_a_worker_that_goes_on(
    service: Service, clip: bytes
) -> None:
    video, _ = bring(service, clip)
    promised = service.library.timeline(video.id)
    service.library.write_timeline(video.id, promised[:-3] + 0.01)
    interrupted_at(service, 70)
    work_off(service)
    np.testing.assert_allclose(service.library.timeline(video.id), promised)
    assert fresh(service, video).frame_count == 150


def test_a_copy_whose_job_is_lost_takes_no_place(service: Service, tmp_path: Path) -> None:
    Clip(count=20, codec="mpeg4").write(tmp_path / "clip.avi")
    video, _ = bring(service, (tmp_path / "clip.avi").read_bytes(), "clip.avi")
    job = service.leases.claim("here:1", [JobKind.PROXY])
    service.jobs.cancel("local", job.id)
    with pytest.raises(Conflict):  # the heartbeat has not noticed yet
        TASKS[JobKind.PROXY](service, job, Pulse(service, job, threading.Event()))
    with pytest.raises(NotFound):
        service.world.objects.info(proxy_key(video.id))


def test_a_copy_for_which_there_is_no_room_is_not_begun(service: Service, tmp_path: Path) -> None:
    Clip(count=20, codec="mpeg4").write(tmp_path / "clip.avi")
    bring(service, (tmp_path / "clip.avi").read_bytes(), "clip.avi")
    policy = replace(service.world.policy, min_free_bytes=2**60)
    tight = Service.over(replace(service.world, policy=policy))
    job = tight.leases.claim("here:1", [JobKind.PROXY])
    a_worker(tight).work(job)
    job = service.jobs.get("local", job.id)
    assert (job.state, len(job.failures)) == (JobState.QUEUED, 1)
    assert "room" in job.failures[0].reason


def test_an_engine_that_is_gone_is_not_tried_again(tmp_path: Path, clip: bytes) -> None:
    video, _ = bring(a_service(tmp_path), clip)
    service = a_service(tmp_path, replace(fake_engine.entry(), name="other"))
    work_off(service)
    job = service.results.current_job(video)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    assert "other" in job.error_message


def test_a_worker_is_known_to_be_alive_until_it_leaves(service: Service) -> None:
    def alive() -> int:
        return service.world.store.live_workers(service.world.now()).get(JobKind.TRACK, 0)

    stop = threading.Event()
    thread = threading.Thread(target=a_worker(service, stop).run)
    thread.start()
    for _ in range(200):
        if alive():
            break
        stop.wait(0.02)
    assert alive() == 1
    stop.set()
    thread.join(5)
    assert alive() == 0


class _Away(SqliteStore):
    """A store that can be away, and counts how often it was asked whether it is there."""

    is_away, asked = False, 0

    def ping(self) -> None:
        self.asked += 1
        if self.is_away:
            raise Unavailable("Away.")
        super().ping()


def test_after_the_store_was_away_workers_have_a_lease_to_beat_again(tmp_path: Path) -> None:
    clock = [datetime(2026, 1, 1, tzinfo=UTC)]
    store, lease = _Away(tmp_path / "store.db"), timedelta(seconds=0.4)
    plain = a_service(tmp_path, store=store, lease=lease)
    service = Service.over(replace(plain.world, now=lambda: clock[0]))
    store.add_video(a_video(), [a_job()])
    job = service.leases.claim("there:1", [JobKind.TRACK])
    assert job is not None

    def rounds_at(later: timedelta) -> JobState:
        """The state of the job after some rounds of the upkeep at a later time."""
        clock[0] += later
        until = store.asked + 3
        for _ in range(400):
            if store.asked >= until:
                break
            time.sleep(0.02)
        assert store.asked >= until
        return service.world.store.get_job(job.id).state

    store.is_away = True
    with Upkeep(service, "here:1", list(JobKind)):
        assert rounds_at(10 * lease) is JobState.RUNNING
        store.is_away = False
        assert rounds_at(0 * lease) is JobState.RUNNING
        assert rounds_at(0.9 * lease) is JobState.RUNNING
        assert rounds_at(0.9 * lease) is JobState.QUEUED


class _Broken(SqliteStore):
    """A store in which one step of the upkeep always breaks."""

    def expired_jobs(self, now: datetime) -> list[Job]:
        raise RuntimeError(f"a mistake of ours at {now}")


def test_a_step_of_the_upkeep_that_breaks_ends_none_of_the_others(tmp_path: Path) -> None:
    plain = a_service(tmp_path, lease=timedelta(seconds=0.4))
    service = Service.over(replace(plain.world, store=_Broken(tmp_path / "store.db")))
    upload = service.uploads.begin("local", "old.mp4", 1, JobSpec("fake", {}))
    service.world.objects.delete(upload_key(upload.id))  # which is too young to expire
    with Upkeep(service, "here:1", list(JobKind)):
        time.sleep(0.5)  # longer than what a silent worker is believed to live
        service.world.store.put_upload(replace(upload, expires_at=datetime(2000, 1, 1, tzinfo=UTC)))
        for _ in range(200):
            if not service.world.store.expired_uploads(service.world.now()):
                break
            time.sleep(0.05)
        assert service.world.store.expired_uploads(service.world.now()) == []
        assert service.world.store.live_workers(service.world.now())[JobKind.TRACK] == 1
