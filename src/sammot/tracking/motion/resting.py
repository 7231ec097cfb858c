"""How long each place of the picture has looked the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture, Size
    from sammot.tracking.state import State

STIR = 10
"""Grey levels: what changes by less looks the same."""
AROUND = 9
"""Pixels across by which what changes is widened."""
EVER = 255


class Resting:
    """Looks at one small grey picture after the other, (h, w) uint8, all of one place."""

    def __init__(self) -> None:
        self._look = np.zeros((0, 0), np.uint8)
        self._frames = self._look

    def see(self, grey: Picture) -> None:
        """Take in the next frame; what the first shows has ever rested."""
        if self._look.shape != grey.shape:
            self._look, self._frames = grey.copy(), np.full(grey.shape, EVER, np.uint8)
            return
        changed = (cv2.absdiff(grey, self._look) > STIR).view(np.uint8)
        cv2.copyTo(grey, changed, self._look)
        stirs = cv2.dilate(changed, np.ones((AROUND, AROUND), np.uint8))
        self._frames += self._frames < EVER
        self._frames[stirs > 0] = 0

    def places(self, frames: int, size: Size) -> Mask:
        """What has not changed in so many frames, nor lies within what has, at another size.

        The inside of a smooth object that moves looks the same all the time.
        """
        stirs = (self._frames < min(frames, EVER)).view(np.uint8)
        outlines, _ = cv2.findContours(stirs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for one in outlines:
            cv2.fillConvexPoly(stirs, cv2.convexHull(one), 1)
        whole = (size.width, size.height)
        rests: Mask = cv2.resize(stirs, whole, interpolation=cv2.INTER_NEAREST) == 0
        return rests

    def save(self) -> State:
        """Both pictures."""
        return {"look": self._look, "frames": self._frames}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._look, self._frames = state["look"], state["frames"]
