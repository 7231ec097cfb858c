from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from sammot.tracking.motion.flow import Glance
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.state import State


@dataclass(frozen=True, slots=True)
class Sighting:
    """What may be an object in one frame, at working size.

    `solid` (h, w) uint8, 1 on it; `flow` (h/2, w/2, 2) float32, where each pixel was in the last
    frame, in pixels of that half size; `camera` (3, 3) the homography that leads from each pixel
    to where the camera's motion alone would have had it in the last frame, None if it stands still.
    """

    solid: Picture
    flow: Picture
    camera: Picture | None = None


class Evidence(Protocol):
    """Where objects may be: by difference from a background, or by motion against the rest.

    `sees_in_part` says that what rests in an object may be missed.
    """

    sees_in_part: ClassVar[bool]

    def sight(self, index: int, lab: Picture, glance: Glance, taken: Picture) -> Sighting:
        """The next frame; `taken` is uint8, set where tracks were in the last."""

    def cut(self) -> None:
        """Another shot begins with the frame that is sighted next."""

    def realness(self, patch: Patch) -> float:
        """How sure it is, 0 to 1, that this mask of the current frame is an object."""

    def learn(self, taken: Picture) -> None:
        """The frame is done; `taken` is uint8, set where tracks are."""

    def absorb(self, patch: Patch) -> None:
        """What lies here in the current frame never was an object."""

    def save(self) -> State:
        """What the next frame depends on."""

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
