"""What has long been seen to move is not given up as soon as it rests."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sammot.tracking.motion.picture import Picture
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.residual import carried

MOST = 12
"""Frames for which an object without evidence is held at most."""
LEAST = 6
"""Frames of evidence before anything is held."""
SEEN_SHARE = 0.3
"""An object of which this share is still evident needs no help."""


@dataclass(slots=True)
class Credit:
    """For each pixel the frames of evidence that its object has in stock, uint8."""

    frames: Picture = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def extended(self, solid: Picture, before: Picture, places: tuple[Picture, Picture]) -> Picture:
        """Add to the evident regions what was a track (`before`, brought here) and has credit.

        `places` says where each pixel was in the last frame.
        Evidence earns one frame of credit, and being held costs one.
        """
        if self.frames.shape != solid.shape:
            self.frames = np.zeros_like(solid)
        stock = carried(self.frames, places)
        held = _missed(solid, before) & (stock >= LEAST)
        earned = np.minimum(stock + 1, MOST + LEAST)
        self.frames = np.where(solid > 0, earned, np.where(held, stock - 1, 0)).astype(np.uint8)
        return np.where(held, np.uint8(1), solid)


def _missed(solid: Picture, before: Picture) -> Picture:
    """The regions of `before` of which little is in `solid`."""
    regions = Regions.of(before)
    return regions.only(regions.sums(solid) < SEEN_SHARE * regions.areas) > 0
