from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sammot.tracking.mask import Box, mask_iou
from sammot.tracking.motion.told import following
from sammot.tracking.motion.told.outline import evident
from sammot.tracking.motion.told.pose import REACH, Pose
from sammot.tracking.motion.told.shape import cut_to_box, fits, found_again, pasted, pixels_of
from sammot.tracking.motion.told.template import Template
from sammot.tracking.motion.told.votes import Votes, colour_numbers

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State

LEAST_SHOWN = 0.3
"""Of its usual area: with less an object is hidden."""
LEAST_WHOLE = 0.6
"""Of its usual area: with less it is hidden in part, and neither its size nor its picture is what
is seen of it."""
CHANGES, CHANGES_HIDDEN = 0.1, 0.06
"""Share by which a frame changes what is usual, and the area where it is hidden in part."""
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
ALIKE = 0.8
"""IoU with what was outlined by colours: what evidence shows is no news then."""
APART, CLEARER, STUCK = 0.2, 1.5, 0.1
"""The flow followed what is around the object, or in front of it, where its picture lies so far
from where the flow says, in half widths and heights, and is so many times as clear there, while
the flow is that of the surroundings but for this share of the difference."""
TRUSTED = 0.6
"""Share of an object in the regions that evidence takes for objects for these to be believed: what
rests may be in none."""


@dataclass(slots=True)
class Subject:
    """One object that the user showed, in working pixels.

    `likely` (h, w) uint8 is the probability of each pixel of the last frame to be its own, 255 for
    sure; `shape` is the mask, cut to its box, with which it was last seen; `velocity` is (x, y) a
    frame; `area` and `fit` are running means, `differs` that of how much of it evidence takes for
    an object, `strays` that of how much around it that is no subject's; `missed` counts frames
    since it was seen, `age` since it was shown; `drawn` is the box that the user drew, brought
    along; `looked` has log-odds in a window of this frame, between `look` and `see`.
    """

    pose: Pose
    likely: Picture
    shape: Mask
    area: float
    votes: Votes
    template: Template
    velocity: tuple[float, float] = (0.0, 0.0)
    fit: float = 0.0
    differs: float = 0.0
    strays: float = 0.0
    missed: int = 0
    drawn: Pose | None = None
    age: int = 0
    looked: tuple[tuple[slice, slice], Picture] | None = None

    @classmethod
    def shown(
        cls, lab: Picture, mask: Mask, claims: Picture, known: Subject | None = None,
        drawn: Box | None = None,
    ) -> Self:  # fmt: skip
        """As the user shows it, with what is `known` of it from before."""
        pose, shape = Pose.of(mask), cut_to_box(mask)
        votes = Votes() if known is None else known.votes
        window = pose.window(REACH, lab.shape)
        votes.show(pose.cells(window), colour_numbers(lab[window]), mask[window])
        return cls(
            pose, mask.astype(np.uint8) * np.uint8(255), shape, float(np.count_nonzero(mask)),
            votes, Template.of(lab, pose), fit=fits(lab, pose, shape, votes),
            differs=float(np.mean(claims[mask] > 0)),
            drawn=None if drawn is None else Pose.within(drawn),
        )  # fmt: skip

    def evident(self, claims: Picture) -> Mask | None:
        """What evidence shows, in the frame after the user drew a box, to be in it; None if nothing
        new.
        """
        if self.drawn is None or self.age > 1 or self.missed:
            return None
        mask = evident(self.drawn.box, claims)
        # Colours know an edge better.
        return None if mask is None or mask_iou(mask, self.likely > 127) > ALIKE else mask

    def look(self, lab: Picture, last: Picture, claims: Picture, *, is_exact: bool) -> None:
        """Look for it in the next frame; `last` is the grey picture of the one before; `is_exact`
        says that evidence shows an object's outline, and not only that it stirs.
        """
        grey = np.ascontiguousarray(lab[..., 0])
        self.age += 1
        self.looked = None
        pose, before = (self._sought(lab), None) if self.missed else self._followed(lab, last, grey)
        if pose is None:
            return
        whole = pasted(self.shape, pose, grey.shape) if before is None else before
        near = pose.window(following.REACH, grey.shape)
        odds = following.odds_in(near, lab, pose, self.votes, whole[near])
        odds += self._claimed(claims[near], whole[near] > 0.5, is_exact=is_exact)
        self.looked = near, odds
        self._expect(pose)

    def see(self, lab: Picture, every: Picture) -> None:
        """Take what it looked for; `every` (h, w) sums the odds of all subjects."""
        self.likely = np.zeros(lab.shape[:2], np.uint8)
        if self.looked is not None:
            near, odds = self.looked
            others = np.maximum(0, every[near] - np.exp(odds))
            self.likely[near] = following.drawn(lab[near], odds - np.log1p(others))

    def settle(self, lab: Picture, claims: Picture, taken: Mask) -> tuple[Mask, float] | None:
        """Take what of `likely` others left to it: its mask and how sure it is, 0 to 1; None
        where it is hidden. `taken` is where any subject is.
        """
        mask = following.solid(self.likely)
        area = int(np.count_nonzero(mask))
        if area < max(4.0, LEAST_SHOWN * self.area):
            self.lose()
            return None
        seen = Pose.of(mask)
        fit = fits(lab, seen, cut_to_box(mask), self.votes)
        sure = float(np.clip(fit / max(0.1, self.fit), 0, 1))
        if sure < (FOUND_FIT if self.missed else LEAST_FIT):
            self.lose()
            return None
        self.missed = 0
        is_whole = area > LEAST_WHOLE * self.area
        self.area += (CHANGES if is_whole else CHANGES_HIDDEN) * (area - self.area)
        self.differs += CHANGES * (float(np.mean(claims[mask] > 0)) - self.differs)
        self.fit += 0.05 * (fit - self.fit)
        if is_whole:
            self.pose, self.shape = self.pose.towards(seen, FOLLOWS), cut_to_box(mask)
            self.template.learn(lab, self.pose)
        window = self.pose.window(REACH, lab.shape)
        free = claims[window][~taken[window]]
        if free.size:
            self.strays += CHANGES * (float(np.mean(free > 0)) - self.strays)
        self.votes.see(self.pose.cells(window), colour_numbers(lab[window]), mask[window])
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
        box = pixels_of(Box.around(self.likely > 0))
        return {
            "pose": list(self.pose), "shape": self.shape, "area": self.area,
            "size": list(self.likely.shape), "likely": self.likely[box],
            "place": [box[0].start, box[1].start], "votes": self.votes.save(),
            "velocity": list(self.velocity), "fit": self.fit, "differs": self.differs,
            "strays": self.strays, "missed": self.missed, "age": self.age,
            "template": self.template.save(),
            "drawn": None if self.drawn is None else list(self.drawn),
        }  # fmt: skip

    @classmethod
    def load(cls, state: dict[str, Any]) -> Self:
        """The inverse of `save`."""
        likely = np.zeros(state["size"], np.uint8)
        (top, left), part = state["place"], state["likely"]
        likely[top : top + part.shape[0], left : left + part.shape[1]] = part
        return cls(
            Pose(*state["pose"]), likely, state["shape"], state["area"],
            Votes.load(state["votes"]), Template.load(state["template"]),
            tuple(state["velocity"]), state["fit"], state["differs"], state["strays"],
            state["missed"], None if state["drawn"] is None else Pose(*state["drawn"]),
            state["age"],
        )  # fmt: skip

    def _claimed(self, claims: Picture, before: Mask, *, is_exact: bool) -> Picture | float:
        """Log-odds by what the evidence claims; `before` is where the object should be."""
        if not is_exact:
            if self.differs > TRUSTED:
                return np.where(claims > 0, following.CLAIMED, -following.CLAIMED)
            return 0.0
        # Of what begins to rest, evidence may lose a part from one frame to the next.
        now = float(np.mean(claims[before] > 0)) if before.any() else 0.0
        return following.claimed_odds(claims, min(self.differs, now), self.strays)

    def _expect(self, pose: Pose) -> None:
        """It is believed to be there now."""
        if not self.missed:
            step = (pose.x - self.pose.x, pose.y - self.pose.y)
            self.velocity = (
                self.velocity[0] + 0.4 * (step[0] - self.velocity[0]),
                self.velocity[1] + 0.4 * (step[1] - self.velocity[1]),
            )
            if self.drawn is not None:
                self.drawn = self.drawn.moved(*step, pose.across / self.pose.across)
        self.pose = pose

    def _followed(self, lab: Picture, last: Picture, grey: Picture) -> tuple[Pose, Picture | None]:
        """Where it went, and the last frame's probabilities there; None where these went astray."""
        window = following.around(self.pose, grey.shape)
        ahead = following.flow_in(window, last, grey)
        mask = self.likely[window] > 127
        pose = following.moved(self.pose, mask, ahead, window)
        if (held := self._held(lab, pose, following.beside(ahead, mask))) is not None:
            return held, None
        back = following.flow_in(window, grey, last)
        before = np.zeros(grey.shape, np.float32)
        before[window] = following.carried(self.likely[window].astype(np.float32) / 255, back)
        return pose, before

    def _held(self, lab: Picture, flowed: Pose, beside: tuple[float, float]) -> Pose | None:
        """Where its picture is, if the flow went elsewhere, with its surroundings; their flow is
        `beside`.
        """
        x, y = flowed.x - self.pose.x, flowed.y - self.pose.y
        match = self.template.find(lab, self.pose, (x, y))
        apart = match.x - x, match.y - y
        if (
            np.hypot(apart[0] / flowed.across, apart[1] / flowed.down) > APART
            and match.best > CLEARER * match.asked
            and np.hypot(x - beside[0], y - beside[1]) < STUCK * np.hypot(*apart)
        ):
            return self.pose.moved(match.x, match.y)
        return None

    def _sought(self, lab: Picture) -> Pose | None:
        """Where something fits that looks like it, near where it should be by now."""
        reach = min(FARTHEST, NEAR + WIDENING * self.missed)
        across, down, fit = found_again(lab, self.pose, self.shape, self.votes, reach)
        return self.pose.moved(across, down) if fit >= FOUND_FIT * self.fit else None
