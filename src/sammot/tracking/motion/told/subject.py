from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.motion.told import following
from sammot.tracking.motion.told.pose import REACH, Pose
from sammot.tracking.motion.told.votes import Votes, colour_numbers

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State

LEAST_SHOWN = 0.3
"""Of its usual area: with less an object is hidden."""
LEAST_FIT = 0.2
"""Of how well its colours usually fit: less is another thing."""
FOUND_FIT = 0.5
"""The same where it was lost and something like it is seen."""
NEAR, WIDENING, FARTHEST = 1.5, 0.1, 5.0
"""How far a lost object is looked for, in half widths and heights: at first, more with each frame,
and at most."""
FOLLOWS = 0.3
"""Share by which the pose goes from where the flow has it to the box around the mask."""
SLOWING = 0.97
"""Of its velocity a hidden object keeps in each frame, as far as is expected."""
TRUSTED = 0.6
"""Share of an object in the regions that evidence takes for objects for these to be believed: what
rests may be in none."""


@dataclass(slots=True)
class Subject:
    """One object that the user showed, in working pixels.

    `likely` (h, w) uint8 is the probability of each pixel of the last frame to be its own, 255 for
    sure; `shape` is the mask, cut to its box, with which it was last seen; `velocity` is (x, y) a
    frame; `area` and `fit` are running means, `differs` that of how much of it evidence takes for
    an object; `missed` counts frames since it was seen.
    """

    pose: Pose
    likely: Picture
    shape: Mask
    area: float
    votes: Votes = field(default_factory=Votes)
    velocity: tuple[float, float] = (0.0, 0.0)
    fit: float = 0.0
    differs: float = 0.0
    missed: int = 0

    @classmethod
    def shown(cls, lab: Picture, mask: Mask, claims: Picture, known: Subject | None) -> Self:
        """As the user shows it, with what is `known` of it from before."""
        pose = Pose.of(mask)
        subject = cls(
            pose, mask.astype(np.uint8) * np.uint8(255), _cut(mask),
            float(np.count_nonzero(mask)),
            votes=Votes() if known is None else known.votes,
            differs=float(np.mean(claims[mask] > 0)),
        )  # fmt: skip
        window = pose.window(REACH, lab.shape)
        numbers = colour_numbers(lab[window])
        subject.votes.show(pose.cells(window), numbers, mask[window])
        subject.fit = following.fits(lab, pose, subject.shape, subject.votes)
        return subject

    def look(self, lab: Picture, last: Picture, claims: Picture) -> None:
        """Find it in the next frame; `last` is the grey picture of the one before."""
        grey = np.ascontiguousarray(lab[..., 0])
        window = following.around(self.pose, grey.shape)
        if self.missed:
            pose, before = self._sought(lab), None
        else:
            ahead = following.flow_in(window, last, grey)
            mask = self.likely[window] > 127
            pose = following.moved(self.pose, mask, ahead, window)
            back = following.flow_in(window, grey, last)
            before = following.carried(self.likely[window].astype(np.float32) / 255, back)
        if pose is None:
            self.likely = np.zeros_like(self.likely)
            return
        whole = np.zeros(grey.shape, np.float32)
        if before is None:
            _paste(whole, self.shape, pose)
        else:
            whole[window] = before
        near = pose.window(following.REACH, grey.shape)
        believed = claims if self.differs > TRUSTED else None
        likely = following.likely_in(near, lab, pose, self.votes, whole[near], believed)
        self.likely = np.zeros(grey.shape, np.uint8)
        self.likely[near] = likely
        self._expect(pose)

    def settle(self, lab: Picture, claims: Picture) -> tuple[Mask, float] | None:
        """Take what of `likely` others left to it: its mask and how sure it is, 0 to 1; None
        where it is hidden.
        """
        mask = following.solid(self.likely)
        area = int(np.count_nonzero(mask))
        if area < max(4.0, LEAST_SHOWN * self.area):
            self.lose()
            return None
        seen = Pose.of(mask)
        fit = following.fits(lab, seen, _cut(mask), self.votes)
        sure = float(np.clip(fit / max(0.1, self.fit), 0, 1))
        if sure < (FOUND_FIT if self.missed else LEAST_FIT):
            self.lose()
            return None
        self.missed = 0
        self.pose, self.shape = self.pose.towards(seen, FOLLOWS), _cut(mask)
        self.area += 0.1 * (area - self.area)
        self.differs += 0.1 * (float(np.mean(claims[mask] > 0)) - self.differs)
        self.fit += 0.05 * (fit - self.fit)
        window = self.pose.window(REACH, lab.shape)
        numbers = colour_numbers(lab[window])
        self.votes.see(self.pose.cells(window), numbers, mask[window])
        return mask, sure

    def lose(self) -> None:
        """It was not in this frame: it goes on more and more slowly, but not out of the picture."""
        x, y = (speed * SLOWING for speed in self.velocity)
        height, width = self.likely.shape
        self.velocity = (x, y)
        self.pose = self.pose._replace(
            x=float(np.clip(self.pose.x + x, 0, width)),
            y=float(np.clip(self.pose.y + y, 0, height)),
        )
        self.likely = np.zeros_like(self.likely)
        self.missed += 1

    def save(self) -> State:
        """Arrays and numbers."""
        box = _window(Box.around(self.likely > 0))
        return {
            "pose": list(self.pose), "shape": self.shape, "area": self.area,
            "size": list(self.likely.shape), "likely": self.likely[box],
            "place": [box[0].start, box[1].start], "votes": self.votes.save(),
            "velocity": list(self.velocity), "fit": self.fit, "differs": self.differs,
            "missed": self.missed,
        }  # fmt: skip

    @classmethod
    def load(cls, state: dict[str, Any]) -> Self:
        """The inverse of `save`."""
        likely = np.zeros(state["size"], np.uint8)
        (top, left), part = state["place"], state["likely"]
        likely[top : top + part.shape[0], left : left + part.shape[1]] = part
        return cls(
            Pose(*state["pose"]), likely, state["shape"], state["area"],
            Votes.load(state["votes"]), tuple(state["velocity"]), state["fit"], state["differs"],
            state["missed"],
        )  # fmt: skip

    def _expect(self, pose: Pose) -> None:
        """It is believed to be there now."""
        if not self.missed:
            step = (pose.x - self.pose.x, pose.y - self.pose.y)
            self.velocity = (
                self.velocity[0] + 0.4 * (step[0] - self.velocity[0]),
                self.velocity[1] + 0.4 * (step[1] - self.velocity[1]),
            )
        self.pose = pose

    def _sought(self, lab: Picture) -> Pose | None:
        """Where something fits that looks like it, near where it should be by now."""
        reach = min(FARTHEST, NEAR + WIDENING * self.missed)
        across, down, fit = following.found_again(lab, self.pose, self.shape, self.votes, reach)
        return self.pose.moved(across, down) if fit >= FOUND_FIT * self.fit else None


def _window(box: Box) -> tuple[slice, slice]:
    return slice(int(box.y1), int(box.y2)), slice(int(box.x1), int(box.x2))


def _cut(mask: Mask) -> Mask:
    return np.ascontiguousarray(mask[_window(Box.around(mask))])


def _paste(picture: Picture, shape: Mask, pose: Pose) -> None:
    """Set a picture, in place, to 0.5 and more where a shape lies around a pose's centre."""
    height, width = shape.shape
    top, left = round(pose.y - height / 2), round(pose.x - width / 2)
    y1, x1 = max(0, top), max(0, left)
    y2, x2 = min(picture.shape[0], top + height), min(picture.shape[1], left + width)
    if y1 < y2 and x1 < x2:
        picture[y1:y2, x1:x2] = shape[y1 - top : y2 - top, x1 - left : x2 - left] * 0.7 + 0.15
