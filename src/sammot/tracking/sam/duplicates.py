from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.mask import box_iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.track import Detection


def distinct(detections: Sequence[Detection], most_alike: float) -> list[Detection]:
    """The detections, best first, less those that are like a better one.

    `most_alike` is the intersection over union from which two are one object: of their masks where
    they have some, else of their boxes.
    """
    ranked = sorted(detections, key=lambda one: -one.score)
    if not ranked:
        return []
    alike = _likeness(ranked)
    kept: list[int] = []
    for number in range(len(ranked)):
        if not kept or alike[number, kept].max() < most_alike:
            kept.append(number)
    return [ranked[number] for number in kept]


def _likeness(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """The intersection over union of each with each."""
    masks = [one.mask.reshape(-1) for one in detections if one.mask is not None]
    if len(masks) < len(detections):
        boxes = np.array([one.box for one in detections], np.float64)
        return box_iou(boxes, boxes)
    flat = np.array(masks, np.float32)
    common = np.asarray(flat @ flat.T, np.float64)
    areas = np.diag(common)
    return common / np.maximum(areas[:, None] + areas[None, :] - common, 1)
