from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.mask import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sammot.tracking.mask import Mask
    from sammot.tracking.track import Detection, TrackId


class Surroundings:
    """The masks of one frame and the room around them.

    `beside` is how far a track reaches past its mask, as a share of the square root of its area.
    """

    def __init__(self, masks: Mapping[TrackId, Mask], beside: float) -> None:
        self._masks = masks
        self._boxes = {id_: Box.around(mask) for id_, mask in masks.items()}
        self._beside = beside
        self._reach: dict[TrackId, Mask] = {}
        self._taken: Mask | None = None

    def mask_of(self, track_id: TrackId) -> Mask:
        """The track's mask in this frame."""
        return self._masks[track_id]

    def free_share(self, detection: Detection) -> float:
        """Share of a detection, of its mask or else of its box, that lies on no track."""
        if self._taken is None and self._masks:
            self._taken = np.logical_or.reduce(list(self._masks.values()))
        if detection.mask is not None:
            area = np.count_nonzero(detection.mask)
            taken = 0 if self._taken is None else np.count_nonzero(detection.mask & self._taken)
            return 1.0 - taken / area if area else 0.0
        if self._taken is None:
            return 1.0
        box = detection.box
        inside = self._taken[
            max(0, int(box.y1)) : round(box.y2) + 1, max(0, int(box.x1)) : round(box.x2) + 1
        ]
        return 1.0 - np.count_nonzero(inside) / inside.size if inside.size else 0.0

    def overlapping(self, share: float) -> list[tuple[TrackId, TrackId]]:
        """Pairs (lower id, higher id) whose common part is `share` of the smaller mask or more."""
        pairs = []
        for first, second in combinations(sorted(self._boxes), 2):
            a, b = self._boxes[first], self._boxes[second]
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
            margin = max(2, round(self._beside * self._size_of(id_)))
            window = self._window(id_, margin)
            # Most lie far away: no hull is drawn for those.
            if not mask[window].any():
                continue
            if id_ not in self._reach:
                self._reach[id_] = _widened_hull(self._masks[id_][window], margin)
            inside = np.count_nonzero(mask[window] & self._reach[id_]) / area
            if inside > share:
                best, share = id_, inside
        return best

    def touching(self, mask: Mask, candidates: Iterable[TrackId], gap: float) -> TrackId | None:
        """The first track within `gap` (a share of its size) of the mask; None without."""
        for id_ in candidates:
            if id_ not in self._masks:
                continue
            margin = max(1, round(gap * self._size_of(id_)))
            window = self._window(id_, margin)
            if not mask[window].any():
                continue
            square = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
            wide = cv2.dilate(self._masks[id_][window].astype(np.uint8), square)
            if (mask[window] & (wide > 0)).any():
                return id_
        return None

    def _size_of(self, track_id: TrackId) -> float:
        """The root of its mask's area, in pixels."""
        return float(np.sqrt(np.count_nonzero(self._masks[track_id])))

    def _window(self, track_id: TrackId, margin: int) -> tuple[slice, slice]:
        """Rows and columns of a mask and `margin` pixels around it."""
        x1, y1, x2, y2 = (int(edge) for edge in self._boxes[track_id])
        return slice(max(0, y1 - margin), y2 + margin), slice(max(0, x1 - margin), x2 + margin)


def _widened_hull(mask: Mask, margin: int) -> Mask:
    """The convex hull of a mask, and `margin` pixels around it."""
    solid = mask.astype(np.uint8)
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if contours:
        cv2.fillConvexPoly(solid, cv2.convexHull(np.concatenate(contours)), 1)
    return cv2.distanceTransform(1 - solid, cv2.DIST_L2, 5) <= margin
