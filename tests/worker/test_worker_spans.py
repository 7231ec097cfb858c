"""A clip that is tracked in spans."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

import fake_engine
from clips import Clip
from sammot.errors import Conflict
from sammot.records import Job, JobKind, JobSpec, JobState, Video
from sammot.service import EngineEntry, Service
from sammot.service.chunks import read_chunk
from sammot.service.spans import cut_into_spans
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, TrackId
from sammot.worker import Worker
from world import a_service, bring

COUNT = 900
SPANS = cut_into_spans(COUNT, 256, 25.0)
ROUTES = [(0, 900), (100, 620), (0, 230), (300, 900)]  # in which frames each object is there


class Died(BaseException):
    """As sudden as a signal."""


class Walkers(fake_engine.OneByOne):
    """Sees what is there, and numbers it in an order that depends on where it began."""

    first_window = 64
    deaths: set[int] = set()  # noqa: RUF012 - the frames at which it dies, once each

    def __init__(self) -> None:
        self.first = -1
        self.ids: dict[int, int] = {}

    def track(self, frames: Iterable[Frame]) -> Iterator[FrameResult]:
        for frame in frames:
            if frame.index in self.deaths:
                self.deaths.remove(frame.index)
                raise Died
            if self.first < 0:
                self.first = frame.index
            yield FrameResult(frame.index, frame.time, tuple(self._seen(frame.index)))

    def _seen(self, index: int) -> list[Observation]:
        order = sorted(range(len(ROUTES)), reverse=self.first > 0)
        there = [n for n in order if ROUTES[n][0] <= index < ROUTES[n][1] and (index + n) % 50 > 4]
        for walker in there:
            self.ids.setdefault(walker, len(self.ids) + 1)
        return sorted((self._one(n, index) for n in there), key=lambda one: one.track_id)

    def _one(self, walker: int, index: int) -> Observation:
        mask = np.zeros((48, 64), np.bool_)
        x = index // 20 % 50
        mask[12 * walker : 12 * walker + 10, x : x + 10] = True
        score = self.first / 1000  # whose work it is
        return Observation(TrackId(self.ids[walker]), Box.around(mask), RLE.encode(mask), score)

    def snapshot(self) -> bytes:
        return orjson.dumps([self.first, list(self.ids.items())])

    def restore(self, snapshot: bytes) -> None:
        self.first, ids = orjson.loads(snapshot)
        self.ids = dict(ids)


def walkers(parameters: Mapping[str, object], clip: ClipInfo, previews: Sequence[Frame]) -> Walkers:
    del parameters, clip, previews
    return Walkers()


def entry() -> EngineEntry:
    return EngineEntry("fake", "1", "Fake", "For tests.", [], fake_engine.complete, walkers)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return Clip(width=64, height=48, count=COUNT).write(path).read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path, entry(), span_frames=256)


def work_off(service: Service) -> None:
    """Do all the jobs that are due, as one worker does."""
    worker = Worker(service, "here:1", list(JobKind), threading.Event())
    while job := service.leases.claim("here:1", list(JobKind)):
        worker.work(job)


def tracked(service: Service, video: Video) -> Job:
    assert video.job_id is not None
    return service.jobs.get("local", video.job_id)


def stored(service: Service, job: Job) -> tuple[list[bytes], list[Any]]:
    return list(service.world.store.chunks(job.id, 0, None)), service.results.tracks(job)


def expire_leases(service: Service) -> None:
    """As if a while had gone by since the workers died."""
    now = service.world.now()
    for job in service.world.store.expired_jobs(now + timedelta(minutes=1)):
        service.world.store.update_job(job.id, lambda old: replace(old, lease_expires_at=now))
    service.leases.recover()


@pytest.fixture(scope="module")
def undisturbed(clip: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    service = a_service(tmp_path_factory.mktemp("alone"), entry(), span_frames=256)
    video, _ = bring(service, clip)
    work_off(service)
    return stored(service, tracked(service, video))


def test_spans_give_the_objects_the_numbers_that_one_run_gives_them(
    clip: bytes, tmp_path: Path, undisturbed: tuple[Any, Any]
) -> None:
    alone = a_service(tmp_path, entry())
    video, _ = bring(alone, clip)
    work_off(alone)
    whole = [
        one for payload in stored(alone, tracked(alone, video))[0] for one in read_chunk(payload)
    ]
    parts = [one for payload in undisturbed[0] for one in read_chunk(payload)]
    assert len(SPANS) == 3
    assert [one.time for one in parts] == [one.time for one in whole]
    for one, other in zip(parts, whole, strict=True):
        assert [(o.track_id, o.box, o.rle) for o in one.observations] == [
            (o.track_id, o.box, o.rle) for o in other.observations
        ]
        owner = next(span for span in reversed(SPANS) if span.cut <= one.index)
        assert {o.score for o in one.observations} <= {owner.start / 1000}


def test_the_job_is_complete_with_all_its_frames(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    work_off(service)
    job = tracked(service, video)
    assert (job.state, job.frames_ready, job.frame_count) == (JobState.COMPLETED, COUNT, COUNT)
    assert job.track_count == len(ROUTES)
    assert service.jobs.spans(job) == []


def test_two_workers_give_the_same_bytes_as_one(
    service: Service, clip: bytes, undisturbed: tuple[Any, Any]
) -> None:
    video, _ = bring(service, clip)
    stop = threading.Event()
    owners = []

    def run(owner: str) -> None:
        worker = Worker(service, owner, list(JobKind), stop)
        while not tracked(service, video).state.is_final:
            if job := service.leases.claim(owner, list(JobKind)):
                owners.append(owner)
                worker.work(job)

    threads = [threading.Thread(target=run, args=(f"here:{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(owners) == {"here:0", "here:1"}
    assert stored(service, tracked(service, video)) == undisturbed


@pytest.mark.parametrize("deaths", [{5, 300}, {250, 260, 500}, {130, 640, 899}])
def test_kills_change_nothing(
    service: Service, clip: bytes, undisturbed: tuple[Any, Any], deaths: set[int]
) -> None:
    video, _ = bring(service, clip)
    Walkers.deaths |= deaths
    for _ in range(len(deaths)):
        with pytest.raises(Died):
            work_off(service)
        expire_leases(service)
    work_off(service)
    assert Walkers.deaths == set()
    assert stored(service, tracked(service, video)) == undisturbed


def test_results_are_seen_before_the_clip_is_done(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    Walkers.deaths |= {400}
    with pytest.raises(Died):
        work_off(service)
    job = tracked(service, video)
    assert job.state is JobState.RUNNING
    assert job.frames_ready >= SPANS[1].cut
    assert len(list(service.results.frames(job))) == job.frames_ready


def test_cancelling_stops_the_spans_and_trying_again_goes_on(
    service: Service, clip: bytes, undisturbed: tuple[Any, Any]
) -> None:
    video, _ = bring(service, clip)
    Walkers.deaths |= {400}
    with pytest.raises(Died):
        work_off(service)
    job = service.jobs.cancel("local", tracked(service, video).id)
    assert {part.state for part in service.jobs.spans(job)} == {JobState.CANCELLED}
    service.jobs.retry("local", job.id)
    work_off(service)
    assert stored(service, tracked(service, video)) == undisturbed


def test_a_span_for_which_nobody_waits_is_not_tracked(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    job = tracked(service, video)
    part = service.jobs.add(job.part("orphan", JobKind.SPAN, {"job_id": job.id}))
    service.world.store.update_job(job.id, lambda old: old.cancelled(service.world.now()))
    work_off(service)
    assert service.jobs.get("local", part.id).state is JobState.CANCELLED


def test_a_span_that_cannot_be_tracked_fails_the_job_with_its_reason(
    service: Service, clip: bytes
) -> None:
    video, _ = bring(service, clip)
    Walkers.deaths |= {400}
    with pytest.raises(Died):
        work_off(service)
    broken = service.jobs.spans(tracked(service, video))[0]
    service.world.store.update_job(
        broken.id,
        lambda old: replace(
            old, state=JobState.FAILED, error_message="It broke.", error_code="out-of-memory"
        ),
    )
    expire_leases(service)
    work_off(service)
    job = tracked(service, video)
    assert job.state is JobState.FAILED
    assert "It broke." in (job.error_message or "")
    assert job.error_code == "out-of-memory"


def test_frames_that_are_not_where_the_container_says_are_tracked_as_one(
    service: Service, clip: bytes
) -> None:
    video, _ = bring(service, clip)
    times = service.library.timeline(video.id).copy()
    wrong = np.delete(times, 200)  # as if the container had not told of one frame
    service.library.write_timeline(video.id, wrong)
    work_off(service)
    job = tracked(service, video)
    assert (job.state, job.frames_ready) == (JobState.COMPLETED, COUNT)
    frames = list(service.results.frames(job))
    assert [one.index for one in frames] == list(range(COUNT))
    assert np.array_equal(service.library.timeline(video.id), times)
    assert job.track_count == len(ROUTES)


def test_a_short_clip_is_not_cut(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, entry(), span_frames=COUNT // 2 + 1)
    video, _ = bring(service, clip)
    assert tracked(service, video).span_frames == 0


def test_a_clip_with_prompts_is_not_cut(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, prompts=[{"object": 1, "frame": 0, "box": [1, 1, 5, 5]}])
    assert tracked(service, video).span_frames == 0
    assert service.jobs.submit(video, JobSpec("fake", {})).span_frames == 256


def test_another_take_is_refused(service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip)
    job = tracked(service, video)
    taken = service.leases.take("here:1", job)
    assert taken is not None
    assert taken.owner == "here:1"
    assert service.leases.take("here:2", job) is None
    with pytest.raises(Conflict):
        taken.waiting(service.world.now())
