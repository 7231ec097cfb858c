from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.consensus import agree
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.picture import guided
from sammot.tracking.motion.retrace import retrace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.engine import Draft
    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.propagator import MotionPropagator
    from sammot.tracking.track import TrackId

LEAST_SCALE, MOST_PIXELS = 1.2, 1_500_000
EDGE_REACH, EDGE_SOFTNESS = 2.0, 1e-3
"""How far, in working pixels, an edge may be drawn, and He's epsilon for a picture in 0..1."""
MARGIN = 3
"""Working pixels around a mask that its smooth edge may reach."""


class MotionFinisher:
    """Gives parted tracks their own masks back to when they came together, completes masks by
    what the frames agree on, and enlarges them.
    """

    def __init__(self, propagator: MotionPropagator) -> None:
        self._propagator = propagator

    def revise(self, drafts: Sequence[Draft]) -> None:
        """See `Finisher`."""
        retrace(drafts, self._propagator.trail, self._propagator.bodies)
        if self._propagator.scene.evidence.sees_in_part:
            agree(drafts, self._propagator.trail)
        self._propagator.trail.clear()

    def finish(self, frame: Frame, masks: Mapping[TrackId, Mask]) -> Mapping[TrackId, Mask]:
        """See `Finisher`."""
        return enlarge(frame, masks)


def enlarge(frame: Frame, masks: Mapping[TrackId, Mask]) -> dict[TrackId, Mask]:
    """Bring working masks to the frame's size, with smooth edges, and without overlap."""
    height, width = frame.image.shape[:2]
    best = np.full((height, width), 0.5, np.float32)
    owner = np.zeros((height, width), np.int32)
    for number, mask in enumerate(masks.values(), start=1):
        rows, columns, soft = _enlarged(mask, (height, width))
        soft = _sharpened(soft, frame.image[rows, columns], width / mask.shape[1])
        wins = soft > best[rows, columns]
        best[rows, columns][wins] = soft[wins]
        owner[rows, columns][wins] = number
    return {id_: owner == number for number, id_ in enumerate(masks, start=1)}


def _enlarged(mask: Mask, shape: tuple[int, int]) -> tuple[slice, slice, Picture]:
    """A mask's surroundings at the frame's size, softly, 0 to 1."""
    patch = Patch.around(mask)
    x1, y1 = max(0, patch.x - MARGIN), max(0, patch.y - MARGIN)
    x2 = min(mask.shape[1], patch.x + patch.mask.shape[1] + MARGIN)
    y2 = min(mask.shape[0], patch.y + patch.mask.shape[0] + MARGIN)
    across, down = shape[1] / mask.shape[1], shape[0] / mask.shape[0]
    left, right = round(x1 * across), round(x2 * across)
    top, bottom = round(y1 * down), round(y2 * down)
    soft: Picture = mask[y1:y2, x1:x2].astype(np.float32)
    if (bottom - top, right - left) != soft.shape:
        soft = cv2.GaussianBlur(soft, (3, 3), 0.6, borderType=cv2.BORDER_REPLICATE)
        soft = cv2.resize(soft, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    return slice(top, bottom), slice(left, right), soft


def _sharpened(soft: Picture, image: Picture, scale: float) -> Picture:
    """A soft mask whose edge is drawn to the picture's, where it was enlarged and that is cheap."""
    if scale < LEAST_SCALE or soft.size > MOST_PIXELS or min(soft.shape) < 8:
        return soft
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return guided(grey, soft, max(2, round(EDGE_REACH * scale)), EDGE_SOFTNESS)
