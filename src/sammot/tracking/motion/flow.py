from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, Size, shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.state import State

LEAST_SIDE = 32
"""Smaller pictures have no flow."""


class Way(NamedTuple):
    """What the frames around say of one frame, at half size.

    `camera` (3, 3) as in `Sighting`, in pixels of the whole size; `step` and `reach` (h/2, w/2)
    float16: how far each pixel went against the camera's motion since the last frame, and between
    any two of the frames in which it was followed, in working pixels; `known` (h/2, w/2) uint8, to
    how many other frames that was.
    """

    camera: Picture
    step: Picture
    reach: Picture
    known: Picture


class Glance(NamedTuple):
    """`flow` (h, w, 2), or half the size: where each pixel was in the last frame, in its own
    pixels; `way` if later ones were seen.
    """

    flow: Picture
    way: Way | None = None


class Steps:
    """See `Flows`: the flow from each frame to the last; a rough one, of half the size, or a
    precise one.
    """

    def __init__(self, *, precise: bool) -> None:
        self._precise = precise
        self._last: Picture = np.zeros((0, 0), np.uint8)

    def look(self, greys: Sequence[Picture]) -> list[Glance]:
        """See `Flows`."""
        return [self._glance(grey) for grey in greys]

    def end_shot(self) -> None:
        """See `Flows`."""
        self._last = np.zeros((0, 0), np.uint8)

    def save(self) -> State:
        """The last picture."""
        return {"last": self._last}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._last = state["last"]

    def _glance(self, grey: Picture) -> Glance:
        if not self._precise:
            grey = shrink(grey, Size(*grey.shape).half)
        last, self._last = self._last, grey
        if last.shape != grey.shape:
            last = grey
        return Glance(flow_between(grey, last, precise=self._precise))


def flow_between(now: Picture, then: Picture, *, precise: bool = False, rounds: int = 5) -> Picture:
    """Where each pixel of `now` was in `then`, as an offset (x, y): (height, width, 2) float32.

    Both are grey, uint8. The precise flow costs about eight times as much; of that,
    `rounds` of smoothing by variation take near half when there are five.

    Source: Kroeger et al., "Fast optical flow using dense inverse search", 2016.
    """
    if min(now.shape) < LEAST_SIDE:
        return np.zeros((*now.shape, 2), np.float32)
    solver = cv2.DISOpticalFlow.create(
        cv2.DISOPTICAL_FLOW_PRESET_MEDIUM if precise else cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST
    )
    if precise:
        # The preset's 3 costs a third more and finds nothing more.
        solver.setPatchStride(4)
        solver.setVariationalRefinementIterations(rounds)
    return solver.calc(now, then, np.zeros((*now.shape, 2), np.float32))
