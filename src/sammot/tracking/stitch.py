"""Two spans of a clip that were tracked apart, made one where they overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import numpy as np

from sammot.tracking.match import assign
from sammot.tracking.track import FrameResult, Observation, TrackId

_AGREEMENT = 0.5
"""Mean IoU, over the frames in which both are seen, from which on two tracks are the same."""


def same_tracks(
    earlier: Iterable[FrameResult], later: Iterable[FrameResult]
) -> dict[TrackId, TrackId]:
    """Which track of the later span is which of the earlier one: id there -> id here.

    Both are given for the frames that the spans share. Pairs agree by their masks; those that
    do so longest and best win, one to one. What is seen by one span alone, or never in the same
    frame by both, has no partner.
    """
    together: defaultdict[tuple[TrackId, TrackId], list[float]] = defaultdict(list)
    for here, there in zip(earlier, later, strict=True):
        for one, other in product(here.observations, there.observations):
            together[other.track_id, one.track_id].append(_overlap(one, other))
    agreed = {pair: sum(ious) for pair, ious in together.items() if np.mean(ious) >= _AGREEMENT}
    theirs = sorted({pair[0] for pair in agreed})
    ours = sorted({pair[1] for pair in agreed})
    gain = np.array([[agreed.get((t, o), 0.0) for o in ours] for t in theirs]).reshape(
        len(theirs), len(ours)
    )
    return {theirs[row]: ours[column] for row, column in assign(-gain, 0.0)}


def _overlap(one: Observation, other: Observation) -> float:
    """The masks' IoU."""
    a, b = one.box, other.box
    if min(a.x2, b.x2) <= max(a.x1, b.x1) or min(a.y2, b.y2) <= max(a.y1, b.y1):
        return 0.0
    return one.rle.iou(other.rle)
