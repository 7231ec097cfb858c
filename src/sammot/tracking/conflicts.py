"""Two tracks with one mask: which of them follows the other's object.

Source: SAM2MOT (arXiv 2504.04519), section 3.3, cross-object interaction. Ours: what a user
prompted wins over what was found, and where nothing else tells, the elder wins.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sammot.tracking.mask import Box, mask_iou

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sammot.tracking.history import History
    from sammot.tracking.manager_config import ManagerConfig
    from sammot.tracking.track import Prediction, TrackId


def losers(
    tracks: Mapping[TrackId, History],
    predictions: Mapping[TrackId, Prediction],
    config: ManagerConfig,
) -> frozenset[TrackId]:
    """The tracks whose masks in this frame are another's."""
    boxes = {
        id_: Box.around(one.mask)
        for id_, one in predictions.items()
        if id_ in tracks and one.mask.any()
    }
    lost: set[TrackId] = set()
    for first, second in combinations(sorted(boxes), 2):
        if first in lost or second in lost or not _meet(boxes[first], boxes[second]):
            continue
        one, other = predictions[first], predictions[second]
        if mask_iou(one.mask, other.mask) >= config.overlap:
            elder_loses = _is_doubted(
                tracks[first], tracks[second], one.score - other.score, config
            )
            lost.add(first if elder_loses else second)
    return frozenset(lost)


def _is_doubted(elder: History, younger: History, lead: float, config: ManagerConfig) -> bool:
    """Whether the elder loses, which scores higher by `lead` in this frame."""
    if (elder.subject is None) != (younger.subject is None):
        return elder.subject is None
    if abs(lead) >= config.score_gap:
        return lead < 0
    return elder.spread - younger.spread >= config.spread_gap


def _meet(one: Box, other: Box) -> bool:
    across = min(one.x2, other.x2) > max(one.x1, other.x1)
    return across and min(one.y2, other.y2) > max(one.y1, other.y1)
