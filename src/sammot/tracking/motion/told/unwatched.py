from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sammot.tracking.motion.sighting import Sighting

if TYPE_CHECKING:
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State


class Unwatched:
    """The evidence of a moving camera where nothing is to be found: none, at no cost."""

    sees_in_part: ClassVar[bool] = True

    def sight(self, index: int, lab: Picture, taken: Picture) -> Sighting:
        """See `Evidence`."""
        del index, taken
        height, width = lab.shape[:2]
        half = (max(1, height // 2), max(1, width // 2), 2)
        return Sighting(np.zeros((height, width), np.uint8), np.zeros(half, np.float32))

    def cut(self, lab: Picture) -> None:
        """Nothing was seen."""

    def realness(self, patch: Patch) -> float:
        """Nothing is known of it."""
        del patch
        return 0.0

    def learn(self, taken: Picture) -> None:
        """Nothing."""

    def absorb(self, patch: Patch) -> None:
        """Nothing."""

    def save(self) -> State:
        """Nothing."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""
