"""Who finds new objects: what moves, a model that looks now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sammot.tracking.mask import Box
from sammot.tracking.proposers import resized
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.engine import Engine
    from sammot.tracking.frame import Frame
    from sammot.tracking.sam.picture import Size
    from sammot.tracking.state import State


class Finder(Protocol):
    """Sees objects in one frame, whatever was seen before."""

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects found, the best first; boxes and masks are in pixels of the model's masks."""


class Sampled:
    """Asks a finder in every so-many-th frame."""

    def __init__(self, finder: Finder, *, every: float) -> None:
        self._finder = finder
        self._every = round(every)

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """What it finds, or nothing in the frames between."""
        return [] if frame.index % self._every else self._finder.find(frame)

    def save(self) -> State:
        """Nothing."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""


class Moving:
    """Claims what the engine `motion`, running alongside, holds for a moving object."""

    def __init__(self, motion: Engine, grid: Size) -> None:
        self._motion = motion
        self._grid = grid

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """The confirmed tracks of motion."""
        draft = self._motion.step(frame)
        self._motion.finisher.revise(())
        masks = {
            id_: resized(one.mask, self._grid)
            for id_, one in draft.masks.items()
            if self._motion.manager.is_confirmed(id_)
        }
        return [
            Detection(Box.around(mask), draft.masks[id_].confidence or 0.0, mask=mask)
            for id_, mask in sorted(masks.items())
            if mask.any()
        ]

    def save(self) -> State:
        """All of motion's."""
        return self._motion.save()

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._motion.load(state)
