"""What frames show before any of them is tracked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import cv2
import numpy as np

from sammot.tracking.motion.appearance import colours_of
from sammot.tracking.motion.picture import Picture, Size, lab_of
from sammot.tracking.motion.shots import CutDetector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.motion.flow import Glance
    from sammot.tracking.state import State


class Flows(Protocol):
    """How the picture moves from frame to frame."""

    def look(self, greys: Sequence[Picture]) -> list[Glance]:
        """One glance for each of the frames, which follow the last ones of the same shot."""

    def end_shot(self) -> None:
        """What comes is of another shot."""

    def save(self) -> State:
        """What the next look depends on."""

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""


class Look(NamedTuple):
    """One frame: `lab` (h, w, 3) and `bins` (h, w), its colours at working size; whether another
    shot begins with it; how it moved.
    """

    lab: Picture
    bins: Picture
    is_cut: bool
    glance: Glance


class MotionLookout:
    """See `Lookout`: looks at a window's frames, shot by shot."""

    def __init__(self, size: Size, flows: Flows) -> None:
        self.size = size
        self._flows = flows
        self._cuts = CutDetector()
        self._looks: dict[int, Look] = {}

    def look(self, frames: Iterable[Frame]) -> list[Frame]:
        """See `Lookout`; the frames in grey, as finishing takes them."""
        greys: list[Frame] = []
        labs: list[Picture] = []
        for frame in frames:
            labs.append(lab_of(frame, self.size))
            grey: Picture = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
            greys.append(replace(frame, image=grey))
        cuts = [self._cuts.is_cut(lab) for lab in labs]
        starts = [0, *(number for number, is_cut in enumerate(cuts) if is_cut), len(labs)]
        glances: list[Glance] = []
        for start, stop in pairwise(starts):
            if start < stop and cuts[start]:
                self._flows.end_shot()
            glances += self._flows.look(
                [np.ascontiguousarray(one[..., 0]) for one in labs[start:stop]]
            )
        for frame, lab, is_cut, glance in zip(greys, labs, cuts, glances, strict=True):
            self._looks[frame.index] = Look(lab, colours_of(lab), is_cut, glance)
        return greys

    def take(self, frame: Frame) -> Look:
        """What was seen of a frame, once; who has not had it looked at has it looked at alone."""
        if frame.index not in self._looks:
            self.look([frame])
        return self._looks.pop(frame.index)

    def save(self) -> State:
        """The flows', and the thumbnail that a cut is told by."""
        return {"flows": self._flows.save(), "thumb": self._cuts.last}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._flows.load(state["flows"])
        self._cuts.last = state["thumb"]
        self._looks.clear()
