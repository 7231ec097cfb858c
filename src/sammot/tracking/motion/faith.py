"""What the whole way of the points of a frame says, and how far that is to be believed.

Nothing is known of what is too fast to be followed, or comes from behind something: there the last
step says all, as it does in a frame in which little of what moves suddenly seems to get anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.residual import moving, reached

if TYPE_CHECKING:
    from sammot.tracking.motion.flow import Way
    from sammot.tracking.motion.picture import Picture

FAITH = 0.7
"""How much the whole way of what moves says at most, beside the last step."""
ASTRAY, KEPT = 0.65, 0.85
"""Of what moves suddenly, the share that has gone far: below the first the flow could not follow
what is fastest, and its way says nothing; above the second it may be believed."""
FEW = 0.005
"""Share of the picture that must move suddenly for that to be told."""
LONG = 8.0
"""Frames in which a point must be followed for its way to count in full."""
LEAST_SHARE = 0.1
"""Of what others have gone: as much at least, however few frames a point was followed in."""
SOMEWHERE = 1.0
"""Pixels that a point has gone that tells how long those are followed that move."""


def judged(way: Way, taken: Picture) -> tuple[Picture, Picture]:
    """The probability of own motion by the whole way, and how much it counts beside the last step,
    both (h/2, w/2) float32; `taken` (h, w) uint8 is set where objects are.
    """
    step, reach = way.step.astype(np.float32), way.reach.astype(np.float32)
    small = cv2.resize(taken, step.shape[::-1], interpolation=cv2.INTER_NEAREST)
    known = way.known.astype(np.float32)
    far = reached(reach, small, _share(reach, known))
    faith = _faith(moving(step, small) > 0.5, far > 0.5)
    return far, np.float32(faith) * np.clip(known / np.float32(LONG), 0, 1)


def _share(reach: Picture, known: Picture) -> Picture:
    """Of the frames in which most of what moves was followed: who was in fewer has gone less far,
    0 to 1.
    """
    usual = known[(reach > SOMEWHERE) & (known > 0)]
    most = float(np.median(usual)) if usual.size else 1.0
    return np.clip((known + 1) / (most + 1), LEAST_SHARE, 1)


def _faith(sudden: Picture, far: Picture) -> float:
    """How much to believe in what has gone far; both (h, w) bool."""
    few = FEW * sudden.size
    share = (np.count_nonzero(sudden & far) + few) / (np.count_nonzero(sudden) + few)
    return FAITH * float(np.clip((share - ASTRAY) / (KEPT - ASTRAY), 0, 1))
