"""One region that is really two: pieces far apart, or two bodies joined by a neck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture

FAR_PIECE, FAR_LARGE_PIECE, LARGE_PIECE = 0.35, 0.13, 0.25
"""In units of a region's size (the root of its area): a piece farther away than the first is not
of it; if it is large, over LARGE_PIECE of the rest, the second is far enough."""
ALIKE = 0.5
"""Pieces of like size that do not touch at all are two objects, however near."""
NECK = 0.12
"""Half the width of what counts as a neck, in units of the region's size."""
HULL_SHARE, HULL_SHARE_OF_PIECES = 0.78, 0.87
"""Two bodies fill their own convex hulls; these then are at most this share of the common one.
The second is for bodies that do not even touch."""


def parts_of(patch: Patch, size: float) -> list[Patch]:
    """The objects that a mask seems to be of, the largest first; most often one: itself.

    `size` is the root of the area that the object usually has.
    """
    pieces = Regions.of(patch.mask.view(np.uint8))
    if pieces.count > 1:
        gaps = _gaps(pieces)
        for reach, least in ((FAR_PIECE, 0.0), (FAR_LARGE_PIECE, LARGE_PIECE)):
            parts = _groups(patch, pieces, gaps < reach * size)
            if len(parts) > 1 and parts[1].area > least * parts[0].area:
                return parts
        parts = _halves(patch, pieces)
        if parts[1].area > ALIKE * parts[0].area or _fill_their_hulls(
            parts, patch, HULL_SHARE_OF_PIECES
        ):
            return parts
    return lobes_of(patch)


def _gaps(pieces: Regions) -> Picture:
    """From the box of each piece to that of each other, (n, n)."""
    low = pieces.boxes[1:, :2]
    high = low + pieces.boxes[1:, 2:]
    gap = np.maximum(low[:, None] - high[None], low[None] - high[:, None]).clip(min=0)
    return np.asarray(np.linalg.norm(gap, axis=2))


def _groups(patch: Patch, pieces: Regions, near: Mask) -> list[Patch]:
    """Pieces that are `near` (n, n), chained; the largest group first."""
    group: Picture = np.arange(len(near))
    while True:
        lowest = np.where(near, group, len(near)).min(axis=1)
        if np.array_equal(lowest, group):
            break
        group = lowest
    leaders = np.unique(group)
    if len(leaders) == 1:
        return [patch]
    numbers = np.take(np.concatenate([[-1], group]), pieces.labels)
    parts = [Patch.around(numbers == number, patch.x, patch.y) for number in leaders]
    return sorted(parts, key=lambda part: -part.area)


def lobes_of(patch: Patch) -> list[Patch]:
    """Two bodies joined by a neck, the larger first; or the mask as it is."""
    area = patch.area
    radius = max(2, round(NECK * float(np.sqrt(area))))
    if min(patch.mask.shape) < 4 * radius:
        return [patch]
    # Faster than eroding by a disc.
    framed = cv2.copyMakeBorder(patch.mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1]
    cores = Regions.of((depth > radius).view(np.uint8))
    if cores.count < 2:
        return [patch]
    first, second = _two_largest(cores)
    if cores.areas[second] < 0.1 * cores.areas[first]:
        return [patch]
    parts = _halves(patch, cores)
    return parts if _fill_their_hulls(parts, patch, HULL_SHARE) else [patch]


def _two_largest(pieces: Regions) -> tuple[int, int]:
    """Their numbers."""
    order = np.argsort(-pieces.areas, kind="stable")
    return int(order[0]), int(order[1])


def _halves(patch: Patch, pieces: Regions) -> list[Patch]:
    """Each pixel of a mask to the nearer of the two largest pieces; the larger half first."""
    nearer = [
        cv2.distanceTransform((pieces.labels != number).view(np.uint8), cv2.DIST_L2, 3)
        for number in _two_largest(pieces)
    ]
    is_first = nearer[0] <= nearer[1]
    parts = [Patch.around(patch.mask & side, patch.x, patch.y) for side in (is_first, ~is_first)]
    return sorted(parts, key=lambda part: -part.area)


def _fill_their_hulls(parts: list[Patch], whole: Patch, share: float) -> bool:
    """Two large parts whose hulls are together at most `share` of the common one."""
    areas = [part.area for part in parts]
    if min(areas) < LARGE_PIECE * max(areas):
        return False
    return sum(_hull_area(part) for part in parts) <= share * _hull_area(whole)


def _hull_area(patch: Patch) -> float:
    """Of the hull of the ends of its rows, which is that of all."""
    rows = np.flatnonzero(patch.mask.any(axis=1))
    if rows.size == 0:
        return 0.0
    mask = patch.mask[rows]
    ends = mask.argmax(axis=1), mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    points = np.concatenate([np.stack([one, rows], axis=1) for one in ends]).astype(np.int32)
    return float(cv2.contourArea(cv2.convexHull(points)))
