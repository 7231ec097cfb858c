"""What an object looks like, and what is around it: how often a colour at a place was its own.

Source: the grid of colours and places of Märki et al., "Bilateral space video segmentation", 2016;
places in the object instead of in the picture, and what stands in for a colour at a place where it
was never seen, are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import cv2
import numpy as np

from sammot.tracking.motion.picture import spread
from sammot.tracking.motion.told.pose import PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State

LEVELS = (16, 12, 12)
"""Of L, a and b."""
COLOURS = int(np.prod(LEVELS))
CHROMA = np.clip((np.arange(256) - 32) // 16, 0, LEVELS[2] - 1).astype(np.int32)
"""The level of each a and b; the extremes are rare, and share one."""
MASS = 1000.0
"""Votes of one frame for an object, however large it is."""
DOUBT = 4.0
"""So many votes for a colour at a place count as much as what each of the two says alone."""
FADING = 0.02
"""Share of what was seen lately that a frame replaces: about two seconds at 30 frames a second."""


def colour_numbers(lab: Picture) -> Picture:
    """Number of each pixel's colour, int32."""
    planes: Sequence[Picture] = cv2.split(lab)
    light, green, blue = planes
    numbers: Picture = (light >> 4).astype(np.int32) * (LEVELS[1] * LEVELS[2])
    numbers += np.take(CHROMA, green) * LEVELS[2] + np.take(CHROMA, blue)
    return numbers


def logit(share: Picture) -> Picture:
    """Log-odds, of shares between 0.01 and 0.99."""
    bounded = np.clip(share, 0.01, 0.99)
    odds: Picture = np.log(bounded / (1 - bounded))
    return odds


def _nothing() -> Picture:
    return np.zeros((2, PLACES * PLACES, 0), np.float32)


@dataclass(slots=True)
class Votes:
    """Of the frames in which the user showed the object, kept for ever, and of late ones.

    `told` and `late` are (2, places, colours): votes for the object, and all; `known` are the
    numbers of their colours, in the order in which they came.
    """

    known: Picture = field(default_factory=lambda: np.zeros(0, np.int32))
    told: Picture = field(default_factory=_nothing)
    late: Picture = field(default_factory=_nothing)
    _shares: Picture = field(default_factory=_nothing)
    _by_colour: Picture = field(default_factory=_nothing)

    def show(self, cells: Picture, numbers: Picture, inside: Picture) -> None:
        """Learn from a frame that the user showed: `cells` and `numbers` are (h, w) places and
        colours, `inside` (h, w) bool, set on the object.
        """
        seen = self._counted(cells, numbers, inside)
        self.told, self.late = self.told + seen, seen
        self._share_out()

    def see(self, cells: Picture, numbers: Picture, inside: Picture) -> None:
        """Learn from a frame in which the object was followed."""
        seen = self._counted(cells, numbers, inside)
        self.late = self.late + np.float32(FADING) * (seen - self.late)
        self._share_out()

    def shares(self, down: Picture, across: Picture, numbers: Picture) -> Picture:
        """How likely each pixel is the object's; rows and columns lie at these fractional places
        of the grid.
        """
        top, left = (
            np.clip(np.floor(one), 0, PLACES - 2).astype(np.int64) for one in (down, across)
        )
        low = (down - top).astype(np.float32)[:, None]
        right = (across - left).astype(np.float32)[None]
        cells = top[:, None] * PLACES + left[None]
        column = self._columns(numbers)

        def row(first: Picture) -> Picture:
            table = self._shares
            found: Picture = (1 - right) * table[first, column] + right * table[first + 1, column]
            return found

        result: Picture = (1 - low) * row(cells) + low * row(cells + PLACES)
        return result

    def odds(self, numbers: Picture) -> Picture:
        """Log-odds of each pixel by its colour alone."""
        usual = logit(self._by_colour[-1:])
        odds: Picture = logit(self._by_colour[self._columns(numbers)]) - usual
        return odds

    def save(self) -> State:
        """Arrays."""
        return {"known": self.known, "told": self.told, "late": self.late}

    @classmethod
    def load(cls, state: dict[str, Any]) -> Self:
        """The inverse of `save`."""
        votes = cls(state["known"], state["told"], state["late"])
        votes._share_out()
        return votes

    def _columns(self, numbers: Picture) -> Picture:
        """Which column of the tables each colour has; the last is for those never seen."""
        column = np.full(COLOURS, len(self.known), np.int32)
        column[self.known] = np.arange(len(self.known))
        found: Picture = np.take(column, numbers)
        return found

    def _counted(self, cells: Picture, numbers: Picture, inside: Picture) -> Picture:
        new = np.setdiff1d(numbers, self.known).astype(np.int32)
        self.known = np.concatenate([self.known, new])
        wider = ((0, 0), (0, 0), (0, len(new)))
        self.told, self.late = np.pad(self.told, wider), np.pad(self.late, wider)
        size = (PLACES * PLACES, len(self.known))
        places = cells * size[1] + self._columns(numbers)
        counts = [
            np.bincount(chosen.ravel(), minlength=size[0] * size[1]).reshape(size)
            for chosen in (places[inside], places)
        ]
        scale = MASS / max(1, int(np.count_nonzero(inside)))
        return (np.stack(counts) * scale).astype(np.float32)

    def _share_out(self) -> None:
        """Shares of votes; a colour never seen at a place has what the two say apart."""
        own, every = _spread(self.told + self.late)
        whole = (own.sum() + 1) / (every.sum() + 2)
        colour, place = (
            (own.sum(axis) + DOUBT * whole) / (every.sum(axis) + DOUBT) for axis in (0, 1)
        )
        apart = 1 / (1 + np.exp(logit(whole) - logit(colour)[None] - logit(place)[:, None]))
        shares = (own + DOUBT * apart) / (every + DOUBT)
        self._shares = np.concatenate([shares, place[:, None]], axis=1).astype(np.float32)
        self._by_colour = np.append(colour, whole).astype(np.float32)


def _spread(votes: Picture) -> Picture:
    """[1 2 1] / 4 along both axes of place."""
    return spread(votes.reshape(2, PLACES, PLACES, -1), (1, 2)).reshape(votes.shape)
