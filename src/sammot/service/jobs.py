from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sammot.errors import Conflict
from sammot.ports import JobQuery
from sammot.records import (
    Job,
    JobKind,
    JobSpec,
    JobState,
    Page,
    Priority,
    Video,
)
from sammot.service.world import World, owned
from sammot.tracking import prompts
from sammot.tracking.frame import ClipInfo


def proxy_job_id(video_id: str) -> str:
    """There is one proxy job a video, whoever asks."""
    return f"{video_id}-proxy"


def render_job_id(track_job_id: str) -> str:
    """There is one render job a tracking job, whoever asks."""
    return f"{track_job_id}-render"


@dataclass(frozen=True, slots=True)
class Jobs:
    """The work on videos that users ask for."""

    world: World

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

    def add(self, job: Job) -> Job:
        """The job of that id: the stored one as it is, else this one."""
        try:
            self.world.store.add_job(job, lambda video: video)
        except Conflict:
            return self.world.store.get_job(job.id)
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


def _wanted_again(old: Job, priority: Priority) -> Job:
    if old.state in (JobState.FAILED, JobState.CANCELLED):
        old = old.retried()
    return replace(old, priority=min(old.priority, priority)) if not old.state.is_final else old
