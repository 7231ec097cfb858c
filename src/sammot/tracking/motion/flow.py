from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from sammot.tracking.motion.picture import Picture

LEAST_SIDE = 32
"""Smaller pictures have no flow."""


def flow_between(now: Picture, then: Picture, *, precise: bool = False) -> Picture:
    """Where each pixel of `now` was in `then`, as an offset (x, y): (height, width, 2) float32.

    Both are grey, uint8. The precise flow costs about eight times as much.

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
    return solver.calc(now, then, np.zeros((*now.shape, 2), np.float32))
