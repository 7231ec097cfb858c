from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sammot.errors import Conflict, SamMotError

WORKER_LOST = "worker-lost"
"""The code of a failure whose worker fell silent or ended."""

_LONGEST_BACKOFF = timedelta(minutes=10)


class JobKind(StrEnum):
    """What a worker is asked to do with a video."""

    TRACK = "track"
    SPAN = "span"
    PROXY = "proxy"
    RENDER = "render"


class JobState(StrEnum):
    """Where a job stands; the last three are final until somebody retries it."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


class Priority(IntEnum):
    """Lower is sooner; first come, first served within one."""

    HIGH = 0
    NORMAL = 1
    LOW = 2


@dataclass(frozen=True, slots=True)
class JobSpec:
    """How a video is to be tracked."""

    engine: str
    parameters: dict[str, Any]
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that did not succeed."""

    attempt: int
    at: datetime
    reason: str
    code: str | None = None
    """What kind of failure it was, such as the slug of an error; None in older records."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker says of its work at a heartbeat; `fps` counts frames a second."""

    frames_done: int
    fps: float
    eta_seconds: float | None


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work on one video.

    `epoch` rises with every claim, cancellation and retry; whoever holds an older one has
    lost the job. `frames_ready` frames are stored; `frames_done` have been worked on.
    `span_frames` is after how many frames a tracking job is cut, for several workers; 0: never.
    `attempt` counts claims; `stalled` those since a chunk was last stored, and only these use
    up `max_attempts`: a long job may lose many workers as long as it gets on.
    """

    id: str
    video_id: str
    user_id: str
    kind: JobKind
    engine: str
    engine_version: str
    parameters: dict[str, Any]
    priority: Priority
    created_at: datetime
    frame_count: int | None
    max_attempts: int
    span_frames: int = 0
    state: JobState = JobState.QUEUED
    attempt: int = 0
    stalled: int = 0
    epoch: int = 0
    owner: str | None = None
    lease_expires_at: datetime | None = None
    not_before: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    frames_done: int = 0
    frames_ready: int = 0
    chunk_count: int = 0
    track_count: int = 0
    fps: float = 0.0
    eta_seconds: float | None = None
    processing_seconds: float = 0.0
    error_message: str | None = None
    error_code: str | None = None
    failures: tuple[Failure, ...] = ()

    @property
    def progress(self) -> float:
        """The share done, 0..1."""
        if self.state is JobState.COMPLETED:
            return 1.0
        return min(1.0, self.frames_done / self.frame_count) if self.frame_count else 0.0

    def held(self, epoch: int) -> Job:
        """Itself.

        Raises:
            Conflict: this worker's claim is over (cancelled, expired or claimed anew).

        """
        if self.state is not JobState.RUNNING or self.epoch != epoch:
            raise Conflict(f"Job {self.id} is no longer held under epoch {epoch}.")
        return self

    def part(self, job_id: str, kind: JobKind, parameters: dict[str, Any]) -> Job:
        """A new job for the same video that does a part of this one, and waits in its place."""
        return Job(
            id=job_id,
            video_id=self.video_id,
            user_id=self.user_id,
            kind=kind,
            engine=self.engine,
            engine_version=self.engine_version,
            parameters=parameters,
            priority=self.priority,
            created_at=self.created_at,
            frame_count=self.frame_count,
            max_attempts=self.max_attempts,
        )

    def waiting(self, now: datetime) -> Job:
        """Itself. Raises Conflict where it is not queued, or not due yet."""
        is_due = self.not_before is None or self.not_before <= now
        if self.state is not JobState.QUEUED or not is_due:
            raise Conflict(f"Job {self.id} does not wait for a worker.")
        return self

    def claimed(self, owner: str, now: datetime, lease: timedelta) -> Job:
        """Running, under a new epoch, by `owner`; this counts as an attempt."""
        return replace(
            self,
            state=JobState.RUNNING,
            attempt=self.attempt + 1,
            stalled=self.stalled + 1,
            epoch=self.epoch + 1,
            owner=owner,
            lease_expires_at=now + lease,
            not_before=None,
            started_at=self.started_at or now,
            frames_done=self.frames_ready,
        )

    def beaten(self, epoch: int, now: datetime, lease: timedelta, progress: Progress) -> Job:
        """Alive: the lease goes on. Raises Conflict where the claim is over."""
        job = self.held(epoch)
        return replace(
            job,
            lease_expires_at=now + lease,
            frames_done=max(job.frames_ready, progress.frames_done),
            fps=progress.fps,
            eta_seconds=progress.eta_seconds,
        )

    def advanced(self, epoch: int, stop: int, track_count: int, seconds: float) -> Job:
        """One more chunk is stored, up to frame `stop`. Raises Conflict where the claim is over."""
        job = self.held(epoch)
        return replace(
            job,
            stalled=0,
            frames_ready=stop,
            frames_done=max(stop, job.frames_done),
            chunk_count=job.chunk_count + 1,
            track_count=track_count,
            processing_seconds=job.processing_seconds + seconds,
        )

    def completed(self, epoch: int, now: datetime, frame_count: int, seconds: float) -> Job:
        """Done, with `frame_count` frames. Raises Conflict where the claim is over."""
        return replace(
            self.held(epoch),
            state=JobState.COMPLETED,
            finished_at=now,
            owner=None,
            lease_expires_at=None,
            frames_done=frame_count,
            frame_count=frame_count,
            eta_seconds=None,
            error_message=None,
            error_code=None,
            processing_seconds=self.processing_seconds + seconds,
        )

    def failed(
        self,
        epoch: int,
        now: datetime,
        reason: str,
        backoff: timedelta | None,
        *,
        code: str = SamMotError.slug,
    ) -> Job:
        """This attempt is over: queued again after a while, or failed for good.

        `reason` says why in words, `code` for programs. The while is `backoff`, and four times as
        long after each further attempt without progress. For good when `backoff` is None (trying
        again cannot help) or the attempts are used up. Raises Conflict where the claim is over.
        """
        job = self.held(epoch)
        failures = (*job.failures, Failure(job.attempt, now, reason, code))
        job = replace(self._put_down(), failures=failures)
        if backoff is None or job.stalled >= job.max_attempts:
            return replace(
                job,
                state=JobState.FAILED,
                finished_at=now,
                error_message=reason,
                error_code=code,
            )
        growth = 4 ** min(max(0, job.stalled - 1), 8)
        return replace(job, not_before=now + min(backoff * growth, _LONGEST_BACKOFF))

    def lost(self, now: datetime, reason: str, backoff: timedelta) -> Job:
        """Failed, as its worker has been silent for a lease. Raises Conflict where it has not."""
        if self.lease_expires_at is None or self.lease_expires_at >= now:
            raise Conflict(f"Job {self.id} is held by a worker that lives.")
        return self.failed(self.epoch, now, reason, backoff, code=WORKER_LOST)

    def _put_down(self) -> Job:
        """Queued, in nobody's hands, at its last stored frame."""
        return replace(
            self,
            state=JobState.QUEUED,
            owner=None,
            lease_expires_at=None,
            frames_done=self.frames_ready,
            fps=0.0,
            eta_seconds=None,
        )

    def released(self, epoch: int) -> Job:
        """Given back unharmed by a worker that stops: not an attempt. Raises Conflict."""
        self.held(epoch)
        stalled = max(0, self.stalled - 1)
        return replace(self._put_down(), attempt=self.attempt - 1, stalled=stalled)

    def cancelled(self, now: datetime) -> Job:
        """Stopped for good by its owner. Raises Conflict when it is over already."""
        if self.state.is_final:
            raise Conflict(f"This job is over already ({self.state}).")
        job = replace(self._put_down(), state=JobState.CANCELLED)
        return replace(job, epoch=self.epoch + 1, finished_at=now)

    def retried(self) -> Job:
        """Queued again, with all its attempts, from its last chunk. Raises Conflict."""
        if self.state not in (JobState.FAILED, JobState.CANCELLED):
            raise Conflict(
                f"Only a failed or cancelled job can be retried; this one is {self.state}."
            )
        return replace(
            self,
            state=JobState.QUEUED,
            attempt=0,
            stalled=0,
            epoch=self.epoch + 1,
            finished_at=None,
            not_before=None,
            error_message=None,
            error_code=None,
        )
