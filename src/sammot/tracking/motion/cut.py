"""The edge and the rest of an object from its colours, where motion shows only a part of it.

Source: Rother, Kolmogorov and Blake, "GrabCut", 2004, begun from motion instead of a rectangle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from sammot.tracking.motion.picture import Picture

ROUNDS = 1
BUDGET, LEAST_SCALE = 10000, 0.4
"""Pixels to cut a region at: a larger one is brought down to this, at most by the second."""
MARGIN = 8
"""Pixels around where the edge may lie, for the colours of what is beside: not of all around."""
REACH = 0.12
"""How far the edge may lie from where motion puts it, in units of the region's size."""
SEED = 1
"""GrabCut begins with random numbers: always the same ones."""


def cut(lab: Picture, moving: Picture) -> Picture:
    """The objects whose parts are seen moving, uint8, as `moving`."""
    regions = Regions.of(moving)
    result = np.zeros_like(moving)
    for number in range(1, regions.count + 1):
        x, y, width, height = (int(value) for value in regions.boxes[number])
        size = float(np.sqrt(regions.areas[number]))
        margin = MARGIN + round(REACH * size)
        rows = slice(max(0, y - margin), y + height + margin)
        columns = slice(max(0, x - margin), x + width + margin)
        seed = (regions.labels[rows, columns] == number).view(np.uint8)
        result[rows, columns] |= _cut_one(lab[rows, columns], seed, size)
    return result


def _cut_one(lab: Picture, seed: Picture, size: float) -> Picture:
    """One region; the seed itself where nothing sensible comes out."""
    height, width = seed.shape
    scale = min(1.0, max(LEAST_SCALE, float(np.sqrt(BUDGET / seed.size))))
    small = (max(1, int(scale * width)), max(1, int(scale * height)))
    if min(small) < 8:
        return seed
    small_seed = cv2.resize(seed, small, interpolation=cv2.INTER_NEAREST)
    reach = max(2, round(REACH * size * scale))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    trimap: Picture = np.full(small_seed.shape, cv2.GC_BGD, np.uint8)
    trimap[cv2.dilate(small_seed, kernel) > 0] = cv2.GC_PR_BGD
    trimap[small_seed > 0] = cv2.GC_PR_FGD
    trimap[cv2.erode(small_seed, kernel, borderValue=1) > 0] = cv2.GC_FGD
    known = np.bincount(trimap.ravel(), minlength=4)
    if min(known[0] + known[2], known[1] + known[3]) < 12:
        return seed
    cv2.setRNGSeed(SEED)
    picture = cv2.resize(lab, small, interpolation=cv2.INTER_AREA)
    behind, ahead = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, *small)
    cv2.grabCut(picture, trimap, whole, behind, ahead, ROUNDS, cv2.GC_INIT_WITH_MASK)
    inside = ((trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)).astype(np.float32)
    soft = cv2.resize(cv2.GaussianBlur(inside, (3, 3), 0), (width, height))
    found = (soft > 0.5).view(np.uint8)
    share = np.count_nonzero(found) / max(1, int(np.count_nonzero(seed)))
    return found if 0.3 < share < 3 else seed
