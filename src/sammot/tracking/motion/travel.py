"""How far everything has gone against the camera's motion, over several frames.

What creeps, and a leg that rests between two steps, hardly moves from one frame to the next; over
some frames it goes far beyond what the flow is wrong by, and so does all of its object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, Size, length

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 6
"""Frames over which steps are added up, at most; fewer where something is fast."""
FAR, TOO_FAR = 10.0, 14.0
"""Pixels that the fastest may go meanwhile: up to the first, what was added up is believed, from
the second on it is not, since it was carried across edges that the flow does not follow."""
FASTEST = 98.0
"""Percentile of the picture that counts as its fastest part."""


@dataclass(slots=True)
class Travel:
    """For each pixel of half the size, how far it has gone, (x, y) in working pixels, float32."""

    steps: Picture = field(default_factory=lambda: np.zeros((0, 0, 2), np.float32))

    def add(self, step: Picture, places: Sequence[Picture]) -> None:
        """Add a frame's `step` (height, width, 2); `places` says where each pixel was before.

        The older steps fade, the sooner the faster the fastest is.
        """
        fastest = _fastest(length(step[..., 0], step[..., 1])[::4, ::4])
        frames = float(np.clip(TOO_FAR / max(fastest, 1e-3), 1, LONGEST))
        half = Size(*step.shape[:2]).half
        small = [
            cv2.resize(one, half[::-1], interpolation=cv2.INTER_AREA) for one in (step, *places)
        ]
        if self.steps.shape != small[0].shape:
            self.steps = np.zeros_like(small[0])
        # The middle of a pixel of half the size lies between those of the whole.
        before = cv2.remap(
            self.steps, (small[1] - 0.5) / 2, (small[2] - 0.5) / 2, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )  # fmt: skip
        steps = small[0] + np.float32(1 - 1 / frames) * before
        # As a snapshot holds it.
        self.steps = steps.astype(np.float16).astype(np.float32)

    def distance(self, shape: tuple[int, int]) -> Picture:
        """How far, in pixels, as a float32 picture of a `shape`."""
        return cv2.resize(length(self.steps[..., 0], self.steps[..., 1]), shape[::-1])

    def trust(self) -> float:
        """How much it may be believed, 0 to 1."""
        farthest = _fastest(length(self.steps[..., 0], self.steps[..., 1])[::2, ::2])
        return float(np.clip((TOO_FAR - farthest) / (TOO_FAR - FAR), 0, 1))


def _fastest(lengths: Picture) -> float:
    return float(np.percentile(lengths, FASTEST)) if lengths.size else 0.0
