from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sammot.errors import Conflict, NotFound, Unavailable
from sammot.ports import ChunkContent, JobQuery
from sammot.records import (
    WORKER_LOST,
    ChunkBounds,
    Job,
    JobKind,
    JobSpec,
    JobState,
    Page,
    Priority,
    Progress,
    Video,
)
from sammot.service.tallies import count_completed, count_failed, count_frames
from sammot.service.world import World, owned
from sammot.tracking import prompts
from sammot.tracking.frame import ClipInfo

_LOST = "The worker stopped answering; it may have run out of memory or been ended."


def proxy_job_id(video_id: str) -> str:
    """There is one proxy job a video, whoever asks."""
    return f"{video_id}-proxy"


def render_job_id(track_job_id: str) -> str:
    """There is one render job a tracking job, whoever asks."""
    return f"{track_job_id}-render"


@dataclass(frozen=True, slots=True)
class Jobs:
    """The work on videos: for users above, for workers below."""

    world: World

    # For users

    def tracking(self, video: Video, spec: JobSpec) -> Job:
        """A new tracking job, not stored yet.

        One with prompts is not cut: an object is shown in one frame, and followed through all.
        """
        job = self.side(self.world.new_id(), JobKind.TRACK, video, spec.priority)
        version = self.world.engine(spec.engine).version
        cut = self.world.policy.span_frames
        is_cut = video.frame_count >= 2 * cut and "prompts" not in spec.parameters
        return replace(
            job,
            engine=spec.engine,
            engine_version=version,
            parameters=dict(spec.parameters),
            span_frames=cut if is_cut else 0,
        )

    def spans(self, job: Job) -> list[Job]:
        """The jobs that do parts of this one and are not over, or have failed or been cancelled."""
        return [
            part
            for state in JobState
            if state is not JobState.COMPLETED
            for part in self._of_video(job.user_id, job.video_id, state, JobKind.SPAN)
            if part.parameters["job_id"] == job.id
        ]

    def _of_video(
        self, user_id: str, video_id: str, state: JobState, kind: JobKind | None = None
    ) -> Iterator[Job]:
        cursor: str | None = None
        while True:
            query = JobQuery(user_id, state, kind, video_id, limit=200, cursor=cursor)
            page = self.world.store.list_jobs(query)
            yield from page.items
            if (cursor := page.next_cursor) is None:
                return

    def side(
        self,
        job_id: str,
        kind: JobKind,
        video: Video,
        priority: Priority,
        parameters: Mapping[str, Any] | None = None,
    ) -> Job:
        """A new job that needs no engine, not stored yet."""
        return Job(
            id=job_id,
            video_id=video.id,
            user_id=video.user_id,
            kind=kind,
            engine="",
            engine_version="",
            parameters=dict(parameters or {}),
            priority=priority,
            created_at=self.world.now(),
            frame_count=video.frame_count,
            max_attempts=self.world.policy.max_attempts,
        )

    def submit(self, video: Video, spec: JobSpec) -> Job:
        """Track again; the video shows the new job, and the one that it showed stops.

        Raises InvalidInput for a prompt that lies outside the video.
        """
        shown = prompts.parse(spec.parameters.get("prompts", []))
        prompts.check(shown, ClipInfo(video.width, video.height, video.fps, video.frame_count))
        job = self.tracking(video, spec)
        before: str | None = None

        def showing(video: Video) -> Video:
            nonlocal before
            before = video.job_id
            return replace(video, job_id=job.id)

        job = self.world.store.add_job(job, showing)
        if before is not None:
            self._cancel_quietly(before)
            self.cancel_spans(self.world.store.get_job(before))
        self.world.announce(job)
        return job

    def ensure(self, job: Job) -> Job:
        """The job of that id: the stored one, queued again if it failed, else this one.

        A stored one that still waits is moved up to this one's priority.
        """
        try:
            self.world.store.add_job(job, lambda video: video)
        except Conflict:
            job = self.world.store.update_job(job.id, lambda old: _wanted_again(old, job.priority))
        self.world.announce(job)
        return job

    def get(self, user_id: str, job_id: str) -> Job:
        """Raises NotFound."""
        return owned(self.world.store.get_job(job_id), user_id, "job")

    def list(self, query: JobQuery) -> Page[Job]:
        return self.world.store.list_jobs(query)

    def cancel(self, user_id: str, job_id: str) -> Job:
        """Raises NotFound, Conflict when it is over."""
        self.get(user_id, job_id)
        job = self.world.store.update_job(job_id, lambda job: job.cancelled(self.world.now()))
        self.cancel_spans(job)
        self.world.events.publish(job.video_id)
        return job

    def cancel_spans(self, job: Job) -> None:
        """Stop what still runs for this job. A span that is missed looks for itself."""
        if job.span_frames:
            for part in self.spans(job):
                self._cancel_quietly(part.id)

    def retry(self, user_id: str, job_id: str) -> Job:
        """Go on from the last chunk.

        Raises:
            NotFound: no such job, or its video is deleted.
            Conflict: it neither failed nor was cancelled, or the video shows a newer one.

        """
        job = self.get(user_id, job_id)
        video = self.world.store.get_video(job.video_id)
        if job.kind is JobKind.TRACK and job.id != video.job_id:
            raise Conflict("This video has been tracked anew since; its latest job counts.")
        job = self.world.store.update_job(job_id, Job.retried)
        if job.span_frames:
            for part in self.spans(job):
                if part.state.is_final:
                    self.world.announce(self.world.store.update_job(part.id, Job.retried))
        self.world.announce(job)
        return job

    def cancel_all(self, user_id: str, video_id: str) -> None:
        """Stop whatever still runs for a video."""
        for state in (JobState.QUEUED, JobState.RUNNING):
            for job in list(self._of_video(user_id, video_id, state)):
                self._cancel_quietly(job.id)

    def _cancel_quietly(self, job_id: str) -> None:
        with suppress(Conflict):
            self.world.store.update_job(job_id, lambda job: job.cancelled(self.world.now()))

    # For workers

    def announce_worker(self, owner: str, kinds: Sequence[JobKind]) -> None:
        """This worker lives and takes such jobs; to be said again within a lease. None: it left."""
        now = self.world.now()
        self.world.store.beat_worker(owner, kinds, now, now + self.world.policy.lease)

    def claim(self, owner: str, kinds: Sequence[JobKind]) -> Job | None:
        """The next job, now ours until `lease` after the last beat; None if there is none."""
        now, lease = self.world.now(), self.world.policy.lease
        job = self.world.store.claim_job(kinds, now, lambda job: job.claimed(owner, now, lease))
        if job is not None:
            self.world.events.publish(job.video_id)
        return job

    def take(self, owner: str, job: Job) -> Job | None:
        """This very job, now ours; None where it is not there to be claimed any more."""
        now, lease = self.world.now(), self.world.policy.lease
        with suppress(Conflict):
            return self._step(job, lambda old: old.waiting(now).claimed(owner, now, lease))
        return None

    def add(self, job: Job) -> Job:
        """The job of that id: the stored one as it is, else this one."""
        try:
            self.world.store.add_job(job, lambda video: video)
        except Conflict:
            return self.world.store.get_job(job.id)
        self.world.announce(job)
        return job

    def beat(self, job: Job, progress: Progress) -> Job:
        """Still alive. Raises Conflict when the job is ours no longer: stop."""
        now, lease = self.world.now(), self.world.policy.lease
        return self._step(job, lambda old: old.beaten(job.epoch, now, lease, progress))

    def store_chunk(
        self,
        job: Job,
        bounds: ChunkBounds,
        content: ChunkContent,
        *,
        track_count: int,
        seconds: float,
    ) -> Job:
        """Frames are ready for everybody. Raises Conflict when the job is ours no longer."""
        job = self.world.store.put_chunk(
            job.id,
            bounds,
            content,
            lambda old: old.advanced(job.epoch, bounds.stop, track_count, seconds),
        )
        self.world.events.publish(job.video_id)
        count_frames(self.world.store, job, bounds.stop - bounds.start, seconds)
        return job

    def check(self, job: Job) -> None:
        """Raises Conflict, NotFound when the job is ours no longer."""
        self.world.store.get_job(job.id).held(job.epoch)

    def complete(self, job: Job, frame_count: int, seconds: float = 0.0) -> Job:
        """Raises Conflict when the job is ours no longer."""
        now = self.world.now()
        job = self._step(job, lambda old: old.completed(job.epoch, now, frame_count, seconds))
        count_completed(self.world.store, job)
        return job

    def fail(self, job: Job, reason: str, *, code: str, is_final: bool) -> Job:
        """This attempt did not succeed; under `code` such failures are told and counted.

        Raises Conflict when the job is ours no longer.
        """
        now = self.world.now()
        backoff = None if is_final else self.world.policy.backoff
        job = self._step(job, lambda old: old.failed(job.epoch, now, reason, backoff, code=code))
        count_failed(self.world.store, job, code)
        return job

    def release(self, job: Job) -> Job:
        """Give a job back unharmed. Raises Conflict when it is ours no longer."""
        return self._step(job, lambda old: old.released(job.epoch))

    def recover(self) -> int:
        """Take the jobs of silent workers back; how many there were."""
        now, backoff = self.world.now(), self.world.policy.backoff
        lost = self.world.store.expired_jobs(now)
        for job in lost:
            # It lives after all, is cancelled or deleted; or what its dead worker had begun still
            # holds it in the store. The others do not wait for it.
            with suppress(Conflict, NotFound, Unavailable):
                self._step(job, lambda old: old.lost(now, _LOST, backoff))
                count_failed(self.world.store, job, WORKER_LOST)
        return len(lost)

    def remind(self) -> None:
        """Hint again at queued jobs whose hint was lost."""
        lengths = self.world.store.queue_lengths()
        queued = {(k, p): count for (k, s, p), count in lengths.items() if s is JobState.QUEUED}
        self.world.queue.top_up(queued)

    def _step(self, job: Job, change: Callable[[Job], Job]) -> Job:
        job = self.world.store.update_job(job.id, change)
        self.world.events.publish(job.video_id)
        return job


def _wanted_again(old: Job, priority: Priority) -> Job:
    if old.state in (JobState.FAILED, JobState.CANCELLED):
        old = old.retried()
    return replace(old, priority=min(old.priority, priority)) if not old.state.is_final else old
