"""How clips are cut into chunks, and the stored form of these: gzip of JSON, ever the same."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import orjson

from sammot.prefetch import prefetched
from sammot.records import TrackSummary
from sammot.tracking.engine import Engine
from sammot.tracking.frame import Frame
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, Origin, TrackId, TrackState
from sammot.tracking.window import Piece, Tracked

CHUNK_FRAMES = 64


def chunk_stop(start: int, first: int) -> int:
    """Where the chunk that begins at frame `start` ends (exclusive); the first has `first` frames.

    `first` is at most `CHUNK_FRAMES`.
    """
    return first if start < first else start - start % CHUNK_FRAMES + CHUNK_FRAMES


@dataclass(frozen=True, slots=True)
class Chunk:
    """The results of some consecutive frames, and how the engine stood after them."""

    results: list[FrameResult]
    snapshot: bytes


def tracked(
    engine: Engine,
    frames: Iterator[Frame],
    start: int = 0,
    told: Callable[[Frame], object] = lambda _: None,
) -> Generator[Chunk]:
    """Track the frames from index `start` on, chunk by chunk; `told` is called before each.

    While one window of frames is tracked, the frames that come next are looked at and the last
    window is reported, each in a thread of its own (`told` is called in the first one). What `told`
    raises ends it.
    """
    left = threading.Event()

    def tell(frame: Frame) -> None:
        if left.is_set():
            raise _Left
        told(frame)

    results: list[FrameResult] = []
    with (
        closing(prefetched(_looked(engine, frames, start), 1)) as looked,
        closing(prefetched(_followed(engine, looked, tell), 1)) as followed,
    ):
        try:
            stop = chunk_stop(start, engine.first_window)
            for window, snapshot in followed:
                results += engine.report(window)
                if start + len(results) == stop:
                    yield Chunk(results, snapshot)
                    results, start, stop = [], stop, chunk_stop(stop, engine.first_window)
            if results:
                yield Chunk(results, snapshot)
        finally:
            left.set()


class _Left(Exception):
    """Nobody waits for the chunks any more."""


def _looked(engine: Engine, frames: Iterator[Frame], start: int) -> Iterator[tuple[Piece, bool]]:
    """Frames that were looked at together, and whether a window ends with them."""
    stop = _window_stop(engine, start)
    while (piece := engine.look(islice(frames, min(engine.ahead, stop - start)))).frames:
        start += len(piece.frames)
        yield piece, start == stop
        if start == stop:
            stop = _window_stop(engine, start)


def _window_stop(engine: Engine, start: int) -> int:
    """A window ends at the latest where the chunk does."""
    return min(start + engine.window, chunk_stop(start, engine.first_window))


def _followed(
    engine: Engine, looked: Iterator[tuple[Piece, bool]], told: Callable[[Frame], object]
) -> Iterator[tuple[Tracked, bytes]]:
    """The windows, tracked, and how the engine stood after each."""
    for first in looked:
        tracked_window = engine.follow(_window(chain([first], looked)), told)
        yield tracked_window, engine.snapshot()


def _window(looked: Iterable[tuple[Piece, bool]]) -> Iterator[Piece]:
    for piece, is_last in looked:
        yield piece
        if is_last:
            return


def write_chunk(start: int, results: Sequence[FrameResult]) -> bytes:
    """Encode the results of consecutive frames, the first of index `start`."""
    content = {
        "start": start,
        "stop": start + len(results),
        "frames": [
            {
                "frame_id": result.index,
                "time": result.time,
                "objects": [_written(observation) for observation in result.observations],
            }
            for result in results
        ],
    }
    return gzip.compress(orjson.dumps(content), compresslevel=6, mtime=0)


def read_chunk(payload: bytes) -> list[FrameResult]:
    """What `write_chunk` was given."""
    content = orjson.loads(gzip.decompress(payload))
    return [
        FrameResult(
            frame["frame_id"], frame["time"], tuple(_read(item) for item in frame["objects"])
        )
        for frame in content["frames"]
    ]


def read_times(payload: bytes) -> list[float]:
    """The times of a chunk's frames alone, which is much faster than all of it."""
    return [frame["time"] for frame in orjson.loads(gzip.decompress(payload))["frames"]]


def _written(observation: Observation) -> dict[str, Any]:
    box, rle = observation.box, observation.rle
    return {
        "track_id": observation.track_id,
        "bbox": [int(box.x1), int(box.y1), int(box.width), int(box.height)],
        "mask": {"size": [rle.height, rle.width], "counts": rle.counts},
        "score": round(observation.score, 4),
        "state": observation.state,
        "origin": observation.origin,
        "label": observation.label,
    }


def _read(item: Mapping[str, Any]) -> Observation:
    x, y, width, height = item["bbox"]
    rows, columns = item["mask"]["size"]
    return Observation(
        TrackId(item["track_id"]),
        Box(x, y, x + width, y + height),
        RLE(rows, columns, item["mask"]["counts"]),
        item["score"],
        TrackState(item["state"]),
        Origin(item["origin"]),
        item["label"],
    )


def summarised(
    known: Mapping[int, TrackSummary], results: Iterable[FrameResult]
) -> dict[int, TrackSummary]:
    """The summaries of the tracks seen in `results`, going on from the `known` ones."""
    seen: dict[int, TrackSummary] = {}
    for result in results:
        for observation in result.observations:
            track_id = int(observation.track_id)
            before = seen.get(track_id) or known.get(track_id)
            seen[track_id] = _extended(before, observation, result.index)
    return seen


def _extended(before: TrackSummary | None, seen: Observation, frame: int) -> TrackSummary:
    score = round(seen.score, 4)
    if before is None:
        return TrackSummary(int(seen.track_id), seen.label, ((frame, frame + 1),), score)
    *rest, (start, stop) = before.segments
    tail = ((start, frame + 1),) if stop == frame else ((start, stop), (frame, frame + 1))
    return replace(
        before,
        label=seen.label or before.label,
        segments=(*rest, *tail),
        score_sum=round(before.score_sum + score, 4),
    )
