"""A fast engine whose answer depends on every pixel of every frame so far."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sammot.errors import InvalidInput
from sammot.service import EngineEntry
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, TrackId
from sammot.tracking.window import Piece


class OneByOne:
    """An engine's windows, for a `track` that does one frame after the other."""

    window = 64
    first_window = 16
    ahead = 16
    track: Callable[[Iterable[Frame]], Iterator[FrameResult]]

    def look(self, frames: Iterable[Frame]) -> Piece:
        return Piece(list(frames), {})

    def follow(
        self, pieces: Iterable[Piece], told: Callable[[Frame], object] = lambda _: None
    ) -> list[FrameResult]:
        frames = (frame for piece in pieces for frame in piece.frames)
        return list(self.track(_telling(frames, told)))

    def report(self, results: list[FrameResult]) -> list[FrameResult]:
        return results


def _telling(frames: Iterable[Frame], told: Callable[[Frame], object]) -> Iterator[Frame]:
    for frame in frames:
        told(frame)
        yield frame


class FakeEngine(OneByOne):
    def __init__(self, parameters: Mapping[str, Any], clip: ClipInfo) -> None:
        self.seconds = float(parameters.get("seconds_per_frame", 0))
        self.breaks_at = int(parameters.get("breaks_at", -1))
        self.clip = clip
        self.state = 1

    def track(self, frames: Iterable[Frame]) -> Iterator[FrameResult]:
        for frame in frames:
            if frame.index == self.breaks_at:
                raise RuntimeError("the engine broke")
            time.sleep(self.seconds)
            self.state = zlib.crc32(frame.image.tobytes(), self.state)
            yield FrameResult(frame.index, frame.time, tuple(self._observed(frame.index)))

    def _observed(self, index: int) -> Iterator[Observation]:
        for track_id in (1, 2):
            if track_id == 2 and index % 10 < 3:
                continue
            x, y = self.state % (self.clip.width - 8), (self.state >> 8) % (self.clip.height - 8)
            mask = np.zeros((self.clip.height, self.clip.width), np.bool_)
            mask[y : y + 5 + track_id, x : x + 6] = True
            score = (self.state % 97) / 97
            yield Observation(TrackId(track_id), Box.around(mask), RLE.encode(mask), score)

    def snapshot(self) -> bytes:
        return self.state.to_bytes(4, "big")

    def restore(self, snapshot: bytes) -> None:
        self.state = int.from_bytes(snapshot, "big")


def create(
    parameters: Mapping[str, object], clip: ClipInfo, previews: Sequence[Frame]
) -> FakeEngine:
    assert previews
    return FakeEngine(parameters, clip)


def complete(parameters: Mapping[str, Any]) -> dict[str, Any]:
    if "nonsense" in parameters:
        raise InvalidInput("There is no parameter of the name nonsense.")
    return dict(parameters)


def entry(version: str = "1") -> EngineEntry:
    return EngineEntry("fake", version, "Fake", "For tests.", [], complete, create)
