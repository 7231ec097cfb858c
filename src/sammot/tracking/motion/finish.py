from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from sammot.tracking.motion.consensus import agree
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.picture import Size, guided, shrink
from sammot.tracking.motion.retrace import retrace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.propagator import MotionPropagator
    from sammot.tracking.track import TrackId
    from sammot.tracking.window import Draft

LEAST_SCALE, MOST_PIXELS = 1.2, 1_500_000
EDGE_REACH, EDGE_SOFTNESS = 2, 1e-3
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
    found: dict[TrackId, Mask] = {}
    softs: list[Soft] = []
    for id_, mask in masks.items():
        soft = _enlarged(mask, frame.image)
        found[id_] = np.zeros(frame.image.shape[:2], np.bool_)
        found[id_][soft.rows, soft.columns] = soft.values > 0.5
        softs.append(soft)
    _part(list(found.values()), softs)
    return found


class Soft(NamedTuple):
    """A mask at the frame's size, 0 to 1, within some rows and columns."""

    rows: slice
    columns: slice
    values: Picture

    def within(self, rows: slice, columns: slice) -> Picture:
        """The values in a part of them."""
        top, left = rows.start - self.rows.start, columns.start - self.columns.start
        height, width = rows.stop - rows.start, columns.stop - columns.start
        return self.values[top : top + height, left : left + width]


def _part(masks: Sequence[Mask], softs: Sequence[Soft]) -> None:
    """Leave each pixel, in place, to the mask that is surest of it, and the first of like ones."""
    for first, second in combinations(range(len(masks)), 2):
        rows = _common(softs[first].rows, softs[second].rows)
        columns = _common(softs[first].columns, softs[second].columns)
        if rows.start == rows.stop or columns.start == columns.stop:
            continue
        is_first = softs[first].within(rows, columns) >= softs[second].within(rows, columns)
        masks[first][rows, columns] &= is_first
        masks[second][rows, columns] &= ~is_first


def _common(first: slice, second: slice) -> slice:
    """What two ranges share; empty if nothing."""
    start = max(first.start, second.start)
    return slice(start, max(start, min(first.stop, second.stop)))


def _enlarged(mask: Mask, image: Picture) -> Soft:
    """A mask, its edge drawn to the picture's where it is enlarged, and that is cheap."""
    patch = Patch.around(mask)
    x1, y1 = max(0, patch.x - MARGIN), max(0, patch.y - MARGIN)
    x2 = min(mask.shape[1], patch.x + patch.mask.shape[1] + MARGIN)
    y2 = min(mask.shape[0], patch.y + patch.mask.shape[0] + MARGIN)
    across, down = image.shape[1] / mask.shape[1], image.shape[0] / mask.shape[0]
    rows = slice(round(y1 * down), round(y2 * down))
    columns = slice(round(x1 * across), round(x2 * across))
    values: Picture = mask[y1:y2, x1:x2].astype(np.float32)
    place = image[rows, columns]
    if place.shape[:2] == values.shape:
        return Soft(rows, columns, values)
    values = cv2.GaussianBlur(values, (3, 3), 0.6, borderType=cv2.BORDER_REPLICATE)
    size = (place.shape[1], place.shape[0])
    if across < LEAST_SCALE or place.size > MOST_PIXELS or min(values.shape) < 8:
        return Soft(rows, columns, cv2.resize(values, size, interpolation=cv2.INTER_LINEAR))
    small = shrink(place, Size(*values.shape))
    return Soft(rows, columns, guided(small, values, EDGE_REACH, EDGE_SOFTNESS, place))
