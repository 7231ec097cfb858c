from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.mask import Box, box_iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.mask import Mask


def box_similarity(truth: Sequence[Box], tracks: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of every pair, (n, m)."""
    first, second = (np.array(boxes, np.float64).reshape(-1, 4) for boxes in (truth, tracks))
    return box_iou(first, second)


def mask_similarity(truth: Sequence[Mask], tracks: Sequence[Mask]) -> NDArray[np.float64]:
    """Intersection over union of every pair of masks of one size, (n, m)."""
    scores = np.zeros((len(truth), len(tracks)))
    boxes = [[Box.around(mask) for mask in masks] for masks in (truth, tracks)]
    areas = [[np.count_nonzero(mask) for mask in masks] for masks in (truth, tracks)]
    for row, column in np.argwhere(box_similarity(*boxes) > 0):
        first, second = boxes[0][row], boxes[1][column]
        window = (
            slice(int(max(first.y1, second.y1)), int(min(first.y2, second.y2))),
            slice(int(max(first.x1, second.x1)), int(min(first.x2, second.x2))),
        )
        common = np.count_nonzero(truth[row][window] & tracks[column][window])
        scores[row, column] = common / (areas[0][row] + areas[1][column] - common)
    return scores
