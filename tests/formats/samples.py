"""Results that the tests of the formats write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, Origin, TrackId, TrackState

if TYPE_CHECKING:
    from collections.abc import Iterator


def seen(track_id: int, x: int, y: int, label: str | None = None) -> Observation:
    mask = np.zeros((24, 32), bool)
    mask[y : y + 5, x : x + 4] = True
    mask[y, x] = False
    return Observation(
        TrackId(track_id),
        Box.around(mask),
        RLE.encode(mask),
        score=0.875,
        state=TrackState.PENDING,
        origin=Origin.DETECTED,
        label=label,
    )


def sample() -> tuple[FrameResult, ...]:
    """Two tracks, one of which is absent at times; frame 2 is empty."""
    return (
        FrameResult(0, 0.0, (seen(1, 0, 0),)),
        FrameResult(1, 0.04, (seen(1, 1, 0), seen(2, 20, 10, "toy, red"))),
        FrameResult(2, 0.08, ()),
        FrameResult(3, 0.12, (seen(2, 22, 11, "toy, red"),)),
    )


def long(frame_count: int) -> Iterator[FrameResult]:
    observation = [seen(track_id, 3 * track_id, 4) for track_id in range(1, 9)]
    return (FrameResult(n, n / 30, tuple(observation)) for n in range(frame_count))
