from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.picture import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.motion.picture import Picture

BINS = (8, 16, 16)
"""Of L, a and b."""


def colours_of(lab: Picture) -> Picture:
    """Number of each pixel's colour bin, int16, of the picture's shape."""
    planes: Sequence[Picture] = cv2.split(lab)
    bins: Picture = (planes[0] >> 5).astype(np.int16)
    bins <<= 8
    bins += (planes[1] & 0xF0) | (planes[2] >> 4)
    return bins


def histogram(bins: Picture, patch: Patch) -> Picture:
    """Share of each colour under a mask, (2048,) float32; zeros for an empty mask."""
    values = patch.of(bins)
    counts = np.bincount(values, minlength=int(np.prod(BINS))).astype(np.float32)
    return counts / np.float32(max(1, values.size))


def distance(first: Picture, second: Picture) -> float:
    """Bhattacharyya distance of two histograms, 0 (alike) to 1."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(first * second).sum()))))


def smoothed(histograms: Sequence[Picture]) -> Picture:
    """How common each colour is in each of them, blurred over colours, (n, 2048) float32."""
    tables = np.stack(histograms).reshape(-1, *BINS)
    return spread(tables, (2, 3)).reshape(len(tables), -1)
