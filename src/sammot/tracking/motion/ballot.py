"""The votes on one track: how often pixels of one colour, at one place in it, are the track's.

Source: counted in a grid as in Märki et al., "Bilateral space video segmentation", 2016; a place
in the object instead of in the picture is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from sammot.tracking.motion.appearance import BINS
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.picture import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture

REACH, CELL = 1.6, 0.25
"""How far around the centre pixels vote, and the side of a place, in units of the size (the
square root of the area)."""
PLACES = int(2 * REACH / CELL) + 3
"""Along each axis."""
PERIOD = 16
"""Frames that count as one time."""
SMOOTH = 3.0
"""Standard deviation, in frames, of the average over centres and sizes; it tells also where the
object was in the frames around those in which it was seen."""
SUPPORT = 0.01
"""Least weight of that average: about three standard deviations from a frame where it was seen."""

CASTING, HALF = np.float32(0.15), np.float32(0.5)
"""How much the frame's own mask counts beside the votes, which do not know the very edge."""


class Course(NamedTuple):
    """A track through a window: centres (frames, 2) as x, y, sizes and trust, each (frames,).

    Trust is 0 where nothing is known of the track: also from when it was last seen, since it has
    left or is hidden.
    """

    centres: Picture
    sizes: Picture
    trust: Picture

    @classmethod
    def of(cls, masks: Sequence[Mask | None]) -> Self:
        """Averaged over time."""
        raw = np.zeros((4, len(masks)))
        for number, mask in enumerate(masks):
            if mask is not None and (area := np.count_nonzero(mask)):
                size = float(np.sqrt(area))
                centre = Patch.around(mask).centre
                raw[:, number] = *(size * centre), size, 1.0
        reach = int(3 * SMOOTH)
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTH) ** 2)
        mean = np.stack([np.convolve(row, kernel)[reach:-reach] for row in raw])
        trust = mean[3]
        trust[np.flatnonzero(raw[3]).max(initial=-1) + 1 :] = 0
        return cls(
            (mean[:2] / np.maximum(mean[2], 1e-9)).T, mean[2] / np.maximum(trust, 1e-9), trust
        )

    def is_known(self, number: int) -> bool:
        """Whether the track was seen in this frame, or before and after, or begins soon."""
        return bool(self.trust[number] > SUPPORT and self.sizes[number] >= 1)


class Window(NamedTuple):
    """The pixels around a track in one frame, and their places (fractional) in the grid."""

    rows: slice
    columns: slice
    down: Picture
    across: Picture


def _window(course: Course, number: int, shape: tuple[int, int]) -> Window:
    """It is empty where the track is outside the picture."""
    spans, places = [], []
    for axis in (1, 0):
        centre, size = course.centres[number, axis], course.sizes[number]
        start = int(max(0, centre - REACH * size))
        stop = int(min(shape[1 - axis], centre + REACH * size + 1))
        offsets = (np.arange(start, max(start, stop)) - centre) / (CELL * size)
        spans.append(slice(start, max(start, stop)))
        places.append(np.clip(offsets + PLACES / 2 - 0.5, 0, PLACES - 1.001).astype(np.float32))
    return Window(spans[0], spans[1], places[0], places[1])


class Ballot:
    """The votes on one track: a share for each time, place and colour."""

    def __init__(
        self, course: Course, masks: Sequence[Mask | None], bins: Sequence[Picture]
    ) -> None:
        self.course = course
        self._masks = masks
        self._shape = bins[0].shape[:2]
        self._number = self._numbered(bins)
        grid = ((len(bins) - 1) // PERIOD + 2, PLACES, PLACES, int(self._number[-1]) + 1)
        votes = np.zeros((2, int(np.prod(grid))), np.float64)
        for number, mask in enumerate(masks):
            if mask is not None and course.is_known(number):
                self._count(votes, grid, number, mask, bins[number])
        inside, all_ = (spread(one.reshape(grid).astype(np.float32), (0, 1, 2)) for one in votes)
        self._share = inside / (all_ + 1)

    def _numbered(self, bins: Sequence[Picture]) -> Picture:
        """The colours around the track, numbered from 0 without gaps."""
        seen = np.zeros(int(np.prod(BINS)), np.int32)
        for number, one in enumerate(bins):
            if self.course.is_known(number):
                rows, columns, *_ = _window(self.course, number, self._shape)
                seen[one[rows, columns]] = 1
        return np.maximum(np.cumsum(seen) - 1, 0)

    def _count(
        self, votes: Picture, grid: tuple[int, ...], number: int, mask: Mask, bins: Picture
    ) -> None:
        """Every second pixel of every second row votes."""
        rows, columns, down, across = _window(self.course, number, self._shape)
        time = round(number / PERIOD)
        places = (time * grid[1] + np.rint(down[::2]).astype(np.int64))[:, None] * grid[2]
        places = places + np.rint(across[::2]).astype(np.int64)
        cells = places * grid[3] + self._number[bins[rows, columns][::2, ::2]]
        chosen = cells[mask[rows, columns][::2, ::2]]
        votes[0] += np.bincount(chosen, minlength=votes.shape[1])
        votes[1] += np.bincount(cells.ravel(), minlength=votes.shape[1])

    def result(self, number: int, bins: Picture) -> tuple[Window, Picture]:
        """Share of the votes for the pixels around the track in a frame, about 0 to 1."""
        window = _window(self.course, number, self._shape)
        rows, columns, down, across = window
        time, late = divmod(number / PERIOD, 1)
        share = (1 - late) * self._share[int(time)] + late * self._share[int(time) + 1]
        top, left = down.astype(np.int64)[:, None], across.astype(np.int64)[None]
        low, right = (down - top[:, 0])[:, None], (across - left[0])[None]
        cells = (top * PLACES + left) * share.shape[2] + self._number[bins[rows, columns]]
        beside, beneath = share.shape[2], PLACES * share.shape[2]
        upper = (1 - right) * share.take(cells) + right * share.take(cells + beside)
        cells += beneath
        lower = (1 - right) * share.take(cells) + right * share.take(cells + beside)
        result = (1 - low) * upper + low * lower
        seen = self._masks[number]
        return window, result if seen is None else result + CASTING * (seen[rows, columns] - HALF)
