"""The background once more, from the pictures in which no object is near.

What rested for some time leaves its thin and faint parts (legs, wings, hair) in it. Once it tells
where the objects are, the pictures in which one covers a place, or stands beside it, do not count
there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.background import edges_in, ghost_ratio
from sammot.tracking.motion.detect import solid_regions
from sammot.tracking.motion.picture import order_statistic
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.background import Background
    from sammot.tracking.motion.picture import Picture

BESIDE = 0.4
"""How far around an object its faint parts may lie, in units of its size (the root of its area)."""
GHOST = 1.25
"""An outline whose edge is by so much stronger in the background is what left it."""
RESTING = 1 / 3
"""Share of the samples, in a row, in which objects cover a place: they rest there."""
CLEAR = 3 / 8
"""Share of the samples that must show a place without an object, and three at least."""


def relearn(background: Background, samples: Sequence[Picture]) -> Background:
    """The same, its picture learnt anew from the samples where objects rested."""
    clear = [~_near_objects(background, sample) for sample in samples]
    known = np.sum(clear, axis=0) >= max(3, CLEAR * len(samples))
    known &= _had_rest(clear)
    if not known.any():
        return background
    # What is clear in one light only is brought to that of the rest.
    shown = order_statistic([background.lit(sample) for sample in samples], 0.5, clear)
    picture = np.where(known[..., None], shown, background.picture)
    return replace(background, picture=picture)


def _had_rest(clear: Sequence[Mask]) -> Mask:
    """Where objects were for RESTING of the samples without a break."""
    least = max(3, round(RESTING * len(clear)))
    lasting = np.zeros(clear[0].shape, np.uint8)
    longest = lasting.copy()
    for one in clear:
        lasting = (lasting + 1) * ~one
        longest = np.maximum(longest, lasting)
    found: Mask = longest >= least
    return found


def _near_objects(background: Background, sample: Picture) -> Mask:
    """Where an object is, or may have a part."""
    solid = solid_regions(background.difference(sample), None, 1.0)
    regions = Regions.of(solid)
    near = np.zeros(solid.shape, np.bool_)
    for number in range(1, regions.count + 1):
        patch = regions.patch(number)
        pictures = (edges_in(one, patch.window) for one in (sample, background.picture))
        if ghost_ratio(patch.mask, *pictures) > GHOST:
            continue
        margin = max(1, round(BESIDE * float(np.sqrt(patch.area))))
        height, width = patch.mask.shape
        rows = slice(max(0, patch.y - margin), patch.y + height + margin)
        columns = slice(max(0, patch.x - margin), patch.x + width + margin)
        other = (regions.labels[rows, columns] != number).view(np.uint8)
        near[rows, columns] |= cv2.distanceTransform(other, cv2.DIST_L2, 3) <= margin
    return near
