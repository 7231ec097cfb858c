"""Where an object is and how large: what places in it are counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from sammot.tracking.mask import Box

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture

REACH, CELL = 2.0, 0.5
"""How far from the centre there are places, and the side of one, in half widths and heights of the
object."""
PLACES = int(2 * REACH / CELL) + 1
"""Along each axis."""
MARGIN = 6.0
"""Pixels around an object that are looked at, however small it is."""
LEAST = 2.0
"""Pixels of half a width or height."""


class Pose(NamedTuple):
    """Centre of the box, and half its width and height, in working pixels."""

    x: float
    y: float
    across: float
    down: float

    @classmethod
    def of(cls, mask: Mask) -> Self:
        """Of the box around a mask."""
        return cls.within(Box.around(mask))

    @classmethod
    def within(cls, box: Box) -> Self:
        """Of a box."""
        return cls(
            (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2,
            max(LEAST, box.width / 2), max(LEAST, box.height / 2),
        )  # fmt: skip

    @property
    def box(self) -> Box:
        """Around it."""
        return Box(
            self.x - self.across, self.y - self.down, self.x + self.across, self.y + self.down
        )

    def moved(self, x: float, y: float, scale: float = 1.0) -> Pose:
        """Elsewhere, larger by `scale`."""
        return Pose(self.x + x, self.y + y, self.across * scale, self.down * scale)

    def towards(self, other: Pose, share: float) -> Pose:
        """Between the two."""
        return Pose(*(a + share * (b - a) for a, b in zip(self, other, strict=True)))

    def window(self, reach: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Rows and columns as far as `reach` half heights and widths, within a picture; there is
        at least one pixel.
        """
        spans = []
        for middle, half, limit in (
            (self.y, self.down, shape[0]), (self.x, self.across, shape[1])
        ):  # fmt: skip
            margin = reach * half + MARGIN
            start = int(min(max(0.0, middle - margin), limit - 1))
            spans.append(slice(start, int(max(start + 1, min(limit, middle + margin + 1)))))
        return spans[0], spans[1]

    def places(self, window: tuple[slice, slice]) -> tuple[Picture, Picture]:
        """Where the rows and the columns of a window lie in the grid of places, fractional."""
        found = []
        for span, middle, half in zip(
            window, (self.y, self.x), (self.down, self.across), strict=True
        ):
            offsets = (np.arange(span.start, span.stop) + 0.5 - middle) / (CELL * half)
            found.append(np.clip(offsets + (PLACES - 1) / 2, 0, PLACES - 1))
        return found[0], found[1]

    def cells(self, window: tuple[slice, slice]) -> Picture:
        """Number of each pixel's nearest place."""
        down, across = (np.rint(one).astype(np.int64) for one in self.places(window))
        return down[:, None] * PLACES + across[None]
