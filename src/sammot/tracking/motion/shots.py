"""Cuts: where one shot ends and another begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.camera import still_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.picture import Picture

THUMB = (32, 18)
"""Width and height of the pictures that are compared from frame to frame."""
LEAST_CONTRAST = 6.0
"""A thumbnail with a smaller standard deviation shows nothing (black, white, fog)."""
ALIKE, CHANGE = 0.2, 8.0
"""A cut has a correlation below the first and a mean difference, in grey levels, above the
second."""


class CutDetector:
    """Tells a cut from motion, by thumbnails; frames that show nothing are passed over."""

    def __init__(self) -> None:
        self.last: Picture = np.zeros((0, 0), np.uint8)

    def is_cut(self, lab: Picture) -> bool:
        """Whether this frame begins another shot than the last one seen."""
        thumb = cv2.resize(lab[..., 0], THUMB, interpolation=cv2.INTER_AREA)
        if float(thumb.std()) < LEAST_CONTRAST:
            return False
        last, self.last = self.last, thumb
        return last.size > 0 and _differ(last, thumb)


def _differ(first: Picture, second: Picture) -> bool:
    one = first.astype(np.float64) - first.mean()
    two = second.astype(np.float64) - second.mean()
    likeness = float((one * two).mean() / max(1e-6, float(one.std() * two.std())))
    return likeness < ALIKE and float(np.abs(one - two).mean()) > CHANGE


def group_shots(greys: Sequence[Picture]) -> list[range]:
    """Runs of pictures, in order of time, that show one scene from one place."""
    starts = [0]
    thumbs = [cv2.resize(grey, THUMB, interpolation=cv2.INTER_AREA) for grey in greys]
    for number in range(1, len(greys)):
        first, second = number - 1, number
        if _differ(thumbs[first], thumbs[second]):
            share = still_share(greys[first], greys[second])
            if share is None or share < 0.1:
                starts.append(number)
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(greys)], strict=True)]
