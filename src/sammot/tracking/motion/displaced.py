"""Thin regions that are the background's own, moved by a few pixels.

Where the edge of a sleeve or a pattern shifts a little, a strip beside it differs from what was
there and is yet no object: its colours lie in the background right beside it.

Source: after Elgammal, Harwood and Davis, "Non-parametric model for background subtraction", 2000,
section 4 (a whole region must be displaced background); the thinness is ours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.background import UNIT
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from sammot.tracking.motion.background import Background
    from sammot.tracking.motion.picture import Picture

SHIFT = 2
"""Working pixels by which the background may have moved; what is wider than twice that is no
strip."""
LENGTH, HANGING_LENGTH = 20, 40
"""Pixels along the longer side of a strip's box, at least: less may be a small object, or, where it
hangs on one or is near one, a limb."""
NEAR = 8
"""Pixels around what is broad."""
STRANGE = 0.25
"""Share of a strip that lies outside the colours around by FAR: it is an object then."""
FAR = 3.0
"""In sigma."""


def without_displaced(solid: Picture, lab: Picture, background: Background) -> Picture:
    """`solid` (uint8, 0 or 1) without the strips that are displaced background.

    Also without those that hang on an object, such as the outline of the arm that holds it.
    """
    square = np.ones((2 * SHIFT + 1, 2 * SHIFT + 1), np.uint8)
    broad = cv2.dilate(cv2.morphologyEx(solid, cv2.MORPH_OPEN, square), square)
    strips = Regions.of(cv2.subtract(solid, broad))
    near = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    hangs = strips.sums(cv2.dilate(broad, near)) > 0
    is_strip = strips.boxes[:, 2:].max(axis=1) >= np.where(hangs, HANGING_LENGTH, LENGTH)
    if not is_strip.any():
        return solid
    lab = background.lit(lab)
    low, high = cv2.erode(background.picture, square), cv2.dilate(background.picture, square)
    # Strips are few: only their pixels are looked at.
    places = np.flatnonzero(strips.labels)
    lab, low, high, gain = (
        one.reshape(-1, 1, 3)[places] for one in (lab, low, high, background.gain)
    )
    beyond = cv2.max(cv2.subtract(lab, high), cv2.subtract(low, lab))
    is_far = replace(background, gain=gain).in_sigmas(beyond).ravel() > FAR * UNIT
    strange = np.bincount(strips.labels.ravel()[places], is_far, len(strips.areas))
    return solid - strips.only(is_strip & (strange < STRANGE * strips.areas))
