from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

import numpy as np
import rlemasklib
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Mask: TypeAlias = NDArray[np.bool_]
"""(height, width), True on the object."""


class Box(NamedTuple):
    """Half-open pixel rectangle: x1 <= x < x2, y1 <= y < y2; the origin is the top left."""

    x1: float
    y1: float
    x2: float
    y2: float

    @classmethod
    def around(cls, mask: Mask) -> Self:
        """The tightest box around a mask; (0, 0, 0, 0) around an empty one."""
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size == 0:
            return cls(0, 0, 0, 0)
        columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
        return cls(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)


def centroid(mask: Mask) -> tuple[int, float, float]:
    """Area, mean column and mean row of a mask that is not empty."""
    x1, y1, x2, y2 = (int(edge) for edge in Box.around(mask))
    inside = mask[y1:y2, x1:x2]
    by_column, by_row = np.sum(inside, axis=0), np.sum(inside, axis=1)
    area = int(by_row.sum())
    return area, int(by_column @ np.arange(x1, x2)) / area, int(by_row @ np.arange(y1, y2)) / area


@dataclass(frozen=True, slots=True)
class RLE:
    """A mask as COCO's compressed run lengths: column-major, background first."""

    height: int
    width: int
    counts: str

    @classmethod
    def encode(cls, mask: Mask) -> Self:
        """Encode a mask of shape (height, width)."""
        coded: Mapping[str, bytes] = rlemasklib.encode(np.ascontiguousarray(mask).view(np.uint8))
        return cls(mask.shape[0], mask.shape[1], coded["counts"].decode("ascii"))

    def decode(self) -> Mask:
        """The mask, (height, width)."""
        mask: NDArray[np.uint8] = rlemasklib.decode(self._coded)
        return mask.astype(np.bool_)

    @property
    def area(self) -> int:
        """The number of the mask's pixels, counted without decoding."""
        return int(rlemasklib.area(self._coded))

    def iou(self, other: RLE) -> float:
        """Intersection over union with a mask of the same shape, without decoding."""
        return float(rlemasklib.iou([self._coded, other._coded]))

    @property
    def _coded(self) -> dict[str, object]:
        return {"size": [self.height, self.width], "counts": self.counts.encode("ascii")}


def box_iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of every pair of boxes.

    `first` is (n, 4) and `second` (m, 4) in x1, y1, x2, y2; the answer is (n, m), 0 where
    both boxes are empty.
    """
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    intersection = np.clip(bottom_right - top_left, 0, None).prod(axis=2)
    area_first = np.clip(first[:, 2:] - first[:, :2], 0, None).prod(axis=1)
    area_second = np.clip(second[:, 2:] - second[:, :2], 0, None).prod(axis=1)
    union = area_first[:, None] + area_second[None, :] - intersection
    overlap: NDArray[np.float64] = np.divide(
        intersection, union, out=np.zeros_like(union), where=union > 0
    )
    return overlap


def mask_iou(first: Mask, second: Mask) -> float:
    """Intersection over union of two masks of one shape; 0 where both are empty."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 0.0
