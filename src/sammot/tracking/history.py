"""What the trajectory manager remembers of each track."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.mask import centroid
from sammot.tracking.track import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.track import Detection, TrackId

CHANGED = 0.25
"""Share of its area by which a mask may change from frame to frame."""


@dataclass(slots=True)
class History:
    """What is known of one track; `low` and `high` bound its places (x, y) since its birth: a
    `place` changes with the centre, less what the camera's motion makes of it.

    `unseen` is how many frames it had been hidden when it was last seen; `alone` counts frames in
    which it lay beside no larger track. Where it is small and lies beside one, `low`, `high`,
    `path` and `free_hits` (frames seen) begin anew: what it does there may be the other's doing.
    """

    area: float
    low: list[float]
    high: list[float]
    centre: list[float] = field(default_factory=list)
    place: list[float] = field(default_factory=lambda: [0.0, 0.0])
    path: float = 0.0
    last_area: int = 0
    hits: int = 0
    missed: int = 0
    unseen: int = 0
    alone: int = 0
    free_hits: int = 0
    is_confirmed: bool = False
    scores: list[float] = field(default_factory=list)
    host: TrackId | None = None
    host_hits: int = 0
    offsets: list[float] = field(default_factory=list)
    host_centres: list[float] = field(default_factory=list)
    label: str | None = None
    subject: int | None = None

    @classmethod
    def born(cls, detection: Detection, score: float) -> History:
        """Seen once. One that another track let go of is no part of it; what a user prompted is
        an object.
        """
        track = cls(
            0.0, [np.inf] * 2, [-np.inf] * 2,
            alone=2 if detection.origin is Origin.PROPAGATED else 1,
            is_confirmed=detection.origin is Origin.PROMPTED,
            label=detection.label, subject=detection.subject,
        )  # fmt: skip
        if detection.mask is not None:
            track.seen(detection.mask, score, 1)
        else:
            box = detection.box
            middle = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2]
            track._seen_at(middle, max(1, round(box.area)), score, 1)
        return track

    @property
    def size(self) -> float:
        """The root of its usual area, in pixels."""
        return float(np.sqrt(max(1.0, self.area)))

    @property
    def travel(self) -> float:
        """Diagonal of the box of its places, in pixels."""
        return float(np.hypot(self.high[0] - self.low[0], self.high[1] - self.low[1]))

    @property
    def trust(self) -> float:
        """Mean of the recent scores."""
        return float(np.mean(self.scores)) if self.scores else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of the recent scores."""
        return float(np.std(self.scores)) if self.scores else 0.0

    def seen(
        self, mask: Mask, score: float, history: int, rest: Sequence[float] | None = None
    ) -> None:
        """It has this mask in the next frame; the last `history` scores are kept; see
        `Prediction` for `rest`.
        """
        area, *centre = centroid(mask)
        self._seen_at(centre, area, score, history, rest)

    def _seen_at(
        self, centre: list[float], area: int, score: float, history: int,
        rest: Sequence[float] | None = None,
    ) -> None:  # fmt: skip
        if self.centre:
            origin = self.centre if rest is None else rest
            self._step([now - then for now, then in zip(centre, origin, strict=True)], area)
        self.centre, self.last_area = centre, area
        if not self.free_hits:
            self.low, self.high, self.path = [*self.place], [*self.place], 0.0
        self.low = [min(a, b) for a, b in zip(self.low, self.place, strict=True)]
        self.high = [max(a, b) for a, b in zip(self.high, self.place, strict=True)]
        self.area += (area - self.area) * (0.1 if self.hits else 1.0)
        self.hits, self.missed, self.unseen = self.hits + 1, 0, self.missed
        self.free_hits += 1
        self.scores = [*self.scores, score][-history:]

    def _step(self, step: list[float], area: int) -> None:
        """Count a step of the path; a mask that changes much has not travelled, it was mistaken."""
        if abs(area - self.last_area) <= CHANGED * max(area, self.last_area):
            self.path += float(np.hypot(step[0], step[1]))
            self.place = [a + b for a, b in zip(self.place, step, strict=True)]

    def stays_with(self, host_id: TrackId, host: History, together_hits: int) -> None:
        """It lies beside `host` in this frame."""
        # Bounds over a long time would hold any turn of the host.
        if self.host != host_id or self.host_hits >= 3 * together_hits:
            self.host, self.host_hits = host_id, 0
            self.offsets, self.host_centres = [], []
        self.host_hits += 1
        offset = [a - b for a, b in zip(self.centre, host.centre, strict=True)]
        self.offsets = _bounds(self.offsets, offset)
        self.host_centres = _bounds(self.host_centres, host.centre)

    def moves_with(self, host: History, hits: int) -> bool:
        """For `hits` frames it has kept its place beside a host that moved; or for twice as many
        it has not left its side.
        """
        if self.host_hits < hits:
            return False
        wandered, moved = _diagonal(self.offsets), _diagonal(self.host_centres)
        if wandered >= 0.5 * host.size:
            return False
        return self.host_hits >= 2 * hits or wandered < max(0.5 * moved, 0.1 * host.size)


def _bounds(bounds: list[float], point: Sequence[float]) -> list[float]:
    """Bounds (low x, low y, high x, high y) widened to hold a point."""
    if not bounds:
        return [*point, *point]
    low = [min(a, b) for a, b in zip(bounds[:2], point, strict=True)]
    return low + [max(a, b) for a, b in zip(bounds[2:], point, strict=True)]


def _diagonal(bounds: Sequence[float]) -> float:
    return float(np.hypot(bounds[2] - bounds[0], bounds[3] - bounds[1])) if bounds else 0.0
