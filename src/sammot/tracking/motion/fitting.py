"""Bodies that share a region are moved so that together they explain it.

Where two bodies meet, neither mask says by itself where its body is; but their shapes, carried
on, must cover the region and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from collections.abc import Sequence

REACH = 2
"""Pixels by which a shape may be moved in one frame."""
STAY = 0.25
"""What a pixel of movement must gain in cover, as a share of the shape's size."""
GAIN = 0.1
"""Of a movement goes into the velocity."""


class Expected(NamedTuple):
    """Where a body's mask should be in this frame, by what part of a pixel (x, y) it lies beyond,
    and its velocity (x, y).
    """

    patch: Patch
    rest: np.ndarray[Any, Any]
    velocity: np.ndarray[Any, Any]

    def moved(self, across: int, down: int, size: tuple[int, int]) -> Expected:
        """Corrected by whole pixels."""
        if not across and not down:
            return self
        velocity = self.velocity + GAIN * np.array([across, down], np.float64)
        return Expected(self.patch.shifted(across, down, size), self.rest, velocity)


def fit(claim: Patch, shapes: Sequence[Expected], size: tuple[int, int]) -> list[Expected]:
    """Each shape in turn to where it covers most of the claim that the others do not."""
    window, x, y = _canvas(claim, shapes)
    inside = np.zeros(window, np.bool_)
    Patch(claim.x - x, claim.y - y, claim.mask).paint(inside, 1)
    cover = np.zeros(window, np.int16)
    places = [Patch(one.patch.x - x, one.patch.y - y, one.patch.mask) for one in shapes]
    for place in places:
        cover[place.window] += place.mask
    fitted = []
    for one, place in zip(shapes, places, strict=True):
        if place.mask.size == 0:
            fitted.append(one)
            continue
        cover[place.window] -= place.mask
        worth = np.where(inside, np.where(cover > 0, 0, 1), -1).astype(np.float32)
        across, down = _best_shift(worth, place)
        moved = Patch(place.x + across, place.y + down, place.mask)
        cover[moved.window] += moved.mask
        fitted.append(one.moved(across, down, size))
    return fitted


def _canvas(claim: Patch, shapes: Sequence[Expected]) -> tuple[tuple[int, int], int, int]:
    """Height and width that hold everything wherever it is moved, and the corner's x and y."""
    patches = [claim, *(one.patch for one in shapes if one.patch.mask.size)]
    x, y = min(one.x for one in patches) - REACH, min(one.y for one in patches) - REACH
    right = max(one.x + one.mask.shape[1] for one in patches) + REACH
    bottom = max(one.y + one.mask.shape[0] for one in patches) + REACH
    return (bottom - y, right - x), x, y


def _best_shift(worth: np.ndarray[Any, Any], place: Patch) -> tuple[int, int]:
    """Pixels right and down that gain most."""
    height, width = place.mask.shape
    around = worth[
        place.y - REACH : place.y + height + REACH, place.x - REACH : place.x + width + REACH
    ]
    score = cv2.matchTemplate(around, place.mask.astype(np.float32), cv2.TM_CCORR)
    steps = np.arange(-REACH, REACH + 1)
    distance = np.hypot(steps[:, None], steps[None])
    # Whole pixels: the last bits of a sum depend on the order in which it is taken.
    gain = np.round(score) - STAY * np.sqrt(place.area) * distance
    down, across = np.unravel_index(int(np.argmax(gain)), gain.shape)
    return int(across) - REACH, int(down) - REACH
