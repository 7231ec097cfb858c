"""What is done with a video for each kind of job."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sammot import video
from sammot.errors import InvalidInput, UnreadableVideo
from sammot.ports import ChunkContent
from sammot.records import ChunkBounds, Job, JobKind, Video
from sammot.service import Service
from sammot.service.chunks import chunk_stop, read_chunk, summarised, write_chunk
from sammot.service.world import annotated_key, proxy_key
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.worker.prefetch import prefetched
from sammot.worker.pulse import Pulse

_AHEAD_BYTES = 128 << 20  # of decoded frames that wait for the engine


def track(service: Service, job: Job, pulse: Pulse) -> int:
    """Track a video from its last stored chunk to its end; the number of its frames."""
    record = service.library.get(job.user_id, job.video_id)
    times = service.library.timeline(record.id)
    with service.world.objects.local(record.storage_path) as path:
        started = time.monotonic()
        engine = _engine(service, job, record, video.previews(path, times))
        decoder = video.Decoder(path, start=job.frames_ready, after=_last_time(service, job))
        ahead = max(2, min(16, _AHEAD_BYTES // (record.width * record.height * 3)))
        decoded = array("d")
        with closing(prefetched(decoder, ahead)) as frames:
            counted = _counted(frames, pulse, decoded)
            stop = _chunks(service, job, engine, counted, pulse, started)
    if stop == 0:
        raise UnreadableVideo("Not a single frame of this video can be decoded.")
    earlier = array("d", service.results.times(job))
    _correct(service, job, times, np.asarray(earlier + decoded), decoder.warnings)
    return stop


def _engine(service: Service, job: Job, record: Video, looks: list[Frame]) -> Engine:
    """The engine as it stood after the last stored chunk."""
    entry = service.world.engine(job.engine)
    if job.frames_ready and entry.version != job.engine_version:
        raise InvalidInput("The engine was upgraded while this job waited; track the video again.")
    clip = ClipInfo(record.width, record.height, record.fps, record.frame_count)
    engine = entry.create(job.parameters, clip, looks)
    snapshot = service.world.store.get_snapshot(job.id)
    if snapshot is not None:
        engine.restore(snapshot)
    return engine


def _last_time(service: Service, job: Job) -> float | None:
    """The time of the last frame that is stored."""
    if job.chunk_count == 0:
        return None
    return read_chunk(service.results.chunk(job, job.chunk_count - 1))[-1].time


def _counted(frames: Iterable[Frame], pulse: Pulse, times: array[float]) -> Iterator[Frame]:
    """The frames; `times` gains the time of each."""
    for frame in frames:
        pulse.step(frame.index, in_chunk=True)
        times.append(frame.time)
        yield frame


def _chunks(
    service: Service,
    job: Job,
    engine: Engine,
    frames: Iterator[Frame],
    pulse: Pulse,
    started: float,
) -> int:
    """Track and store chunk after chunk; the frame behind the last."""
    start, chunk = job.frames_ready, job.chunk_count
    known = {track.track_id: track for track in service.results.tracks(job)}
    while True:
        stop = chunk_stop(start)
        results = list(engine.track(islice(frames, stop - start)))
        if not results:
            return start
        touched = summarised(known, results)
        known |= touched
        content = ChunkContent(
            write_chunk(start, results), engine.snapshot(), list(touched.values())
        )
        bounds = ChunkBounds(chunk, start, start + len(results))
        now = time.monotonic()
        service.jobs.store_chunk(
            job, bounds, content, track_count=len(known), seconds=now - started
        )
        start, chunk, started = bounds.stop, chunk + 1, now
        if start < stop:
            return start
        pulse.step(start)


def _correct(
    service: Service,
    job: Job,
    times: NDArray[np.float64],
    decoded: NDArray[np.float64],
    warnings: tuple[str, ...],
) -> None:
    """Where decoding found other frames than the container had promised, decoding is right."""
    if len(decoded) != len(times) or not np.allclose(decoded, times, rtol=0, atol=1e-6):
        service.library.write_timeline(job.video_id, decoded)
    if warnings:
        service.library.warn(job.video_id, warnings)


def proxy(service: Service, job: Job, pulse: Pulse) -> int:
    """Make the copy that browsers can play; the number of its frames."""
    record = service.library.get(job.user_id, job.video_id)
    with _copying(service, job, record, proxy_key(record.id)) as (path, target):
        video.make_proxy(path, target, progress=pulse.step)
    return record.frame_count


def render_annotated(service: Service, job: Job, pulse: Pulse) -> int:
    """Draw a tracking job's results into the video; the number of its frames."""
    record = service.library.get(job.user_id, job.video_id)
    tracked = service.jobs.get(job.user_id, job.parameters["job_id"])
    with _copying(service, job, record, annotated_key(record.id, tracked.id)) as (path, target):
        video.render(path, target, service.results.frames(tracked), progress=pulse.step)
    return record.frame_count


@contextmanager
def _copying(service: Service, job: Job, record: Video, key: str) -> Iterator[tuple[Path, Path]]:
    """Where the original lies, and where to write what is made of it.

    It takes its place only if the job is still ours. Raises StorageFull where it could not fit
    beside the room that uploads and the database need.
    """
    service.uploads.require_room(record.file_size)
    objects = service.world.objects
    with objects.local(record.storage_path) as path, objects.writing(key) as target:
        yield path, target
        service.jobs.check(job)


TASKS: Mapping[JobKind, Callable[[Service, Job, Pulse], int]] = {
    JobKind.TRACK: track,
    JobKind.PROXY: proxy,
    JobKind.RENDER: render_annotated,
}
