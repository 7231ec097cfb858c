from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from sammot.errors import NotFound
from sammot.records import (
    ChunkBounds,
    Job,
    JobKind,
    JobState,
    Priority,
    TrackSummary,
    Video,
)
from sammot.service.chunks import read_chunk, read_times
from sammot.service.jobs import Jobs, render_job_id
from sammot.service.world import World, annotated_key
from sammot.tracking.track import FrameResult


@dataclass(frozen=True, slots=True)
class Status:
    """All that the page shows of a video's progress, read at one time.

    `render` is the job that makes the annotated video, None until somebody wants it.
    """

    video: Video
    job: Job | None
    render: Job | None
    queue_position: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """What was found in the videos."""

    world: World
    jobs: Jobs

    def status(self, video: Video) -> Status:
        """The video, its tracking job, and its annotated copy."""
        if video.job_id is None:
            return Status(video, None, None, None)
        store = self.world.store
        job = store.get_job(video.job_id)
        waiting = job.state is JobState.QUEUED
        position = store.queue_positions([job]).get(job.id) if waiting else None
        return Status(video, job, store.find_job(render_job_id(job.id)), position)

    def current_job(self, video: Video) -> Job:
        """The tracking job whose results the video shows. Raises NotFound before the first."""
        if video.job_id is None:
            raise NotFound("This video has not been tracked yet.")
        return self.world.store.get_job(video.job_id)

    def chunk_bounds(self, job: Job) -> list[ChunkBounds]:
        """The chunks that are ready, in order."""
        return self.world.store.chunk_bounds(job.id)

    def chunk(self, job: Job, chunk: int) -> bytes:
        """A chunk's stored bytes (gzip of JSON). Raises NotFound."""
        return self.world.store.get_chunk(job.id, chunk)

    def tracks(self, job: Job) -> list[TrackSummary]:
        """The tracks of the frames that are ready, in the order of their ids."""
        return self.world.store.tracks(job.id)

    def frames(self, job: Job, start: int = 0, stop: int | None = None) -> Iterator[FrameResult]:
        """The results of frames start <= n < stop that are ready, chunk by chunk."""
        stop = job.frames_ready if stop is None else min(stop, job.frames_ready)
        payloads = self.world.store.chunks(job.id, start, stop)
        for result in chain.from_iterable(map(read_chunk, payloads)):
            if start <= result.index < stop:
                yield result

    def times(self, job: Job) -> Iterator[float]:
        """The times of the frames that are ready, as they were decoded."""
        payloads = self.world.store.chunks(job.id, 0, job.frames_ready)
        return chain.from_iterable(map(read_times, payloads))

    def annotated(self, video: Video) -> str | None:
        """The key of the annotated video.

        None while it is being made; asking moves that work to the front, or begins it.
        Raises NotFound as long as the tracking has not ended.
        """
        job = self.current_job(video)
        if job.state is not JobState.COMPLETED:
            raise NotFound("The annotated video can be made as soon as the tracking is complete.")
        render = self.world.store.find_job(render_job_id(job.id))
        if render is not None and render.state is JobState.COMPLETED:
            return annotated_key(video.id, job.id)
        wanted = {"job_id": job.id}
        self.jobs.ensure(
            self.jobs.side(
                render_job_id(job.id), JobKind.RENDER, video, Priority.HIGH, parameters=wanted
            )
        )
        return None
