"""A video that lies elsewhere is read by what opens it: the same frames, and no more bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from video_help import Made

from clips import KINDS
from sammot import scenes, video
from sammot.errors import Unavailable
from sammot.tracking.frame import Frame

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 4096


@dataclass
class Afar:
    """Opens a file, and counts the bytes that are asked of it; behind `most` it is away."""

    path: Path
    most: int = 1 << 40
    asked: int = 0

    def __call__(self) -> io.BufferedReader:
        return io.BufferedReader(_File(self), BLOCK)


class _File(io.FileIO):
    def __init__(self, afar: Afar) -> None:
        super().__init__(afar.path)
        self._afar = afar

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if self._afar.asked > self._afar.most:
            raise Unavailable("The store is away.")
        count = super().readinto(buffer)
        self._afar.asked += count or 0
        return count


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with several keyframes."""
    path = tmp_path_factory.mktemp("afar") / "long.mp4"
    scene = scenes.make("many", width=320, height=180, frame_count=600)
    video.write(path, scene.frames(), scene.fps)
    return path


def same(frames: list[Frame], others: list[Frame]) -> bool:
    return [(f.index, f.time) for f in frames] == [(f.index, f.time) for f in others] and all(
        np.array_equal(f.image, other.image) for f, other in zip(frames, others, strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_it_gives_the_same_frames(made: Made, kind: str) -> None:
    path = made(kind)
    near = list(video.decode(path))
    assert same(list(video.decode(Afar(path))), near)
    known = near[len(near) // 2]
    rest = video.decode(Afar(path), start=known.index + 1, after=known.time)
    assert same(list(rest), near[known.index + 1 :])
    times = np.array([frame.time for frame in near])
    assert same(video.previews(Afar(path), times, 5), video.previews(path, times, 5))


def test_the_end_of_a_clip_asks_for_its_end_alone(long: Path) -> None:
    *_, known, _ = video.decode(long)
    afar = Afar(long)
    (last,) = video.decode(afar, start=known.index + 1, after=known.time)
    assert last.index == 599
    assert afar.asked < long.stat().st_size / 2


def test_a_store_that_goes_away_is_no_end_of_the_clip(long: Path) -> None:
    size = long.stat().st_size
    for most in (0, size // 3, size // 2, size - 2 * BLOCK):
        with pytest.raises(Unavailable):
            list(video.decode(Afar(long, most)))
