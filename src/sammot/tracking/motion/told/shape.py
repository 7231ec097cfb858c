"""An object's mask cut to its box: set into a picture, and how well it fits the colours there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.motion.told.votes import colour_numbers

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.told.pose import Pose
    from sammot.tracking.motion.told.votes import Votes

PASTED = (0.15, 0.85)
"""Probability beside a shape and on it, where it only is believed to be."""


def cut_to_box(mask: Mask) -> Mask:
    """The part of a mask in the box around it."""
    return np.ascontiguousarray(mask[pixels_of(Box.around(mask))])


def pixels_of(box: Box) -> tuple[slice, slice]:
    """Rows and columns of a box around a mask."""
    return slice(int(box.y1), int(box.y2)), slice(int(box.x1), int(box.x2))


def pasted(shape: Mask, pose: Pose, size: tuple[int, ...]) -> Picture:
    """Probabilities over a picture of a size, float32, where a shape lies around a pose's centre;
    0 outside its box.
    """
    picture = np.zeros(size, np.float32)
    height, width = shape.shape
    top, left = round(pose.y - height / 2), round(pose.x - width / 2)
    y1, x1 = max(0, top), max(0, left)
    y2, x2 = min(size[0], top + height), min(size[1], left + width)
    if y1 < y2 and x1 < x2:
        part = shape[y1 - top : y2 - top, x1 - left : x2 - left]
        picture[y1:y2, x1:x2] = np.where(part, PASTED[1], PASTED[0])
    return picture


def found_again(
    lab: Picture, pose: Pose, shape: Mask, votes: Votes, reach: float
) -> tuple[float, float, float]:
    """The shift, across and down, at which a lost object's shape fits its colours best within
    `reach` half widths and heights, and how well: mean log-odds inside less those around.
    """
    window = pose.window(reach, lab.shape)
    odds = votes.odds(colour_numbers(lab[window])).astype(np.float32)
    kernel = _contrast(shape)
    top, left = (np.array(kernel.shape) // 2).tolist()
    padded = cv2.copyMakeBorder(
        odds, top, top, left, left, cv2.BORDER_CONSTANT, value=(float(odds.min()),)
    )
    scores = cv2.matchTemplate(padded, kernel, cv2.TM_CCORR)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    # The scores' first place has the kernel's middle at the window's corner.
    height, width = kernel.shape
    x = window[1].start + column - left + width / 2
    y = window[0].start + row - top + height / 2
    return x - pose.x, y - pose.y, float(best)


def fits(lab: Picture, pose: Pose, shape: Mask, votes: Votes) -> float:
    """How well a shape fits the colours where it is: as `found_again`, without looking around."""
    kernel = _contrast(shape)
    height, width = kernel.shape
    y, x = round(pose.y - height / 2), round(pose.x - width / 2)
    rows = np.clip(np.arange(y, y + height), 0, lab.shape[0] - 1)
    columns = np.clip(np.arange(x, x + width), 0, lab.shape[1] - 1)
    odds = votes.odds(colour_numbers(np.ascontiguousarray(lab[np.ix_(rows, columns)])))
    return float((odds * kernel).sum())


def _contrast(shape: Mask) -> Picture:
    """Weights of a mask, cut to its box, and of a rim around it, that sum to 1 and to -1."""
    margin = max(2, round(0.25 * float(np.sqrt(np.count_nonzero(shape)))))
    inside = np.pad(shape, margin).astype(np.uint8)
    kernel = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    around = cv2.dilate(inside, kernel) - inside
    weights = inside / max(1, int(inside.sum())) - around / max(1, int(around.sum()))
    return weights.astype(np.float32)
