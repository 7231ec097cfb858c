from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sammot.errors import UnreadableVideo
from sammot.video.decoder import Decoder
from sammot.video.draw import Painter, Style
from sammot.video.sound import sound_of
from sammot.video.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from sammot.tracking.frame import Frame
    from sammot.tracking.track import FrameResult, Observation


def write(path: Path, frames: Iterable[Frame], fps: float) -> None:
    """Write frames of one size as H.264 in MP4, evenly spaced by `fps`.

    The frames' own times are not looked at. On any failure no file is left.

    Raises:
        ValueError: there are no frames.

    """
    left = iter(frames)
    first = next(left, None)
    if first is None:
        raise ValueError("There are no frames to write.")
    height, width = first.image.shape[:2]
    with Writer(path, height, width) as writer:
        count = 0
        for frame in chain([first], left):
            writer.add(frame.image, count / fps)
            count += 1
        writer.end(count / fps)


def make_proxy(source: Path, target: Path, *, progress: Callable[[int], None]) -> None:
    """Write what every browser plays: the same frames at the same times, upright, with sound.

    H.264 yuv420p in MP4, faststart; an odd side gains a copied row or column. `progress` is
    told the number of frames done and may raise to abort. On any failure no file is left.

    Raises:
        UnreadableVideo: the source cannot be decoded.

    """
    _transcode(source, target, lambda frame: frame.image, progress)


def render(
    source: Path,
    target: Path,
    results: Iterable[FrameResult],
    *,
    progress: Callable[[int], None],
    style: Style | None = None,
) -> None:
    """Write the annotated video: `make_proxy` with the observations drawn in.

    `results` come in the order of their frames; a frame without a result stays plain.

    Raises:
        UnreadableVideo: the source cannot be decoded.

    """
    painter = Painter(style or Style())
    told = _InStep(iter(results))
    _transcode(
        source, target, lambda frame: painter.paint(frame.image, told.at(frame.index)), progress
    )


@dataclass(slots=True)
class _InStep:
    """Finds the observations of frame after frame in a stream of results."""

    results: Iterator[FrameResult]
    ahead: FrameResult | None = field(default=None, init=False)

    def at(self, index: int) -> Sequence[Observation]:
        while self.ahead is None or self.ahead.index < index:
            self.ahead = next(self.results, None)
            if self.ahead is None:
                return ()
        return self.ahead.observations if self.ahead.index == index else ()


def _transcode(
    source: Path,
    target: Path,
    draw: Callable[[Frame], NDArray[np.uint8]],
    progress: Callable[[int], None],
) -> None:
    decoder = Decoder(source)
    with closing(iter(decoder)) as frames:
        first = next(frames, None)
        if first is None:
            raise UnreadableVideo("Not a single frame of this video can be decoded.")
        height, width = first.image.shape[:2]
        with (
            Writer(
                target,
                height,
                width,
                time_base=decoder.time_base,
                pixel_aspect=decoder.pixel_aspect,
            ) as writer,
            sound_of(source, writer.container) as play,
        ):
            for done, frame in enumerate(chain([first], frames), 1):
                writer.add(draw(frame), frame.time)
                play(frame.time)
                progress(done)
            writer.end(decoder.end)
            play(math.inf)
