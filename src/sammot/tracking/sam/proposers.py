"""Who tells the engine of new objects: the user, what moves, a model that looks now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np

from sammot.tracking.engine import Engine, Proposer
from sammot.tracking.mask import Box
from sammot.tracking.track import Detection, Origin, Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.prompts import UserPrompt
    from sammot.tracking.sam.picture import Size
    from sammot.tracking.state import State


class Finder(Protocol):
    """Sees objects in one frame, whatever was seen before."""

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects found, the best first; boxes and masks are in pixels of the model's masks."""


class Several:
    """Asks one after the other; the first come first into free area."""

    def __init__(self, proposers: Sequence[Proposer]) -> None:
        self._proposers = proposers

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """Everybody's detections."""
        return [one for proposer in self._proposers for one in proposer.propose(frame)]

    def save(self) -> State:
        """Everybody's state."""
        return {str(number): one.save() for number, one in enumerate(self._proposers)}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        for number, one in enumerate(self._proposers):
            one.load(state[str(number)])


class Prompted:
    """Says what the user said, in the frames for which it was said."""

    def __init__(self, prompts: Iterable[UserPrompt], clip: ClipInfo, grid: Size) -> None:
        self._by_frame: dict[int, list[Detection]] = {}
        across, down = grid[1] / clip.width, grid[0] / clip.height
        for one in prompts:
            box = one.bounds
            detection = Detection(
                Box(box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down),
                1.0,
                mask=None if one.mask is None else resized(one.mask.decode(), grid),
                origin=Origin.PROMPTED,
                points=tuple(Point(at.x * across, at.y * down, at.inside) for at in one.points),
                subject=one.subject,
            )
            self._by_frame.setdefault(one.frame, []).append(detection)

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """The prompts of this frame."""
        return self._by_frame.get(frame.index, ())

    def save(self) -> State:
        """Nothing: prompts belong to the job."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""


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


def resized(mask: Mask, grid: Size) -> Mask:
    """A mask at another size: where at least half of a cell is covered."""
    covered = cv2.resize(
        np.asarray(mask, np.float32), (grid[1], grid[0]), interpolation=cv2.INTER_AREA
    )
    return np.asarray(covered >= 0.5, np.bool_)
