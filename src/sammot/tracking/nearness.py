from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.mask import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sammot.tracking.mask import Mask
    from sammot.tracking.track import TrackId


class Surroundings:
    """The masks of one frame and the room around them.

    `beside` is how far a track reaches past its mask, as a share of the square root of its area.
    """

    def __init__(self, masks: Mapping[TrackId, Mask], beside: float) -> None:
        self._masks = masks
        self._beside = beside
        self._reach: dict[TrackId, tuple[slice, slice, Mask]] = {}
        self._taken: Mask | None = None

    def mask_of(self, track_id: TrackId) -> Mask:
        """The track's mask in this frame."""
        return self._masks[track_id]

    def free_share(self, mask: Mask) -> float:
        """Share of a mask that lies on no track."""
        if self._taken is None:
            self._taken = np.zeros(mask.shape, np.bool_)
            for other in self._masks.values():
                self._taken |= other
        area = np.count_nonzero(mask)
        return 1.0 - np.count_nonzero(mask & self._taken) / area if area else 0.0

    def overlapping(self, share: float) -> list[tuple[TrackId, TrackId]]:
        """Pairs (lower id, higher id) whose common part is `share` of the smaller mask or more."""
        boxes = {id_: Box.around(mask) for id_, mask in self._masks.items()}
        pairs = []
        for first, second in combinations(sorted(boxes), 2):
            a, b = boxes[first], boxes[second]
            x1, x2 = int(max(a.x1, b.x1)), int(min(a.x2, b.x2))
            y1, y2 = int(max(a.y1, b.y1)), int(min(a.y2, b.y2))
            if x1 >= x2 or y1 >= y2:
                continue
            one, two = self._masks[first], self._masks[second]
            common = np.count_nonzero(one[y1:y2, x1:x2] & two[y1:y2, x1:x2])
            if common and common >= share * min(np.count_nonzero(one), np.count_nonzero(two)):
                pairs.append((first, second))
        return pairs

    def host_of(self, mask: Mask, candidates: Iterable[TrackId]) -> TrackId | None:
        """The track in whose reach most of the mask lies, at least half of it; None without."""
        best, share = None, 0.5
        area = max(1, int(np.count_nonzero(mask)))
        for id_ in candidates:
            if id_ not in self._masks:
                continue
            rows, columns, reach = self._reach_of(id_)
            inside = np.count_nonzero(mask[rows, columns] & reach) / area
            if inside > share:
                best, share = id_, inside
        return best

    def touching(self, mask: Mask, candidates: Iterable[TrackId], gap: float) -> TrackId | None:
        """The first track within `gap` (a share of its size) of the mask; None without."""
        for id_ in candidates:
            if id_ not in self._masks:
                continue
            other = self._masks[id_]
            width = 2 * max(1, round(gap * float(np.sqrt(np.count_nonzero(other))))) + 1
            wide = cv2.dilate(other.view(np.uint8), np.ones((width, width), np.uint8))
            if (mask & (wide > 0)).any():
                return id_
        return None

    def _reach_of(self, track_id: TrackId) -> tuple[slice, slice, Mask]:
        """Convex hull of a mask, widened, within its rows and columns."""
        if track_id not in self._reach:
            self._reach[track_id] = _widened_hull(self._masks[track_id], self._beside)
        return self._reach[track_id]


def _widened_hull(mask: Mask, beside: float) -> tuple[slice, slice, Mask]:
    box = Box.around(mask)
    margin = max(2, round(beside * float(np.sqrt(np.count_nonzero(mask)))))
    top, left = max(0, int(box.y1) - margin), max(0, int(box.x1) - margin)
    rows = slice(top, min(mask.shape[0], int(box.y2) + margin))
    columns = slice(left, min(mask.shape[1], int(box.x2) + margin))
    solid = np.ascontiguousarray(mask[rows, columns]).astype(np.uint8)
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if contours:
        cv2.fillConvexPoly(solid, cv2.convexHull(np.concatenate(contours)), 1)
    width = 2 * margin + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return rows, columns, cv2.dilate(solid, kernel) > 0
