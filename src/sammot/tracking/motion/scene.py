"""What both parts of the engine see: the frame at working size, and what may be an object in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, Size
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from sammot.tracking.frame import Frame
    from sammot.tracking.motion.flow import Way
    from sammot.tracking.motion.lookout import MotionLookout
    from sammot.tracking.motion.parameters import Parameters
    from sammot.tracking.motion.sighting import Evidence
    from sammot.tracking.state import State


@dataclass(slots=True)
class View:
    """One frame as the engine sees it, at working size.

    `lab` (h, w, 3); `bins` (h, w) colour numbers; `claims` the regions that want to be objects;
    `flow` (h/2, w/2, 2) float32, where each pixel was in the last frame, in pixels of that size;
    `taken` uint8, set where a track is; `released` uint8, the number of each part that a track
    let go of; `is_cut` says that another shot begins; `camera` is as in `Sighting`; `all_claims`
    numbers the regions before any was withheld; `way` is as in `Glance`.
    """

    index: int
    lab: Picture
    bins: Picture
    claims: Regions
    flow: Picture
    taken: Picture
    released: Picture
    is_cut: bool
    camera: Picture | None
    all_claims: Picture
    way: Way | None = None

    def withhold(self, mask: Picture, around: int) -> None:
        """Nothing under a mask, nor `around` pixels beside it, wants to be an object."""
        kernel = np.ones((2 * around + 1, 2 * around + 1), np.uint8)
        wide = cv2.dilate(mask.astype(np.uint8), kernel)
        free = (self.claims.labels > 0) & (wide == 0)
        self.claims = Regions.of(free.view(np.uint8))


class Scene:
    """Turns frames into views."""

    def __init__(
        self, size: Size, parameters: Parameters, evidence: Evidence, lookout: MotionLookout
    ) -> None:
        self.size = size
        self.lookout = lookout
        self.evidence = evidence
        self.minimum_area = max(8.0, 1e-6 * parameters.minimum_size * size.height * size.width)
        self._is_shown = bool(parameters.prompts)
        self._view: View | None = None
        self._taken = np.zeros(size, np.uint8)

    def see(self, frame: Frame) -> View:
        """The frame's view, made once."""
        if self._view is not None and self._view.index == frame.index:
            return self._view
        lab, bins, is_cut, glance = self.lookout.take(frame)
        if is_cut:
            self.evidence.cut()
            self._taken = np.zeros(self.size, np.uint8)
        # What is shown is followed by what each frame says; later ones only complete it.
        seen = glance._replace(way=None) if self._is_shown else glance
        sighting = self.evidence.sight(frame.index, lab, seen, self._taken)
        self._taken = np.zeros(self.size, np.uint8)
        claims = Regions.of(sighting.solid).at_least(self.minimum_area)
        self._view = View(
            frame.index, lab, bins, claims, sighting.flow, self._taken,
            np.zeros(self.size, np.uint8), is_cut, sighting.camera, claims.labels,
            glance.way,
        )  # fmt: skip
        return self._view

    def save(self) -> State:
        """What the next frame depends on."""
        return {"evidence": self.evidence.save(), "taken": np.packbits(self._taken)}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self.evidence.load(state["evidence"])
        count = self.size.height * self.size.width
        self._taken = np.unpackbits(state["taken"], count=count).reshape(self.size)
        self._view = None
