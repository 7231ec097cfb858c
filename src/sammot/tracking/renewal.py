"""Weak tracks that a detection can set right.

Source: SAM2MOT (arXiv 2504.04519), section 3.2.3, quality reconstruction: only of pending tracks,
because reliable ones need it not and suspicious ones are mostly hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sammot.tracking.mask import Box, box_iou
from sammot.tracking.match import assign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.track import Detection, TrackId

LEAST_MATCH: Final = 0.5
"""Intersection over union of the boxes of a track and of its detection."""
LEAST_SCORE: Final = 0.5
"""Of a detection that is believed more than the track."""


def renewals(
    masks: Mapping[TrackId, Mask], pending: Sequence[TrackId], detections: Sequence[Detection]
) -> dict[TrackId, Detection]:
    """The detection for each pending track that has one; `masks` are those of all tracks.

    All tracks take part in the matching, so that none is given its neighbour's detection.
    """
    sure = [one for one in detections if one.score >= LEAST_SCORE]
    ids = sorted(masks)
    if not sure or not pending or not ids:
        return {}
    tracks = np.array([Box.around(masks[id_]) for id_ in ids], np.float64)
    found = np.array([one.box for one in sure], np.float64)
    pairs = assign(1 - box_iou(tracks, found), 1 - LEAST_MATCH)
    matched = {ids[row]: sure[column] for row, column in pairs}
    return {id_: one for id_, one in matched.items() if id_ in pending}
