"""Between which places each point of a picture has been."""

from __future__ import annotations

from typing import NamedTuple, Self

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, length


class Ranges(NamedTuple):
    """`sides` (h, w, 4): for each pixel, less its own place, the least x and y and the largest ones
    with their sign turned, so that all four can only fall; `known` (h, w): in how many frames it
    was followed. Both are float32, or float16 where they are kept.
    """

    sides: Picture
    known: Picture

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> Self:
        """Of points that nothing is known of yet."""
        return cls(np.zeros((*shape, 4), np.float32), np.zeros(shape, np.float32))

    def brief(self) -> Ranges:
        """In half the memory."""
        return Ranges(self.sides.astype(np.float16), self.known.astype(np.float16))

    def exact(self) -> Ranges:
        """The inverse of `brief`."""
        return Ranges(self.sides.astype(np.float32), self.known.astype(np.float32))

    def carried(self, places: tuple[Picture, Picture]) -> Ranges:
        """To each pixel from its place; nothing is known outside."""
        return Ranges(*(brought(one, places) for one in self))

    def grown(self, step: Picture, followed: Picture) -> Ranges:
        """After one more step (h, w, 2); nothing is known of what was not followed (0, else 1)."""
        across, down = cv2.split(step)
        sides = np.minimum(0, self.sides - cv2.merge([across, down, -across, -down]))
        return Ranges(sides * cv2.merge([followed] * 4), (self.known + 1) * followed)

    def joined(self, other: Ranges) -> Ranges:
        """Both together."""
        return Ranges(np.minimum(self.sides, other.sides), self.known + other.known)

    def extent(self) -> Picture:
        """Diagonal of the ranges, float32."""
        left, top, right, bottom = cv2.split(self.sides)
        return length(left + right, top + bottom)


def brought(picture: Picture, places: tuple[Picture, Picture]) -> Picture:
    """Each pixel's values from its place, of at most four planes; 0 from outside."""
    return cv2.remap(picture, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
