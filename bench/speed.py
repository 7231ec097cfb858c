"""How fast a video becomes stored masks, and where the time goes.

    python bench/speed.py [CLIP ...] [--preset NAME] [--frames N] [--threads N]

Without clips: the demonstration, 1280x720 at 30 frames a second. Stages are measured one after
the other; the `whole` as the worker does it, decoding ahead in a second thread. Milliseconds are
per frame; `share` is of the stages' sum.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sammot import scenes, video
from sammot.service.chunks import chunk_stop, write_chunk
from sammot.tracking import motion
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.worker.prefetch import prefetched

STAGES = {
    "decode": "decode",
    "previews": "first look (decode 32 previews)",
    "create": "first look (learn the background)",
    "propagate": "propagate, with the evidence",
    "propose": "propose",
    "update": "manage",
    "prompt": "prompt",
    "finish": "masks at full size",
    "report": "boxes, run lengths, rest of the loop",
    "store": "pack chunks, snapshot",
}


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, measured."""

        def measured(*arguments: object, **options: object) -> object:
            started = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                self.seconds[stage] += time.perf_counter() - started

        return measured

    def each(self, stage: str, things: Iterator[Any]) -> Iterator[Any]:
        """The same things; the time to get each is measured."""
        nothing = object()
        take = self.timed(stage, lambda: next(things, nothing))
        while (thing := take()) is not nothing:
            yield thing


class Measured:
    """An object whose named methods are measured."""

    def __init__(self, whole: object, watch: Stopwatch, *stages: str) -> None:
        self._whole = whole
        for stage in stages:
            setattr(self, stage, watch.timed(stage, getattr(whole, stage)))

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole, name)


def instrument(engine: Engine, watch: Stopwatch) -> None:
    engine.proposer = Measured(engine.proposer, watch, "propose")  # type: ignore[assignment]
    engine.propagator = Measured(engine.propagator, watch, "propagate", "prompt")  # type: ignore[assignment]
    engine.manager = Measured(engine.manager, watch, "update")  # type: ignore[assignment]
    engine.finish = watch.timed("finish", engine.finish)


def run(engine: Engine, frames: Iterator[Frame], pack: Callable[..., object]) -> int:
    """Track chunk by chunk as the worker does; the number of frames."""
    start = 0
    while True:
        stop = chunk_stop(start)
        results = list(engine.track(islice(frames, stop - start)))
        if not results:
            return start
        pack(engine, start, results)
        start += len(results)


def pack_chunk(engine: Engine, start: int, results: list[Any]) -> None:
    write_chunk(start, results)
    engine.snapshot()


class Case:
    """One clip with one set of parameters."""

    def __init__(self, path: Path, options: argparse.Namespace) -> None:
        self.path, self.limit = path, options.frames
        self.parameters = {"preset": options.preset}
        frames = list(islice(((f.time, f.image.shape) for f in video.decode(path)), self.limit))
        self.times = np.array([moment for moment, _ in frames])
        height, width = frames[0][1][:2]
        fps = (len(frames) - 1) / (self.times[-1] - self.times[0]) if len(frames) > 1 else 25.0
        self.info = ClipInfo(width, height, float(fps), len(frames))

    def frames(self) -> Iterator[Frame]:
        return islice(video.decode(self.path), self.limit)

    def stages(self) -> dict[str, float]:
        """Seconds by stage, one after the other."""
        watch = Stopwatch()
        previews = watch.timed("previews", video.previews)(self.path, self.times)
        engine = watch.timed("create", motion.create)(self.parameters, self.info, previews)
        instrument(engine, watch)
        started = time.perf_counter()
        run(engine, watch.each("decode", self.frames()), watch.timed("store", pack_chunk))
        inside = [s for s in STAGES if s not in {"previews", "create", "report"}]
        known = sum(watch.seconds[stage] for stage in inside)
        watch.seconds["report"] = time.perf_counter() - started - known
        return watch.seconds

    def whole(self) -> float:
        """Seconds from file to packed chunks, decoding ahead."""
        started = time.perf_counter()
        previews = video.previews(self.path, self.times)
        engine = motion.create(self.parameters, self.info, previews)
        with closing(prefetched(self.frames(), 16)) as ahead:
            run(engine, ahead, pack_chunk)
        return time.perf_counter() - started

    def show(self) -> None:
        seconds, whole, count = self.stages(), self.whole(), self.info.frame_count or 1
        info = f"{self.info.width}x{self.info.height}, {count} frames at {self.info.fps:.1f} fps"
        print(f"\n{self.path}: {info}")
        total = sum(seconds.values())
        for stage, words in STAGES.items():
            cost = seconds[stage]
            print(f"  {words:38}{1000 * cost / count:8.2f} ms{100 * cost / total:7.1f} %")
        speed = count / whole
        print(
            f"  {'whole':38}{1000 * whole / count:8.2f} ms   {speed:.1f} frames/s, "
            f"{speed / self.info.fps:.2f} x real time, {whole / seconds['decode']:.1f} x decoding",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--preset", default="balanced", choices=("fast", "balanced", "accurate"))
    parser.add_argument("--frames", type=int, default=600, help="the longest part of a clip")
    parser.add_argument("--threads", type=int, default=2, help="OpenCV's own threads")
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        if not options.clips:
            scene = scenes.make("demonstration", width=1280, height=720)
            options.clips = [Path(folder) / "demonstration.mp4"]
            video.write(options.clips[0], scene.frames(), scene.fps)
        for path in options.clips:
            Case(path, options).show()


if __name__ == "__main__":
    main()
