from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from sammot.errors import InvalidInput
from sammot.scenes.stage import Stage
from sammot.tracking.frame import ClipInfo, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sammot.scenes.spec import Shot
    from sammot.tracking.mask import Mask

_NOISE_ROOM: Final = 64
_IDENTITIES: Final = 1000
"""More than any shot has: its identities start after those of the shots before."""


@dataclass(frozen=True)
class Scene:
    """A clip with exact truth, made of numbers alone: the same fields give the same bytes.

    Iterating gives each `Frame` with its truth: identity (from 1) -> mask of the part that can
    be seen, (height, width); an identity that cannot be seen is absent. The shots share the
    clip evenly, with a cut between them. `noise` is the deviation, in grey levels, of sensor
    noise. Any frame can be had by itself, in any order, by `render`.

    Raises: InvalidInput for a size, length or rate that is not positive, or no shots.
    """

    shots: tuple[Shot, ...]
    width: int
    height: int
    fps: float
    frame_count: int
    noise: float = 0.0
    grey: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.shots or min(self.width, self.height, self.frame_count, self.fps) <= 0:
            raise InvalidInput("A scene needs a shot and a positive size, length and frame rate.")

    @property
    def info(self) -> ClipInfo:
        """What a decoder would tell of this clip."""
        return ClipInfo(self.width, self.height, self.fps, self.frame_count)

    def __len__(self) -> int:
        return self.frame_count

    def __iter__(self) -> Iterator[tuple[Frame, dict[int, Mask]]]:
        return (self.render(index) for index in range(self.frame_count))

    def frames(self) -> Iterator[Frame]:
        """The pictures alone."""
        return (frame for frame, _ in self)

    def render(self, index: int) -> tuple[Frame, dict[int, Mask]]:
        """One frame and its truth."""
        shot_length = -(-self.frame_count // len(self.shots))
        shot, number = divmod(index, shot_length)
        picture, truth = self._stages[shot].render(number)
        frame = Frame(index, index / self.fps, self._develop(picture, index))
        return frame, {shot * _IDENTITIES + identity: mask for identity, mask in truth.items()}

    def _develop(self, image: NDArray[np.uint8], index: int) -> NDArray[np.uint8]:
        """What the sensor makes of the light."""
        if self.grey:
            luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
            image = np.repeat(np.asarray(luma, np.uint8)[..., None], 3, axis=2)
        if not self.noise:
            return image
        top, left = np.random.default_rng([self.seed, 4, index]).integers(0, _NOISE_ROOM, 2)
        speckle = self._speckle[top : top + self.height, left : left + self.width]
        return np.asarray(cv2.addWeighted(image, 1, speckle, 1, -128), np.uint8)

    @cached_property
    def _stages(self) -> list[Stage]:
        size = (self.height, self.width)
        return [
            Stage(shot, size=size, fps=self.fps, seed=1000 * self.seed + number)
            for number, shot in enumerate(self.shots)
        ]

    @cached_property
    def _speckle(self) -> NDArray[np.uint8]:
        """Noise around 128, a little larger than a frame, so that each takes another part."""
        size = (self.height + _NOISE_ROOM, self.width + _NOISE_ROOM, 1 if self.grey else 3)
        rng = np.random.default_rng([self.seed, 5])
        values = rng.normal(128, self.noise, size).round().clip(0, 255).astype(np.uint8)
        return np.repeat(values, 3, axis=2) if self.grey else values
