"""From a difference to solid regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.background import UNIT
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from sammot.tracking.motion.background import Background
    from sammot.tracking.motion.picture import Picture

LOW, HIGH = 4.0, 8.0
"""Hysteresis, in sigma (Canny's, on regions)."""
SPECK, HOLE = 1e-4, 1.8
"""A hole is filled below the first, a share of the picture, or above the second, in sigma."""
EDGE_SHARE, PEAK = 0.45, 20.0
"""A pixel is of a region if its difference is this share of the largest within 3 pixels, which
counts up to PEAK, in sigma: the rest is a halo."""


def solid_regions(difference: Picture, shadow: Picture | None, sensitivity: float) -> Picture:
    """Closed, filled regions of enough difference, 0 or 1 in uint8."""
    if shadow is not None:
        difference = cv2.bitwise_and(difference, difference, mask=1 - shadow)
    low = _sharp(difference, LOW * UNIT / sensitivity)
    kept = _with_seed(low, difference > HIGH * UNIT / sensitivity)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    closed = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, kernel)
    return fill_holes(closed, 0.002 * closed.size, difference)


def _sharp(difference: Picture, least: float) -> Picture:
    """Where the difference is `least`, and no mere halo of a far larger one beside it."""
    capped = np.minimum(difference, np.uint16(PEAK * UNIT))
    peak = cv2.dilate(capped, np.ones((7, 7), np.uint8))
    return ((difference > least) & (capped >= peak * np.float32(EDGE_SHARE))).view(np.uint8)


def _with_seed(low: Picture, high: Picture) -> Picture:
    """The regions of `low` that hold a pixel of `high`."""
    count, found = cv2.connectedComponents(low, connectivity=8)
    labels: Picture = found
    alive = np.zeros(count, np.uint8)
    alive[labels[high]] = 1
    alive[0] = 0
    kept: Picture = np.take(alive, labels)
    return kept


def fill_holes(solid: Picture, largest: float, difference: Picture | None = None) -> Picture:
    """Fill the holes up to `largest` pixels that do not touch the frame's border.

    Given a difference, a hole larger than a speck is filled only if it differs a little itself:
    what is seen between two people is background.
    """
    gaps = Regions.of(1 - solid, connectivity=4)
    height, width = solid.shape
    x, y, w, h = gaps.boxes.T
    inside = (x > 0) & (y > 0) & (x + w < width) & (y + h < height) & (gaps.areas < largest)
    filled = solid.copy()
    for number in np.flatnonzero(inside).tolist():
        hole = gaps.patch(number)
        is_speck = hole.area < SPECK * solid.size
        if difference is None or is_speck or hole.of(difference).mean() > HOLE * UNIT:
            hole.paint(filled, 1)
    return filled


def shadow_of(lab: Picture, background: Background) -> Picture | None:
    """Where the picture is the background under less light, uint8; None for a grey clip.

    A shadow darkens (0.5 to 0.96 of L), keeps the colour, and keeps the texture: correlation with
    the background in 7x7, or both smooth. Works at half the size.
    """
    if background.is_grey:
        return None
    height, width = lab.shape[:2]
    now = cv2.resize(lab, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    then = cv2.resize(background.picture, now.shape[1::-1], interpolation=cv2.INTER_AREA)
    chroma = cv2.absdiff(now, then)
    first, second = now[..., 0].astype(np.float32), then[..., 0].astype(np.float32)
    ratio = first / np.maximum(second, 1)
    candidate = (ratio > 0.5) & (ratio < 0.96) & (second > 30)
    candidate &= (chroma[..., 1] < 7) & (chroma[..., 2] < 7)
    if not candidate.any():
        return np.zeros((height, width), np.uint8)
    alike: Picture = (candidate & _same_texture(first, second, ratio)).astype(np.uint8)
    shade = cv2.morphologyEx(alike, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return cv2.resize(shade, (width, height), interpolation=cv2.INTER_NEAREST)


def _same_texture(first: Picture, second: Picture, ratio: Picture) -> Picture:
    window = (5, 5)
    mean_1, mean_2 = cv2.blur(first, window), cv2.blur(second, window)
    var_1 = np.maximum(cv2.blur(first * first, window) - mean_1 * mean_1, 0)
    var_2 = np.maximum(cv2.blur(second * second, window) - mean_2 * mean_2, 0)
    cross = cv2.blur(first * second, window) - mean_1 * mean_2
    alike = (cross > 0.75 * np.sqrt(var_1 * var_2)) & (var_1 < 1.6 * var_2 + 4)
    smooth = (var_1 < 12) & (var_2 < 12) & (ratio > 0.72)
    same: Picture = alike | smooth
    return same
