"""Running an engine over a video, or a part of it, chunk by chunk."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sammot import video
from sammot.errors import InvalidInput, UnreadableVideo
from sammot.ports import ChunkContent
from sammot.prefetch import prefetched
from sammot.records import ChunkBounds, Job, Video
from sammot.service import Service
from sammot.service.chunks import Chunk, chunk_stop, read_chunk, summarised, tracked, write_chunk
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.worker.pulse import Pulse

_AHEAD_BYTES = 128 << 20  # of decoded frames that wait for the engine


@dataclass(frozen=True, slots=True)
class Decoded:
    """What an engine was given: up to which frame, the frames' times, what there is to warn of."""

    stop: int
    times: array[float]
    warnings: tuple[str, ...]


def track_whole(service: Service, job: Job, pulse: Pulse) -> int:
    """Track a video from its last stored chunk to its end; the number of its frames."""
    decoded = run_engine(service, job, job.parameters, pulse)
    if decoded.stop == 0:
        raise UnreadableVideo("Not a single frame of this video can be decoded.")
    earlier = array("d", service.results.times(job))
    correct(service, job.video_id, np.asarray(earlier + decoded.times), decoded.warnings)
    return decoded.stop


def run_engine(
    service: Service,
    job: Job,
    parameters: Mapping[str, Any],
    pulse: Pulse,
    *,
    after: float | None = None,
    stop: int | None = None,
) -> Decoded:
    """Track the frames behind the last that is stored, up to `stop`.

    As long as nothing is stored, the first is `job.frames_ready`, behind the time `after`.
    """
    with service.world.engine(job.engine).reserve(lambda: pulse.step(job.frames_ready)):
        return _track(service, job, parameters, pulse, after, stop)


def _track(
    service: Service,
    job: Job,
    parameters: Mapping[str, Any],
    pulse: Pulse,
    after: float | None,
    stop: int | None,
) -> Decoded:
    """The engine ends with this function, so that its device is empty when it is given back."""
    record = service.library.get(job.user_id, job.video_id)
    times = service.library.timeline(record.id)
    left = (record.frame_count if stop is None else stop) - job.frames_ready
    share = left / max(1, record.frame_count)
    with service.world.objects.footage(record.storage_path, share) as footage:
        started = time.monotonic()
        engine = _engine(service, job, parameters, record, video.previews(footage, times))
        if job.chunk_count:
            after = read_chunk(service.results.chunk(job, job.chunk_count - 1))[-1].time
        decoder = video.Decoder(footage, start=job.frames_ready, after=after)
        ahead = max(2, min(16, _AHEAD_BYTES // (record.width * record.height * 3)))
        decoded = array("d")
        with closing(prefetched(decoder, ahead)) as frames:
            wanted = frames if stop is None else islice(frames, stop - job.frames_ready)
            told = _told(pulse, decoded, engine.first_window)
            chunks = tracked(engine, wanted, job.frames_ready, told)
            with closing(chunks):
                end = _store(service, job, chunks, pulse, started)
    return Decoded(end, decoded, decoder.warnings)


def _engine(
    service: Service,
    job: Job,
    parameters: Mapping[str, Any],
    record: Video,
    looks: list[Frame],
) -> Engine:
    """The engine as it stood after the last stored chunk."""
    entry = service.world.engine(job.engine)
    if job.frames_ready and entry.version != job.engine_version:
        raise InvalidInput("The engine was upgraded while this job waited; track the video again.")
    clip = ClipInfo(record.width, record.height, record.fps, record.frame_count)
    engine = entry.create(parameters, clip, looks)
    snapshot = service.world.store.get_snapshot(job.id)
    if snapshot is not None:
        engine.restore(snapshot)
    return engine


def _told(pulse: Pulse, times: array[float], first: int) -> Callable[[Frame], None]:
    """What is called before each frame; `times` gains the time of each."""

    def told(frame: Frame) -> None:
        begins = frame.index == 0 or chunk_stop(frame.index - 1, first) == frame.index
        pulse.step(frame.index, in_chunk=not begins)
        times.append(frame.time)

    return told


def _store(
    service: Service, job: Job, chunks: Iterable[Chunk], pulse: Pulse, started: float
) -> int:
    """Store chunk after chunk; the frame behind the last."""
    start = job.frames_ready
    known = {track.track_id: track for track in service.results.tracks(job)}
    for number, chunk in enumerate(chunks, start=job.chunk_count):
        touched = summarised(known, chunk.results)
        known |= touched
        content = ChunkContent(
            write_chunk(start, chunk.results), chunk.snapshot, list(touched.values())
        )
        bounds = ChunkBounds(number, start, start + len(chunk.results))
        now = time.monotonic()
        service.leases.store_chunk(
            job, bounds, content, track_count=len(known), seconds=now - started
        )
        start, started = bounds.stop, now
        pulse.stored()
    return start


def correct(
    service: Service, video_id: str, decoded: NDArray[np.float64], warnings: tuple[str, ...]
) -> None:
    """Where decoding found other frames than the container had promised, decoding is right."""
    promised = service.library.timeline(video_id)
    if len(decoded) != len(promised) or not np.allclose(decoded, promised, rtol=0, atol=1e-6):
        service.library.write_timeline(video_id, decoded)
    if warnings:
        service.library.warn(video_id, warnings)
