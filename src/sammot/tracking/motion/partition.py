from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.appearance import smoothed
from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.body import Body
    from sammot.tracking.motion.picture import Picture

COLOUR_WEIGHT = 0.08
FOREIGN_WEIGHT = 0.5
"""What a foreign colour around costs beside that."""
UNSEEN = 0.001
"""What a colour that an owner never showed counts for, as a share of it."""
RARE = 0.005
"""Colours that are a smaller share of an owner's than this differ little in what they cost."""
FOREIGN = 4.0
"""A pixel whose colour is so many times as common in another owner shows that one."""


def away(claim: Patch, body: Body, expected: Patch) -> Picture:
    """From each pixel of a claim's window to where a body should be, in units of its size, negative
    inside.
    """
    distance: Picture = _signed_distance(claim, expected) / body.reach
    return distance


def divide(claim: Patch, owners: Sequence[tuple[Body, Picture]], bins: Picture) -> list[Patch]:
    """Give each pixel of a claim to one of its owners, each a body and how far it is `away`.

    The nearer wins; colour decides where that is even. An owner may get nothing: its patch is then
    empty.
    """
    strange = _strangeness([body.colours for body, _ in owners], bins[claim.window])
    winner = _lowest(np.stack([distance for _, distance in owners]) + strange)
    return [
        Patch.around((winner == number) & claim.mask, claim.x, claim.y)
        for number in range(len(owners))
    ]


def _lowest(costs: Picture) -> Picture:
    """The number of the lowest of n costs, the first of like ones: (n, h, w) -> (h, w) int16.

    As np.argmin(costs, axis=0), which takes several times as long.
    """
    lowest, number = costs[0].copy(), np.zeros(costs.shape[1:], np.int16)
    for other, cost in enumerate(costs[1:], 1):
        number[cost < lowest] = other
        np.minimum(lowest, cost, out=lowest)
    return number


def _strangeness(histograms: Sequence[Picture], bins: Picture) -> Picture:
    """What the colours cost each owner, given how common they are in each (n, h, w)."""
    bins = bins.astype(np.intp)  # what indices are made of, once
    known = smoothed(histograms)
    less = np.log((known.max(axis=0) + RARE) / (known + RARE))
    foreign = np.maximum(less - np.log(FOREIGN), 0)
    cost: Picture = np.take(COLOUR_WEIGHT * less, bins, axis=1)
    for number, table in enumerate(foreign):
        cost[number] += FOREIGN_WEIGHT * cv2.blur(np.take(table, bins), (5, 5))
    return cost


def shown(parts: Sequence[Patch], owners: Sequence[Body], bins: Picture) -> list[int]:
    """How many pixels of each owner's part may be its own, and do not show another owner."""
    known = smoothed([body.colours for body in owners]) + UNSEEN
    counts = []
    for number, part in enumerate(parts):
        foreign = np.delete(known, number, axis=0).max(axis=0) >= FOREIGN * known[number]
        counts.append(int(np.count_nonzero(~foreign[part.of(bins)])))
    return counts


def _signed_distance(claim: Patch, expected: Patch) -> Picture:
    """From each pixel of the claim's window to the expected mask, negative inside it."""
    height, width = claim.mask.shape
    canvas = np.zeros((height + 2, width + 2), np.uint8)
    place = expected.shifted(1 - claim.x, 1 - claim.y, (height + 2, width + 2))
    if place.mask.size:
        canvas[place.window] |= place.mask
    if not canvas.any():
        # Out of this claim's window: as far as the centres are.
        gap = float(np.linalg.norm(expected.centre - claim.centre))
        return np.full((height, width), gap, np.float32)
    outside = cv2.distanceTransform(1 - canvas, cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(canvas, cv2.DIST_L2, 3)
    signed: Picture = (outside - inside)[1:-1, 1:-1]
    return signed
