"""Tracking chunk by chunk: three windows at work at a time, and the same results."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import islice

import numpy as np
import pytest

from fake_engine import FakeEngine
from sammot import scenes
from sammot.service.chunks import chunk_stop, tracked
from sammot.tracking import motion
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.track import FrameResult
from sammot.tracking.window import Piece

SECONDS = 10
CLIP = ClipInfo(32, 24, 25.0, 300)


def blank(count: int) -> list[Frame]:
    image = np.zeros((24, 32, 3), np.uint8)
    return [Frame(index, index / 25, image) for index in range(count)]


@pytest.mark.parametrize("scene_name", ["cut", "pan"])
def test_the_results_and_snapshots_are_those_of_one_thread(scene_name: str) -> None:
    scene = scenes.make(scene_name, width=320, height=180)
    frames = [scene.render(index)[0] for index in range(min(len(scene), 100))]
    alone, ahead = (motion.create({}, scene.info, frames[::4]) for _ in range(2))
    start, source = 0, iter(frames)
    for chunk in tracked(ahead, iter(frames)):
        stop = chunk_stop(start, alone.first_window)
        assert list(alone.track(islice(source, stop - start))) == chunk.results
        assert alone.snapshot() == chunk.snapshot
        start += len(chunk.results)
    assert start == len(frames)


@pytest.mark.parametrize("count", [0, 1, 16, 17, 64, 65, 200])
@pytest.mark.parametrize("window", [10, 64])
def test_chunks_end_where_they_should(count: int, window: int) -> None:
    engine = FakeEngine({}, CLIP)
    engine.window = window
    lengths = [len(chunk.results) for chunk in tracked(as_engine(engine), iter(blank(count)))]
    stops = [stop for stop in (16, 64, 128, 192) if stop < count]
    starts = [0, *stops] if count else []
    assert lengths == [b - a for a, b in zip(starts, [*stops, count], strict=bool(count))]


class Meeting(FakeEngine):
    """Each stage waits until the one before is at work on what comes next."""

    def __init__(self) -> None:
        super().__init__({}, CLIP)
        self.window, self.begun = 16, False
        self.looked, self.followed = threading.Semaphore(0), threading.Semaphore(0)

    def look(self, frames: Iterable[Frame]) -> Piece:
        self.looked.release()
        return super().look(frames)

    def follow(
        self, pieces: Iterable[Piece], told: Callable[[Frame], object] = lambda _: None
    ) -> list[FrameResult]:
        self.followed.release()
        if not self.begun:
            assert all(self.looked.acquire(timeout=SECONDS) for _ in range(2))
        self.begun = True
        return super().follow(pieces, told)

    def report(self, results: list[FrameResult]) -> list[FrameResult]:
        if results[0].index == 0:
            assert all(self.followed.acquire(timeout=SECONDS) for _ in range(2))
        return results


def test_the_next_frames_are_looked_at_and_the_last_window_reported_while_one_is_tracked() -> None:
    assert [len(one.results) for one in tracked(as_engine(Meeting()), iter(blank(48)))] == [16, 32]


def test_what_is_told_may_end_it() -> None:
    def told(frame: Frame) -> None:
        if frame.index == 70:
            raise InterruptedError

    chunks = tracked(as_engine(FakeEngine({}, CLIP)), iter(blank(200)), told=told)
    assert [len(next(chunks).results) for _ in range(2)] == [16, 48]
    with pytest.raises(InterruptedError):
        next(chunks)


def test_who_leaves_does_not_wait_for_the_window() -> None:
    seen, begun = [], threading.Event()

    def told(frame: Frame) -> None:
        seen.append(frame.index)
        if frame.index > 20:
            begun.set()
            time.sleep(0.1)

    with closing(tracked(as_engine(FakeEngine({}, CLIP)), iter(blank(200)), told=told)) as chunks:
        next(chunks)
        assert begun.wait(SECONDS)
    assert 21 <= seen[-1] < 63


def as_engine(fake: FakeEngine) -> Engine:
    """For the type checker."""
    return fake  # type: ignore[return-value]
