from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from sammot.tracking.motion.background import Background, edges_in, ghost_ratio
from sammot.tracking.motion.camera import Register
from sammot.tracking.motion.detect import shadow_of, solid_regions
from sammot.tracking.motion.displaced import without_displaced
from sammot.tracking.motion.picture import Picture
from sammot.tracking.motion.sighting import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sammot.tracking.motion.flow import Glance
    from sammot.tracking.motion.parameters import Parameters
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.state import State

DRIFT_SECONDS = 20.0
"""The background follows a change of 80 grey levels in about this time."""


class StillEvidence:
    """For a fixed camera: what differs from the background.

    There is a background for each shot, the first being that of the first. With a `register`, the
    camera sways or creeps, and the background is brought to each frame.
    """

    sees_in_part: ClassVar[bool] = False

    def __init__(
        self, backgrounds: Sequence[Background], fps: float, parameters: Parameters,
        register: Register | None = None,
    ) -> None:  # fmt: skip
        self.parameters = parameters
        self._backgrounds = list(backgrounds)
        self._current = 0
        self._background = background = self._backgrounds[0]
        self._register = register
        self._first = [one.picture.copy() for one in backgrounds]
        self._begins = True
        self._drift_every = max(1, round(DRIFT_SECONDS * fps / 80))
        self._seen = background
        self._lab = background.picture
        self._index = 0
        self._warp: Picture | None = None

    def sight(self, index: int, lab: Picture, glance: Glance, taken: Picture) -> Sighting:
        """See `Evidence`."""
        del taken
        self._index = index
        if self._begins and len(self._backgrounds) > 1:
            self._choose(lab)
        self._begins = False
        if self._register is not None:
            self._warp = self._register.find(lab)
            self._seen = self._background.seen_through(self._warp)
        self._lab = lab = self._seen.lit(lab)
        shadow = shadow_of(lab, self._seen) if self.parameters.ignore_shadows else None
        difference = self._seen.difference(lab)
        solid = solid_regions(difference, shadow, self.parameters.sensitivity)
        return Sighting(without_displaced(solid, lab, self._seen), glance.flow)

    def cut(self) -> None:
        """See `Evidence`."""
        self._begins = True

    def _choose(self, lab: Picture) -> None:
        """Take the background that is most like this frame."""
        unlike = [float(np.median(one.difference(lab))) for one in self._backgrounds]
        self._take(int(np.argmin(unlike)))

    def realness(self, patch: Patch) -> float:
        """1 if the outline is an edge of the picture, 0 if of the background (a ghost)."""
        picture, background = (
            edges_in(one, patch.window) for one in (self._lab, self._seen.picture)
        )
        ratio = ghost_ratio(patch.mask, picture, background)
        return float(np.clip((1.5 - ratio) / 0.7, 0, 1))

    def learn(self, taken: Picture) -> None:
        """Let the background follow slow changes where no track is."""
        if self._index % self._drift_every:
            return
        busy = cv2.dilate(taken, np.ones((5, 5), np.uint8))
        self._change(self._background.drift, busy == 0)

    def absorb(self, patch: Patch) -> None:
        """Copy the picture into the background."""
        mask = patch.full(self._lab.shape[:2]).view(np.uint8)
        where = cv2.dilate(mask, np.ones((5, 5), np.uint8)) > 0
        self._change(self._background.copy_from, where)

    def save(self) -> State:
        """The background as its difference from the first look: mostly zeros."""
        return {
            "backgrounds": [
                one.picture - first
                for one, first in zip(self._backgrounds, self._first, strict=True)
            ],
            "current": self._current,
            "begins": self._begins,
        }

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        for one, first, change in zip(
            self._backgrounds, self._first, state["backgrounds"], strict=True
        ):
            one.picture = first + change
        self._begins = state["begins"]
        self._take(state["current"])

    def _take(self, number: int) -> None:
        self._current = number
        self._background = self._seen = self._backgrounds[number]

    def _change(self, change: Callable[[Picture, Picture], None], where: Picture) -> None:
        """Apply a change of the background, seen in this frame, where the background lies."""
        lab = self._lab
        if self._warp is not None:
            size, back = lab.shape[1::-1], cv2.WARP_INVERSE_MAP
            lab = cv2.warpPerspective(lab, self._warp, size, flags=cv2.INTER_LINEAR | back)
            mask: Picture = where.view(np.uint8)
            mask = cv2.warpPerspective(mask, self._warp, size, flags=cv2.INTER_NEAREST | back)
            where = mask > 0
        change(lab, where)
