"""`sammot track`: footage in, files of results out, in memory that does not grow."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Any

from sammot.footage import Footage
from sammot.formats.mot import write_mot
from sammot.formats.native import ResultSummary, write_native
from sammot.formats.table import write_csv
from sammot.prefetch import prefetched
from sammot.service import EngineEntry
from sammot.service.chunks import read_chunk, tracked, write_chunk
from sammot.tracking.frame import Frame
from sammot.tracking.track import FrameResult

FORMATS = ("json", "csv", "mot", "mp4")
_SUFFIXES = {"json": ".json", "csv": ".csv", "mot": ".txt", "mp4": ".annotated.mp4"}
_AHEAD = 8
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Tracked:
    """What came of one piece of footage; `seconds` are those of tracking alone."""

    frame_count: int
    track_count: int
    seconds: float
    files: tuple[Path, ...]


def track(
    footage: Footage,
    engine: EngineEntry,
    parameters: Mapping[str, Any],
    *,
    output: Path,
    formats: Collection[str],
    progress: Callable[[int], None],
) -> Tracked:
    """Track footage and write `output/NAME.*`; `progress` is told the frames done so far.

    The results wait in a temporary file until each format has been written from them.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=output) as spool:
        with engine.reserve(lambda: None):
            started = monotonic()
            frame_count, track_ids = _fill(spool, footage, engine, parameters, progress)
            seconds = monotonic() - started
        summary = ResultSummary(
            video_id=footage.name,
            job_id=f"{engine.name} {engine.version}",
            frame_count=frame_count,
            frames_ready=frame_count,
            is_complete=True,
            fps=footage.info.fps,
            processing_time=seconds,
            average_fps=frame_count / seconds,
        )
        files = tuple(_write(spool, footage, summary, output, name) for name in formats)
    return Tracked(frame_count, len(track_ids), seconds, files)


def _fill(
    spool: IO[bytes],
    footage: Footage,
    engine: EngineEntry,
    parameters: Mapping[str, Any],
    progress: Callable[[int], None],
) -> tuple[int, set[int]]:
    """Track, chunk by chunk as a worker does; the number of frames and the tracks seen."""
    tracker = engine.create(parameters, footage.info, footage.previews())
    start, track_ids = 0, set[int]()
    with closing(prefetched(footage.frames(), _AHEAD)) as frames:

        def told(frame: Frame) -> None:
            progress(frame.index + 1)

        with closing(tracked(tracker, frames, told=told)) as chunks:
            for chunk in chunks:
                payload = write_chunk(start, chunk.results)
                spool.write(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)
                track_ids |= {
                    int(seen.track_id) for result in chunk.results for seen in result.observations
                }
                start += len(chunk.results)
    return start, track_ids


def _results(spool: IO[bytes]) -> Iterator[FrameResult]:
    spool.seek(0)
    while length := int.from_bytes(spool.read(_LENGTH_BYTES), "big"):
        yield from read_chunk(spool.read(length))


def _write(
    spool: IO[bytes], footage: Footage, summary: ResultSummary, output: Path, name: str
) -> Path:
    target = output / f"{footage.name}{_SUFFIXES[name]}"
    results = _results(spool)
    if name == "mp4":
        footage.render(target, results)
        return target
    parts = {
        "json": lambda: write_native(results, summary, spool_folder=output),
        "csv": lambda: write_csv(results),
        "mot": lambda: write_mot(results),
    }[name]()
    partial = target.with_name(f"{target.name}.part")
    try:
        with partial.open("wb") as file:
            file.writelines(parts)
        return partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
