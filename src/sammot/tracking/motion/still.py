from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from sammot.tracking.motion.background import Background, edges_in, ghost_ratio
from sammot.tracking.motion.camera import Register
from sammot.tracking.motion.detect import shadow_of, solid_regions
from sammot.tracking.motion.displaced import without_displaced
from sammot.tracking.motion.picture import Picture, Size, shrink
from sammot.tracking.motion.resting import Resting
from sammot.tracking.motion.sighting import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.flow import Glance
    from sammot.tracking.motion.parameters import Parameters
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.state import State

DRIFT_SECONDS = 20.0
"""The background follows a change of 80 grey levels in about this time."""
LARGE, RESTED_SECONDS = 0.002, 0.3
"""Share of the picture from which on a ghost must have looked the same for so long: a smooth hand
that passes over a strong pattern has the weaker outline too."""

TWICE = np.diag([2.0, 2.0, 1.0])
"""From a place in a picture of half the size to where it is in the whole."""


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
        self._resting = Resting()
        self._rested_frames = max(1, round(RESTED_SECONDS * fps))
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
        grey = shrink(np.ascontiguousarray(lab[..., 0]), Size(*lab.shape[:2]).half)
        if self._register is not None:
            self._warp = self._register.find(lab)
            self._seen = self._background.seen_through(self._warp)
            grey = _unwarped(grey, np.linalg.inv(TWICE) @ self._warp @ TWICE)
        self._resting.see(grey)
        self._lab = lab = self._seen.lit(lab)
        shadow = shadow_of(lab, self._seen) if self.parameters.ignore_shadows else None
        difference = self._seen.difference(lab)
        solid = solid_regions(difference, shadow, self.parameters.sensitivity)
        return Sighting(without_displaced(solid, lab, self._seen), glance.flow)

    def cut(self) -> None:
        """See `Evidence`."""
        self._begins = True
        self._resting = Resting()

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
        """Copy the picture into the background, unless something large moves there."""
        mask = patch.full(self._lab.shape[:2])
        if patch.area >= LARGE * mask.size and not self._rests(mask):
            return
        where = cv2.dilate(mask.view(np.uint8), np.ones((5, 5), np.uint8)) > 0
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
            "resting": self._resting.save(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        for one, first, change in zip(
            self._backgrounds, self._first, state["backgrounds"], strict=True
        ):
            one.picture = first + change
        self._begins = state["begins"]
        self._resting.load(state["resting"])
        self._take(state["current"])

    def _take(self, number: int) -> None:
        self._current = number
        self._background = self._seen = self._backgrounds[number]

    def _rests(self, mask: Mask) -> bool:
        """Whether most of what lies under a mask of this frame has looked the same for long."""
        if self._warp is not None:
            mask = _unwarped(mask.view(np.uint8), self._warp, cv2.INTER_NEAREST) > 0
        rests = self._resting.places(self._rested_frames, Size(*mask.shape))
        return bool(2 * np.count_nonzero(rests & mask) >= np.count_nonzero(mask))

    def _change(self, change: Callable[[Picture, Picture], None], where: Picture) -> None:
        """Apply a change of the background, seen in this frame, where the background lies."""
        lab = self._lab
        if self._warp is not None:
            lab = _unwarped(lab, self._warp)
            where = _unwarped(where.view(np.uint8), self._warp, cv2.INTER_NEAREST) > 0
        change(lab, where)


def _unwarped(picture: Picture, warp: Picture, method: int = cv2.INTER_LINEAR) -> Picture:
    """As it lies where `warp` leads from."""
    size = (picture.shape[1], picture.shape[0])
    return cv2.warpPerspective(picture, warp, size, flags=method | cv2.WARP_INVERSE_MAP)
