from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.motion.regions import Regions
from sammot.tracking.track import Detection, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.scene import Scene
    from sammot.tracking.state import State


class MotionProposer:
    """Claims what moves and belongs to no track yet. Ask it after the propagator."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """Detections with masks and boxes at working size; may be empty."""
        view = self.scene.see(frame)
        free = (view.claims.labels > 0) & (view.taken == 0)
        if not free.any():
            return []
        whole = Regions.of((free & (view.released == 0)).view(np.uint8))
        return [
            *self._each(view.released * free, Origin.PROPAGATED),
            *self._each(whole.at_least(self.scene.minimum_area).labels, Origin.DETECTED),
        ]

    def save(self) -> State:
        """Nothing: the scene is the propagator's to save."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""

    def _each(self, labels: Picture, origin: Origin) -> list[Detection]:
        """One detection for each label; parts that a track let go of say so by their origin."""
        masks = [labels == number for number in range(1, int(labels.max()) + 1)]
        large = [mask for mask in masks if np.count_nonzero(mask) >= self.scene.minimum_area]
        return [Detection(Box.around(one), 1.0, mask=one, origin=origin) for one in large]
