"""The connected regions of a mask, with their boxes and areas.

Counted from the runs of each row: OpenCV's own statistics visit every pixel, and take four times
as long as the labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import cv2
import numpy as np

from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture


@dataclass(frozen=True, slots=True)
class Regions:
    """Numbered from 1; whatever is indexed by number has 0 for what is left.

    `labels` is (height, width) int32; `boxes` is (count + 1, 4) int64 as x, y, width, height and
    `areas` (count + 1,) int64; row 0 is 0 in both.
    """

    labels: Picture
    boxes: Picture
    areas: Picture

    @classmethod
    def of(cls, mask: Picture, *, connectivity: Literal[4, 8] = 8) -> Self:
        """Of a uint8 mask, 0 or 1."""
        total, labels = cv2.connectedComponents(mask, connectivity=connectivity)
        rows, starts, stops = _runs(mask)
        number: Picture = labels[rows, starts]
        areas = np.bincount(number, weights=stops - starts, minlength=total).astype(np.int64)
        low, high = np.zeros((2, total, 2), np.int64)
        low[:, 0] = mask.shape[1]
        np.minimum.at(low[:, 0], number, starts)
        np.maximum.at(high[:, 0], number, stops)
        # Of several values for one number the last stays, and the rows ascend.
        low[number[::-1], 1] = rows[::-1]
        high[number, 1] = rows + 1
        boxes = np.concatenate([low, high - low], axis=1)
        boxes[0] = 0
        return cls(labels, boxes, areas)

    @property
    def count(self) -> int:
        """How many, the numbers being 1 to `count`."""
        return len(self.areas) - 1

    def at_least(self, area: float) -> Regions:
        """Those that are large enough, numbered anew."""
        keep = self.areas >= area
        keep[0] = True
        if keep.all():
            return self
        lookup = np.cumsum(keep, dtype=np.int32) - 1
        lookup[~keep] = 0
        return Regions(np.take(lookup, self.labels), self.boxes[keep], self.areas[keep])

    def patch(self, number: int) -> Patch:
        """One of them."""
        x, y, width, height = (int(value) for value in self.boxes[number])
        return Patch(x, y, self.labels[y : y + height, x : x + width] == number)

    def sums(self, picture: Picture) -> Picture:
        """What each holds of a picture, (count + 1,) float64."""
        inside = np.flatnonzero(self.labels)
        numbers, values = self.labels.ravel()[inside], picture.ravel()[inside]
        return np.bincount(numbers, weights=values, minlength=len(self.areas))

    def only(self, keep: Mask) -> Picture:
        """A mask, uint8, of those that `keep` (count + 1,) names."""
        chosen: Picture = np.take(keep.astype(np.uint8), self.labels)
        return chosen


def _runs(mask: Picture) -> tuple[Picture, Picture, Picture]:
    """Row, first column and last column + 1 of each run of set pixels, row by row."""
    height, width = mask.shape
    # A column of nothing before each row: no run goes on in the next.
    flat = np.zeros(height * (width + 1) + 1, np.uint8)
    flat[:-1].reshape(height, width + 1)[:, 1:] = mask
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    rows, columns = np.divmod(changes, width + 1)
    return rows[::2], columns[::2], columns[1::2]
