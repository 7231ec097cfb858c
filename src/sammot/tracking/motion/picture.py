"""Pictures of the working size, and the few statistics over stacks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.frame import ClipInfo, Frame

Picture: TypeAlias = "NDArray[Any]"
"""(height, width[, 3]); uint8 unless said otherwise (OpenCV's stubs know less)."""


class Size(NamedTuple):
    """Of a picture, in pixels."""

    height: int
    width: int

    @classmethod
    def working(cls, clip: ClipInfo, long_side: int) -> Size:
        """The clip's size brought down to `long_side`, never enlarged."""
        return cls(clip.height, clip.width).fitted(long_side)

    def fitted(self, long_side: int) -> Size:
        """Brought down to `long_side`, never enlarged, at least one pixel."""
        scale = min(1.0, long_side / max(self))
        return Size(max(1, round(self.height * scale)), max(1, round(self.width * scale)))

    @property
    def half(self) -> Size:
        """Half of it, at least one pixel."""
        return Size(max(1, self.height // 2), max(1, self.width // 2))


def shrink(image: Picture, size: Size) -> Picture:
    """Resize by area averaging."""
    if image.shape[:2] == size:
        return image
    return cv2.resize(image, (size.width, size.height), interpolation=cv2.INTER_AREA)


def lab_of(frame: Frame, size: Size) -> Picture:
    """The frame at working size in CIE Lab (8 bit each), lightly smoothed."""
    small = shrink(frame.image, size)
    return cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), (3, 3), 0)


def order_statistic(
    stack: Sequence[Picture], share: float, valid: Sequence[Picture] | None = None
) -> Picture:
    """Per pixel and channel, the value that `share` of the stack lies below (0.5: the median).

    `valid` holds a (height, width) bool for each picture; where none is valid the answer is 255.
    A bitwise search over the eight bits: no sorting.
    """
    if stack[0].ndim == 3:  # plane by plane: a (height, width) mask lies beside each
        planes = zip(*(cv2.split(picture) for picture in stack), strict=True)
        return cv2.merge([order_statistic(plane, share, valid) for plane in planes])
    shape, counter = stack[0].shape, np.min_scalar_type(len(stack))
    count = np.full(shape, len(stack), np.int16)
    if valid is not None:
        count = sum((one.astype(np.int16) for one in valid), np.zeros(shape, np.int16))
    rank = np.floor(count * share).astype(counter)
    found, less = np.zeros(shape, np.uint8), np.empty(shape, np.bool_)
    for bit in (128, 64, 32, 16, 8, 4, 2, 1):
        trial = found | np.uint8(bit)
        below = np.zeros(shape, counter)
        for index, picture in enumerate(stack):
            np.less(picture, trial, out=less)
            if valid is not None:
                less &= valid[index]
            below += less.view(np.uint8)
        found = np.where(below <= rank, trial, found)
    return found


def length(across: Picture, down: Picture) -> Picture:
    """Of vectors, float32.

    Not cv2.magnitude: its last bits depend on where the arrays lie in memory.
    """
    found: Picture = np.sqrt(across * across + down * down)
    return found


def spread(table: Picture, axes: Sequence[int]) -> Picture:
    """[1 2 1] / 4 along each of the axes; what would leave the table is lost."""
    for axis in axes:
        moved = np.moveaxis(table, axis, 0)
        wide = 0.5 * moved
        wide[1:] += 0.25 * moved[:-1]
        wide[:-1] += 0.25 * moved[1:]
        table = np.moveaxis(wide, 0, axis)
    return np.ascontiguousarray(table)


def gradient(grey: Picture) -> Picture:
    """Length of the Sobel gradient, float32."""
    return length(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def guided(
    guide: Picture, values: Picture, radius: int, epsilon: float, fine: Picture | None = None
) -> Picture:
    """Smooth `values` (float32) along the edges of a grey uint8 `guide`.

    The answer has the size of `fine`, a larger picture of the same, if there is one.

    Source: He, Sun and Tang, "Guided image filtering", 2010, and He and Sun, "Fast guided filter",
    2015.
    """
    window = (2 * radius + 1, 2 * radius + 1)
    first = guide.astype(np.float32) / 255
    mean_1, mean_2 = cv2.blur(first, window), cv2.blur(values, window)
    variance = cv2.blur(first * first, window) - mean_1 * mean_1
    cross = cv2.blur(first * values, window) - mean_1 * mean_2
    slope = cross / (variance + epsilon)
    lines: list[Picture] = [cv2.blur(one, window) for one in (slope, mean_2 - slope * mean_1)]
    if fine is not None:
        first = fine.astype(np.float32) / 255
        lines = [cv2.resize(one, (fine.shape[1], fine.shape[0])) for one in lines]
    return lines[0] * first + lines[1]
