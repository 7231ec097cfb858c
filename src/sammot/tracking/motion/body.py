from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.tracking.motion.fitting import Expected
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State


LONG_TOGETHER = 15
"""Frames for which two objects may share a region though neither had one of its own."""
WHOLE = 0.8
"""A body that shows less than this share of its usual area is being hidden."""
SLOWING = 0.97
"""Of its velocity a hidden body keeps in each frame, as far as is expected."""
OVERSHOOT = 1.5
"""How far a hidden body may get, in units of what its velocity would bring: that was measured while
it was being hidden, and is too low."""


@dataclass(slots=True)
class Body:
    """What the propagator remembers of one track, in working pixels.

    `velocity` is (x, y) per frame; `area` a running mean; `colours` a histogram; `missed` counts
    frames since it was seen; `apart` counts frames in which a piece was away from the rest; `age`
    counts frames in which it was seen, `solo` those with a region of its own, `together` those
    since the last such, in which it shared one; `entered` says that it was first seen at the
    border, `has_parted` that another had let go of it; `shape` is its mask when it last had one of
    its own, carried along since, and `rest` (x, y) the part of a pixel by which it should lie
    farther on.
    """

    patch: Patch
    centre: NDArray[np.float64]
    velocity: NDArray[np.float64]
    area: float
    colours: Picture
    shape: Patch
    rest: NDArray[np.float64]
    missed: int = 0
    apart: int = 0
    age: int = 0
    solo: int = 0
    together: int = 0
    entered: bool = False
    has_parted: bool = False

    @classmethod
    def born(cls, patch: Patch, colours: Picture) -> Body:
        """At rest, as far as we know."""
        return cls(patch, patch.centre, np.zeros(2), float(patch.area), colours, patch, np.zeros(2))

    @property
    def reach(self) -> float:
        """Its size as a length: the square root of its area."""
        return float(np.sqrt(max(1.0, self.area)))

    @property
    def has_grown_in(self) -> bool:
        """Whether it has shared a region for so long, against what it had of its own, that the
        two are one object.
        """
        return self.together > max(LONG_TOGETHER, 2 * self.solo)

    def seen(self, patch: Patch, colours: Picture, *, is_steady: bool) -> None:
        """Take a new mask, all its own; `is_steady` says that the camera stands still."""
        centre = patch.centre
        # What shrinks before it is being hidden: its centre does not move as it does.
        gain = 0.0 if is_steady and patch.area <= WHOLE * self.area else 0.4
        self.velocity += gain * ((centre - self.centre) / (self.missed + 1) - self.velocity)
        self.area += 0.1 * (patch.area - self.area)
        self.colours = self.colours + np.float32(0.1) * (colours - self.colours)
        self.shape, self.rest = patch, np.zeros(2)
        self.solo, self.together = self.solo + 1, 0
        self._at(patch, centre)

    def shared(self, patch: Patch, expected: Expected) -> None:
        """Take a mask parted from another's, which ends where the other begins: it teaches
        nothing, and the shape is carried on.
        """
        self.shape, self.rest, self.velocity = expected
        self.together += 1
        self._at(patch, self.shape.centre + self.rest)

    def _at(self, patch: Patch, centre: NDArray[np.float64]) -> None:
        self.patch, self.centre, self.missed = patch, centre, 0
        self.age += 1

    def distance_to_way(self, point: NDArray[np.float64]) -> float:
        """Pixels from a point to where this hidden body may be by now: anywhere between where it
        was last seen and where its speed would have brought it.
        """
        start = self.shape.centre
        way = OVERSHOOT * self.missed * self.velocity / SLOWING**self.missed
        along = (point - start) @ way / max(1e-9, float(way @ way))
        return float(np.linalg.norm(point - start - np.clip(along, 0, 1) * way))

    def lost(self) -> None:
        """Not seen in this frame: it goes on more and more slowly."""
        self.centre = self.centre + self.velocity
        self.velocity = self.velocity * SLOWING
        self.missed += 1

    def save(self) -> State:
        """Arrays and numbers."""
        values = [*self.centre, *self.velocity, self.area, *self.rest]
        return {
            "patch": _packed(self.patch), "shape": _packed(self.shape),
            "values": np.array(values, np.float64),
            "used": np.flatnonzero(self.colours).astype(np.int16),
            "colours": self.colours[self.colours != 0],
            "missed": self.missed, "apart": self.apart,
            "age": self.age, "solo": self.solo, "together": self.together, "entered": self.entered,
            "has_parted": self.has_parted,
        }  # fmt: skip

    @classmethod
    def load(cls, state: dict[str, Any]) -> Body:
        """The inverse of `save`."""
        colours = np.zeros(2048, np.float32)
        colours[state["used"]] = state["colours"]
        values = state["values"]
        return cls(
            _unpacked(state["patch"]), values[:2].copy(), values[2:4].copy(), float(values[4]),
            colours, _unpacked(state["shape"]), values[5:7].copy(),
            state["missed"], state["apart"], state["age"], state["solo"], state["together"],
            state["entered"], state["has_parted"],
        )  # fmt: skip


def _packed(patch: Patch) -> State:
    shape = list(patch.mask.shape)
    return {"x": patch.x, "y": patch.y, "shape": shape, "bits": np.packbits(patch.mask)}


def _unpacked(state: dict[str, Any]) -> Patch:
    height, width = state["shape"]
    bits = np.unpackbits(state["bits"], count=height * width)
    return Patch(state["x"], state["y"], bits.reshape(height, width).astype(np.bool_))
