from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.tracking.mask import Mask


class Patch(NamedTuple):
    """A mask cut to its extent: `mask[0, 0]` lies at column `x`, row `y` of the working frame."""

    x: int
    y: int
    mask: Mask

    @classmethod
    def around(cls, mask: Mask, x: int = 0, y: int = 0) -> Self:
        """Cut `mask`, whose corner lies at (`x`, `y`), to what is set; empty if nothing is."""
        left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
        cut = mask[top : top + height, left : left + width]
        return cls(x + left, y + top, np.ascontiguousarray(cut))

    @property
    def area(self) -> int:
        """In pixels."""
        return int(np.count_nonzero(self.mask))

    @property
    def centre(self) -> NDArray[np.float64]:
        """Centroid (x, y); the middle of the extent if nothing is set."""
        count = max(1, self.area)
        if self.area == 0:
            return np.array([self.x, self.y], np.float64)
        columns = np.arange(self.mask.shape[1]) @ self.mask.sum(axis=0) / count
        rows = np.arange(self.mask.shape[0]) @ self.mask.sum(axis=1) / count
        return np.array([self.x + columns, self.y + rows], np.float64)

    @property
    def window(self) -> tuple[slice, slice]:
        """Index of the extent in a (height, width) array."""
        height, width = self.mask.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    def touches_border(self, shape: tuple[int, int]) -> bool:
        """Whether it reaches the border of a frame of `shape`, or lies outside."""
        height, width = self.mask.shape
        right, bottom = self.x + width, self.y + height
        return self.x <= 1 or self.y <= 1 or right >= shape[1] - 1 or bottom >= shape[0] - 1

    def shifted(self, dx: int, dy: int, shape: tuple[int, int]) -> Patch:
        """Moved by whole pixels; what leaves a frame of `shape` is cut off."""
        x, y = self.x + dx, self.y + dy
        left, top = max(0, -x), max(0, -y)
        right = max(left, min(self.mask.shape[1], shape[1] - x))
        bottom = max(top, min(self.mask.shape[0], shape[0] - y))
        return Patch(x + left, y + top, self.mask[top:bottom, left:right])

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """The picture's values under the mask, (area, ...)."""
        values: NDArray[Any] = picture[self.window][self.mask]
        return values

    def paint(self, picture: NDArray[Any], value: float) -> None:
        """Set the picture to `value` under the mask, in place."""
        picture[self.window][self.mask] = value

    def full(self, shape: tuple[int, int]) -> Mask:
        """The mask on a frame of `shape`."""
        mask = np.zeros(shape, np.bool_)
        mask[self.window] = self.mask
        return mask

    def united(self, other: Patch) -> Patch:
        """Both masks in one."""
        if self.mask.size == 0:
            return other
        if other.mask.size == 0:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.mask.shape[1], other.x + other.mask.shape[1])
        bottom = max(self.y + self.mask.shape[0], other.y + other.mask.shape[0])
        mask = np.zeros((bottom - y, right - x), np.bool_)
        for patch in (self, other):
            rows, columns = Patch(patch.x - x, patch.y - y, patch.mask).window
            mask[rows, columns] |= patch.mask
        return Patch(x, y, mask)
