from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What an engine may know of a clip before its first frame.

    `width` and `height` are those of the upright picture, in pixels; `fps` is the mean rate;
    `frame_count` is the container's word and may be missing or wrong.
    """

    width: int
    height: int
    fps: float
    frame_count: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture, upright.

    `index` counts from 0 in the decoded original; `time` is its presentation timestamp in
    seconds; `image` is RGB, uint8, (height, width, 3); or grey, (height, width), once an engine has
    looked at it and needs no more.
    """

    index: int
    time: float
    image: NDArray[np.uint8]
