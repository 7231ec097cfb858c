"""Who tells an engine of objects, whatever follows them: the user, and several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.track import Detection, Origin, Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sammot.tracking.engine import Proposer
    from sammot.tracking.frame import ClipInfo, Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.prompts import UserPrompt
    from sammot.tracking.state import State


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

    def __init__(
        self, prompts: Iterable[UserPrompt], clip: ClipInfo, grid: tuple[int, int]
    ) -> None:
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


def resized(mask: Mask, grid: tuple[int, int]) -> Mask:
    """A mask at another size: where at least half of a cell is covered; of one that covers so much
    of none, where it covers most.
    """
    covered = cv2.resize(
        np.asarray(mask, np.float32), (grid[1], grid[0]), interpolation=cv2.INTER_AREA
    )
    return np.asarray((covered > 0) & (covered >= min(0.5, covered.max())), np.bool_)
