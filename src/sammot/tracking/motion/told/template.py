"""What an object's picture is like, to hold it where the flow loses it.

Source: the correlation filter of Bolme et al., "Visual object tracking using adaptive correlation
filters", 2010, of several channels as in Danelljan et al., "Accurate scale estimation for robust
visual tracking", 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import cv2
import numpy as np

from sammot.tracking.motion.picture import length

if TYPE_CHECKING:
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.told.pose import Pose
    from sammot.tracking.state import State

SIDE = 32
"""Of the filter, in cells."""
REACH = 2.0
"""Half the side of what it sees, in half widths and heights."""
SHARP = 0.06
"""Standard deviation of the answer that it is taught, in sides of an object."""
RATE, DAMPING = 0.03, 1e-2
"""Share of the filter that a new frame replaces; what keeps frequencies that are rare from
counting."""
DIRECTIONS = 4
"""In which edges are told apart."""
FAINT, STRONG = 0.05, 0.5
"""Edges (Sobel's, of lightness 0 to 1): below the first they hardly count, above the second all
count alike."""

_OFFSETS = (np.arange(SIDE) - SIDE // 2) * REACH / (SHARP * SIDE)
_WISH = np.exp(-0.5 * (_OFFSETS[:, None] ** 2 + _OFFSETS[None] ** 2))
_ANSWER = np.fft.rfft2(np.fft.ifftshift(_WISH)).astype(np.complex64)
_WINDOW = np.outer(np.hanning(SIDE + 2)[1:-1], np.hanning(SIDE + 2)[1:-1]).astype(np.float32)


class Match(NamedTuple):
    """Where a filter answers most, as a shift in pixels, how much there, and how much at the shift
    that was asked about; 1 is what it was taught.
    """

    x: float
    y: float
    best: float
    asked: float


@dataclass(slots=True)
class Template:
    """Numerator (channels, SIDE, SIDE / 2 + 1) complex64 and denominator (SIDE, SIDE / 2 + 1)
    float32 of the filter, in frequencies.
    """

    own: Picture
    every: Picture

    @classmethod
    def of(cls, lab: Picture, pose: Pose) -> Self:
        """Of an object at a pose."""
        return cls(*_taught(_seen(lab, pose)))

    def learn(self, lab: Picture, pose: Pose) -> None:
        """How it looks in another frame."""
        own, every = _taught(_seen(lab, pose))
        self.own = self.own + np.float32(RATE) * (own - self.own)
        self.every = self.every + np.float32(RATE) * (every - self.every)

    def find(self, lab: Picture, pose: Pose, shift: tuple[float, float]) -> Match:
        """Look around a pose, and how it is at a shift, x and y, from there."""
        seen = np.conj(self.own) * np.fft.rfft2(_seen(lab, pose))
        answer = np.fft.irfft2(seen.sum(axis=0) / (self.every + DAMPING), s=(SIDE, SIDE))
        answer = np.fft.fftshift(answer)
        cell = 2 * REACH / SIDE * np.array([pose.down, pose.across])
        best = np.array(divmod(int(answer.argmax()), SIDE))
        asked = np.clip(np.rint(shift[::-1] / cell).astype(int) + SIDE // 2, 1, SIDE - 2)
        near = tuple(slice(one - 1, one + 2) for one in asked)
        y, x = (best - SIDE // 2) * cell
        return Match(float(x), float(y), float(answer[tuple(best)]), float(answer[near].max()))

    def save(self) -> State:
        """Arrays."""
        return {"own": self.own.view(np.float32), "every": self.every}

    @classmethod
    def load(cls, state: dict[str, Any]) -> Self:
        """The inverse of `save`."""
        return cls(state["own"].view(np.complex64), state["every"])


def _seen(lab: Picture, pose: Pose) -> Picture:
    """What a filter sees at a pose, (channels, SIDE, SIDE) float32: lightness and colours about
    their means, and edges by direction; less towards the sides.
    """
    across, down = 2 * REACH * pose.across / SIDE, 2 * REACH * pose.down / SIDE
    half = (SIDE - 1) / 2
    matrix = np.array([
        [across, 0, pose.x - 0.5 - half * across], [0, down, pose.y - 0.5 - half * down],
    ])  # fmt: skip
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(lab, matrix, (SIDE, SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
    planes = part.astype(np.float32) / 255
    light = np.ascontiguousarray(planes[..., 0])
    slopes = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    strength = length(*slopes)
    weight = np.minimum(strength, STRONG) / (strength + FAINT) ** 3
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    edges = [np.abs(slopes[0] * np.cos(a) + slopes[1] * np.sin(a)) ** 3 * weight for a in angles]
    stack = np.stack([light, 2 * planes[..., 1], 2 * planes[..., 2], *edges])
    found: Picture = (stack - stack.mean(axis=(1, 2), keepdims=True)) * _WINDOW
    return found.astype(np.float32)


def _taught(seen: Picture) -> tuple[Picture, Picture]:
    """Numerator and denominator of the filter that answers to one picture as is wished."""
    spectrum = np.fft.rfft2(seen).astype(np.complex64)
    every = np.sum(np.abs(spectrum) ** 2, axis=0)
    return np.conj(_ANSWER) * spectrum, every.astype(np.float32)
