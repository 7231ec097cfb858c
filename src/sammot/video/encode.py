from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sammot.video.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sammot.tracking.frame import Frame


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
        for number, frame in enumerate(chain([first], left)):
            writer.add(frame.image, number / fps, 1 / fps)
