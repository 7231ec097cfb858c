from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State


LONG_TOGETHER = 15
"""Frames for which two objects may share a region though neither had one of its own."""


@dataclass(slots=True)
class Body:
    """What the propagator remembers of one track, in working pixels.

    `velocity` is (x, y) per frame; `area` a running mean; `colours` a histogram; `missed` counts
    frames since it was seen; `apart` counts frames in which a piece was away from the rest; `age`
    counts frames in which it was seen, `solo` those with a region of its own, `together` those
    since the last such, in which it shared one; `entered` says that it was first seen at the
    border; `shape` is its mask when it last had one of its own, carried along since.
    """

    patch: Patch
    centre: NDArray[np.float64]
    velocity: NDArray[np.float64]
    area: float
    colours: Picture
    shape: Patch
    missed: int = 0
    apart: int = 0
    age: int = 0
    solo: int = 0
    together: int = 0
    entered: bool = False

    @classmethod
    def born(cls, patch: Patch, colours: Picture) -> Body:
        """At rest, as far as we know."""
        return cls(patch, patch.centre, np.zeros(2), float(patch.area), colours, patch)

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

    def seen(self, patch: Patch, colours: Picture, *, shared: Patch | None = None) -> None:
        """Take a new mask; one shared with another teaches less, no colours, and no shape, which
        then was expected at `shared`.
        """
        centre = patch.centre
        self.age += 1
        if shared is None:
            self.solo, self.together = self.solo + 1, 0
        else:
            self.together += 1
        gain = 0.4 if shared is None else 0.1
        self.velocity += gain * ((centre - self.centre) / (self.missed + 1) - self.velocity)
        self.patch, self.centre, self.missed = patch, centre, 0
        self.shape = patch if shared is None else shared
        if shared is None:
            self.area += 0.1 * (patch.area - self.area)
            self.colours = self.colours + np.float32(0.1) * (colours - self.colours)

    def lost(self) -> None:
        """Not seen in this frame: it goes on more and more slowly."""
        self.centre = self.centre + self.velocity
        self.velocity = self.velocity * 0.97
        self.missed += 1

    def save(self) -> State:
        """Arrays and numbers."""
        values = [*self.centre, *self.velocity, self.area]
        return {
            "patch": _packed(self.patch), "shape": _packed(self.shape),
            "values": np.array(values, np.float64),
            "used": np.flatnonzero(self.colours).astype(np.int16),
            "colours": self.colours[self.colours != 0],
            "missed": self.missed, "apart": self.apart,
            "age": self.age, "solo": self.solo, "together": self.together, "entered": self.entered,
        }  # fmt: skip

    @classmethod
    def load(cls, state: dict[str, Any]) -> Body:
        """The inverse of `save`."""
        colours = np.zeros(2048, np.float32)
        colours[state["used"]] = state["colours"]
        values = state["values"]
        return cls(
            _unpacked(state["patch"]), values[:2].copy(), values[2:4].copy(), float(values[4]),
            colours, _unpacked(state["shape"]),
            state["missed"], state["apart"], state["age"], state["solo"], state["together"],
            state["entered"],
        )  # fmt: skip


def _packed(patch: Patch) -> State:
    shape = list(patch.mask.shape)
    return {"x": patch.x, "y": patch.y, "shape": shape, "bits": np.packbits(patch.mask)}


def _unpacked(state: dict[str, Any]) -> Patch:
    height, width = state["shape"]
    bits = np.unpackbits(state["bits"], count=height * width)
    return Patch(state["x"], state["y"], bits.reshape(height, width).astype(np.bool_))
