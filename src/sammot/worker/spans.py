"""One clip tracked in spans, by as many workers as there are.

The job cuts the clip and queues a job for each span. It publishes their results as its own, in
order: what it has published of the overlap tells which track of the next span is which. Meanwhile
its process does those spans that nobody else has begun. A span's result depends on the clip and
its own bounds alone, so who does it, when, and how often makes no difference.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import orjson

from sammot.errors import Conflict, Unavailable, UnreadableVideo
from sammot.ports import ChunkContent
from sammot.records import ChunkBounds, Job, JobKind, JobState
from sammot.service import Service
from sammot.service.chunks import read_chunk, summarised, write_chunk
from sammot.service.spans import Span, cut_into_spans
from sammot.tracking.stitch import same_tracks
from sammot.tracking.track import FrameResult, TrackId
from sammot.worker.pulse import Pulse
from sammot.worker.tracking import correct, run_engine

_POLL_SECONDS = 0.5


def track_span(service: Service, job: Job, pulse: Pulse) -> int:
    """Track one span of a clip; the frame behind its last."""
    wanted = job.parameters
    if service.jobs.get(job.user_id, wanted["job_id"]).state.is_final:
        service.jobs.cancel(job.user_id, job.id)
        raise Conflict("Nobody waits for this span any more.")
    decoded = run_engine(
        service, job, wanted["engine"], pulse, after=wanted["after"], stop=wanted["stop"]
    )
    if decoded.warnings:
        service.library.warn(job.video_id, decoded.warnings)
    return decoded.stop


def track_in_spans(service: Service, job: Job, pulse: Pulse) -> int:
    """Track a clip span by span; the number of its frames."""
    stitching = _Stitching(service, job, pulse)
    while not stitching.advance():
        mine = stitching.take()
        if mine is None:
            time.sleep(_POLL_SECONDS)
        elif pulse.work is not None:
            pulse.work(mine, stitching.advance)
    service.jobs.cancel_spans(job)
    job = service.jobs.get(job.user_id, job.id)
    if job.frames_ready == 0:
        raise UnreadableVideo("Not a single frame of this video can be decoded.")
    correct(service, job.video_id, np.fromiter(service.results.times(job), np.float64), ())
    return job.frames_ready


class _Stitching:
    """The spans of one job, published up to some frame; its snapshot says how to go on."""

    def __init__(self, service: Service, job: Job, pulse: Pulse) -> None:
        self._service, self._job, self._pulse = service, job, pulse
        self._known = {track.track_id: track for track in service.results.tracks(job)}
        self._number = 0
        self._ids: dict[TrackId, TrackId] | None = {}  # None: the spans have not met yet
        self._is_rest = False
        self._times = service.library.timeline(job.video_id)
        fps = service.library.get(job.user_id, job.video_id).fps
        self._spans = cut_into_spans(job.frame_count or 0, job.span_frames, fps)
        self._load()
        self._parts = [self._part(span) for span in self._spans]
        self._at = time.monotonic()

    def advance(self) -> bool:
        """Publish what is ready, in order; whether that is the whole clip."""
        for span in self._spans[self._number :]:
            part = self._look(span)
            if part.state in (JobState.FAILED, JobState.CANCELLED):
                why = part.error_message or "it was cancelled."
                failure = Unavailable(f"The part from frame {span.cut} on was not tracked: {why}")
                failure.slug = part.error_code or failure.slug
                raise failure
            is_over = part.state is JobState.COMPLETED
            if self._ids is None and (is_over or part.frames_ready >= span.cut):
                self._meet(span, part)
                part = self._parts[self._number]
                is_over = part.state is JobState.COMPLETED
            if self._ids is not None:
                self._publish(part)
            if not is_over:
                break
            if span.stop is None or self._job.frames_ready < span.stop:
                return True  # or the clip is shorter than it promised
            self._number, self._ids = self._number + 1, None
        self._pulse.step(self._frames_done())
        return False

    def take(self) -> Job | None:
        """A span that nobody has begun, to be done here."""
        for span in self._spans[self._number :]:
            part = self._look(span)
            if part.state is JobState.QUEUED:
                taken = self._service.leases.take(self._job.owner or "", part)
                if taken is not None:
                    return taken
        return None

    def _look(self, span: Span) -> Job:
        """The span's job as it stands now."""
        part = self._parts[span.number]
        if part.state is not JobState.COMPLETED:
            part = self._parts[span.number] = self._service.world.store.get_job(part.id)
        return part

    def _frames_done(self) -> int:
        ahead = zip(self._spans[self._number :], self._parts[self._number :], strict=True)
        return self._job.frames_ready + sum(
            max(0, part.frames_done - max(span.cut, self._job.frames_ready)) for span, part in ahead
        )

    def _part(self, span: Span) -> Job:
        """The job that tracks a span: the one that is there, or a new one."""
        job = self._job
        after = float(self._times[span.start - 1]) if span.start else None
        name = f"{job.id}-span-{span.number}"
        if self._is_rest and span.number == self._number:
            name, after = f"{name}-rest", self._published(span.start - 1, span.start)[0].time
        wanted = {
            "job_id": job.id,
            "engine": job.parameters,
            "after": after,
            "stop": span.stop,
        }
        part = replace(
            job.part(name, JobKind.SPAN, wanted),
            frames_ready=span.start,
            frames_done=span.start,
            frame_count=job.frame_count if span.stop is None else span.stop,
        )
        return self._service.jobs.add(part)

    def _meet(self, span: Span, part: Job) -> None:
        """Learn which track of this span is which of those published."""
        earlier = self._published(span.start, span.cut)
        later = list(self._service.results.frames(part, span.start, span.cut))
        if [one.time for one in earlier] == [other.time for other in later]:
            self._ids = same_tracks(earlier, later)
        elif self._is_rest:
            raise UnreadableVideo("The video's frames come out differently at every reading.")
        else:
            self._track_the_rest_as_one(span)

    def _track_the_rest_as_one(self, span: Span) -> None:
        """The container's times are not those of the frames: go on from a frame that is known."""
        self._is_rest = True
        self._service.jobs.cancel_spans(self._job)
        rest = replace(span, stop=None)
        self._spans[span.number :] = [rest]
        self._parts[span.number :] = [self._part(rest)]

    def _published(self, start: int, stop: int) -> list[FrameResult]:
        return list(self._service.results.frames(self._job, start, stop))

    def _publish(self, part: Job) -> None:
        """Store the span's chunks behind what is published as the job's own."""
        for bounds in self._service.results.chunk_bounds(part):
            if bounds.start == self._job.frames_ready:
                results = read_chunk(self._service.results.chunk(part, bounds.chunk))
                self._store(bounds, [self._renumbered(result) for result in results])

    def _store(self, bounds: ChunkBounds, results: list[FrameResult]) -> None:
        touched = summarised(self._known, results)
        self._known |= touched
        content = ChunkContent(
            write_chunk(bounds.start, results), self._save(), list(touched.values())
        )
        now = time.monotonic()
        self._job = self._service.leases.store_chunk(
            self._job,
            replace(bounds, chunk=self._job.chunk_count),
            content,
            track_count=len(self._known),
            seconds=now - self._at,
        )
        self._at = now

    def _renumbered(self, result: FrameResult) -> FrameResult:
        ids = self._ids if self._ids is not None else {}
        for seen in result.observations:
            if seen.track_id not in ids:
                ids[seen.track_id] = self._new_id(ids)
        renumbered = (replace(o, track_id=ids[o.track_id]) for o in result.observations)
        observations = sorted(renumbered, key=lambda seen: seen.track_id)
        return replace(result, observations=tuple(observations))

    def _new_id(self, ids: Mapping[TrackId, TrackId]) -> TrackId:
        return TrackId(1 + max((0, *self._known, *ids.values())))

    def _save(self) -> bytes:
        ids = sorted((self._ids or {}).items())
        return orjson.dumps({"number": self._number, "ids": ids, "is_rest": self._is_rest})

    def _load(self) -> None:
        snapshot = self._service.world.store.get_snapshot(self._job.id)
        if snapshot is None:
            return
        state = orjson.loads(snapshot)
        self._number, self._is_rest = state["number"], state["is_rest"]
        self._ids = {TrackId(there): TrackId(here) for there, here in state["ids"]}
        if self._is_rest:
            self._spans[self._number :] = [replace(self._spans[self._number], stop=None)]
