"""Where an object went from one frame to the next, and which pixels are its own there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.flow import flow_between
from sammot.tracking.motion.picture import guided
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.told.votes import colour_numbers, logit

if TYPE_CHECKING:
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.told.pose import Pose
    from sammot.tracking.motion.told.votes import Votes

AROUND = 2.2
"""How far around an object the flow is measured, in its half widths and heights."""
LEAST = 12.0
"""Half a width or height, in pixels, of the smallest object that is enough for a flow."""
BUDGET = 40_000
"""Pixels of a flow: a larger window is brought down to this."""
MOST_GROWTH = 1.1
"""Of an object's size from frame to frame."""
REACH = 1.3
"""How far from the centre, in half widths and heights, its pixels may lie."""
CARRIED, LOOKED = 0.7, 3.0
"""How much counts what the last frame's mask says, brought here by the flow, and how much what
colour and place, or a camera that stands still, say. The first is less than 1: an old mistake
fades."""
LEAST_WRONG = 0.02
"""Share of pixels in which that evidence is taken to be wrong at least."""
CLAIMED = 2.0
"""Log-odds that the evidence of motion adds or takes away under a moving camera, where it knows
neither limbs that rest nor the ground between those that do not."""
RADIUS, SOFTNESS = 2, 1e-3
"""Of the guided filter that draws the edge, in pixels, and He's epsilon."""
BESIDE = 9
"""Side of the square, in pixels, that keeps an object's flow out of that of its surroundings."""
LEAST_PART = 0.03
"""Of the largest region of a mask: a smaller one is left out."""
CLEFT = 0.05
"""Half the width of a cleft that is filled, in units of the size (the root of the area)."""


def around(pose: Pose, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The window in which an object's flow is measured."""
    wide = pose._replace(across=max(LEAST, pose.across), down=max(LEAST, pose.down))
    return wide.window(AROUND, shape)


def flow_in(window: tuple[slice, slice], now: Picture, then: Picture) -> Picture:
    """Precise flow within a window of two grey pictures, as `flow_between`."""
    first, second = now[window], then[window]
    scale = min(1.0, float(np.sqrt(BUDGET / first.size)))
    size = (max(1, round(first.shape[1] * scale)), max(1, round(first.shape[0] * scale)))
    small = [
        np.ascontiguousarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA))
        if scale < 1
        else np.ascontiguousarray(one)
        for one in (first, second)
    ]
    flow = flow_between(small[0], small[1], precise=True)
    if scale == 1:
        return flow
    enlarged: Picture = cv2.resize(flow, first.shape[::-1]) / np.float32(scale)
    return enlarged


def moved(pose: Pose, mask: Picture, ahead: Picture, window: tuple[slice, slice]) -> Pose:
    """The pose that the flow `ahead`, out of the last frame, brings an object to."""
    rows, columns = np.nonzero(mask)
    if rows.size < 8:
        return pose
    step = max(1, rows.size // 600)
    rows, columns = rows[::step], columns[::step]
    shifts = ahead[rows, columns]
    start = np.stack([columns, rows], axis=1).astype(np.float32)
    # The stubs do not know that there may be none.
    found: Picture | None = cv2.estimateAffinePartial2D(
        start, start + shifts, method=cv2.RANSAC, ransacReprojThreshold=1.5
    )[0]
    if found is None:
        across, down = np.median(shifts, axis=0)
        return pose.moved(float(across), float(down))
    scale = float(np.clip(np.hypot(found[0, 0], found[1, 0]), 1 / MOST_GROWTH, MOST_GROWTH))
    origin = np.array([pose.x - window[1].start, pose.y - window[0].start])
    across, down = found[:, :2] @ origin + found[:, 2] - origin
    return pose.moved(float(across), float(down), scale)


def beside(ahead: Picture, mask: Mask) -> tuple[float, float]:
    """How far what is around an object moves, x and y, by the flow out of the last frame."""
    around = cv2.dilate(mask.astype(np.uint8), np.ones((BESIDE, BESIDE), np.uint8)) == 0
    x, y = np.median(ahead[around] if around.any() else ahead.reshape(-1, 2), axis=0)
    return float(x), float(y)


def carried(likely: Picture, back: Picture) -> Picture:
    """The last frame's probabilities where they are now; `back` leads to the last frame."""
    height, width = back.shape[:2]
    rows, columns = np.indices((height, width), np.float32)
    return cv2.remap(
        np.ascontiguousarray(likely), columns + back[..., 0], rows + back[..., 1],
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,),
    )  # fmt: skip


def odds_in(
    window: tuple[slice, slice], lab: Picture, pose: Pose, votes: Votes, before: Picture
) -> Picture:
    """Log-odds of each pixel in a window to be the object's; `before` is the last frame's say."""
    odds: Picture = CARRIED * logit(before)
    odds += LOOKED * logit(votes.shares(*pose.places(window), colour_numbers(lab[window])))
    return odds


def claimed_odds(claims: Picture, own: float, beside: float) -> Picture:
    """Log-odds of each pixel to be the object's, by whether the evidence of motion claims it, as it
    does this share of its `own` and of those `beside` it; 0 where that tells nothing.
    """
    own, beside = (min(max(share, LEAST_WRONG), 1 - LEAST_WRONG) for share in (own, beside))
    yes, no = np.log(own / beside), np.log((1 - own) / (1 - beside))
    is_news = own > beside
    odds: Picture = np.where(claims > 0, LOOKED * yes * is_news, LOOKED * no * is_news)
    return odds


def drawn(lab: Picture, odds: Picture) -> Picture:
    """Probabilities, 255 for sure, by log-odds, their edges drawn to the picture's."""
    probability = (1 / (1 + np.exp(-odds))).astype(np.float32)
    found = guided(np.ascontiguousarray(lab[..., 0]), probability, RADIUS, SOFTNESS)
    # Whole steps, so that a snapshot holds it exactly.
    return np.round(np.clip(found, 0, 1) * 255).astype(np.uint8)


def solid(likely: Picture) -> Mask:
    """The object: without threads, clefts, and what is small beside the rest."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    whole = (likely > 127).astype(np.uint8)
    opened = cv2.morphologyEx(whole, cv2.MORPH_OPEN, kernel)
    regions = Regions.of(opened if opened.any() else whole)
    keep = regions.areas >= max(1, LEAST_PART * regions.areas[1:].max(initial=0))
    keep[0] = False
    return _closed(regions.only(keep)) > 0


def _closed(mask: Picture) -> Picture:
    """With its narrow clefts filled, also at the picture's border."""
    reach = max(1, round(CLEFT * float(np.sqrt(np.count_nonzero(mask)))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    wide = np.pad(mask, reach)
    inside = (slice(reach, -reach), slice(reach, -reach))
    return cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel)[inside]
