"""What the frames of a window agree on to be a part of what the user showed.

An outline by colours leaves parts of other colours out (a head, lower legs), and what is followed
by its mask never gains them. They go where the object goes: each pixel near it votes, with what
moves and hangs together with its mask counted as its own, for its colour at its place in the
object. What is followed stays as it is; only the masks that are reported grow.

Source: as `consensus`, after Faktor and Irani, "Video segmentation by non-local consensus voting",
2014.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.ballot import Ballot, Course
from sammot.tracking.motion.consensus import LEAST_FRAMES, clean, shots
from sammot.tracking.motion.faith import FAITH, judged
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.flow import Way
    from sammot.tracking.motion.retrace import Step
    from sammot.tracking.track import TrackId
    from sammot.tracking.window import Draft

MAJORITY = 0.5
"""Share of the votes that makes a pixel the object's."""
LEAST_FAITH = FAITH / 2
"""How much the way of a point must count for it to be taken to move."""
HALO = 3
"""Side of the square by which that is eroded: seen at half the size, it has a rim of background."""
LEAST_STEP, STEP_SHARE = 0.25, 0.5
"""Pixels that an object goes against the camera in a frame that tells what goes along, and the
share of them that this goes at least."""
LEAST_ALONG = 0.2
"""Share of those frames in which a part goes along: background that points of the object slipped
off to has gone far and never goes along, a leg does with every step."""
RIM, RIM_SHARE = 5.0, 0.1
"""Pixels, and share of the size (the root of the area), by which a part sticks out at least: less
is a rim of background that seems to go along."""
LEAST_OWN = 0.5
"""Share of a region that the mask must have: else it is another object, which touches it."""


def complete(drafts: Sequence[Draft], told: Iterable[TrackId], trail: Sequence[Step]) -> None:
    """Add to the masks of `told` in `drafts`, in place, what the window agrees on.

    `trail` holds one step for each draft. A cut divides the window.
    """
    ids = sorted(told)
    for shot in shots(trail):
        steps = trail[shot]
        moving = [_moving(draft, step.way) for draft, step in zip(drafts[shot], steps, strict=True)]
        for id_ in ids:
            _complete(id_, drafts[shot], steps, moving)


def _complete(
    id_: TrackId, drafts: Sequence[Draft], steps: Sequence[Step], moving: Sequence[Mask | None]
) -> None:
    bins = [step.bins for step in steps]
    votes: list[Mask | None] = [None] * len(drafts)
    along: list[Mask | None] = [None] * len(drafts)
    for number, (draft, moves) in enumerate(zip(drafts, moving, strict=True)):
        if moves is not None and id_ in draft.masks:
            mask = draft.masks[id_].mask
            votes[number] = _joined(mask, moves & _free(id_, draft))
            along[number] = _along(mask, steps[number].way)
    if sum(one is not None for one in along) < LEAST_FRAMES:
        return
    course = Course.of(votes)
    ballot, company = Ballot(course, votes, bins), Ballot(course, along, bins)
    for number, draft in enumerate(drafts):
        if votes[number] is not None and course.is_known(number):
            (rows, columns, *_), share = ballot.result(number, bins[number])
            one = draft.masks[id_]
            whole = one.mask.copy()
            goes = company.result(number, bins[number])[1] > LEAST_ALONG
            whole[rows, columns] |= (share > MAJORITY) & goes
            parts = _sticking_out(one.mask, clean(whole & _free(id_, draft)))
            draft.masks[id_] = replace(one, mask=one.mask | parts)


def _moving(draft: Draft, way: Way | None) -> Mask | None:
    """What moves by all that the window shows, (h, w); None if nothing is known."""
    if way is None or not draft.masks:
        return None
    known = np.logical_or.reduce([one.mask for one in draft.masks.values()])
    far, weight = judged(way, known.view(np.uint8))
    sure = np.where(weight > LEAST_FAITH, far, 0).astype(np.float32)
    moves = (cv2.resize(sure, known.shape[::-1]) > 0.5).view(np.uint8)
    return cv2.erode(moves, np.ones((HALO, HALO), np.uint8)) > 0


def _along(mask: Mask, way: Way | None) -> Mask | None:
    """What goes as far in this frame as the object, (h, w); None if that rests."""
    if way is None:
        return None
    step = cv2.resize(way.step.astype(np.float32), mask.shape[::-1])
    usual = float(np.median(step[mask])) if mask.any() else 0.0
    return step > STEP_SHARE * usual if usual > LEAST_STEP else None


def _free(id_: TrackId, draft: Draft) -> Mask:
    """What no other track has."""
    free = np.ones_like(draft.masks[id_].mask)
    for other, one in draft.masks.items():
        if other != id_:
            free &= ~one.mask
    return free


def _sticking_out(mask: Mask, whole: Mask) -> Mask:
    """What of `whole` is no mere rim around the mask."""
    added = whole & ~mask
    rim = max(RIM, RIM_SHARE * float(np.sqrt(np.count_nonzero(mask))))
    away = cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 5)
    side = 2 * round(rim) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return added & (cv2.dilate((added & (away > rim)).view(np.uint8), kernel) > 0)


def _joined(mask: Mask, moving: Mask) -> Mask:
    """With what moves and hangs together with it."""
    regions = Regions.of((mask | moving).view(np.uint8))
    keep = regions.sums(mask.astype(np.uint8)) >= LEAST_OWN * regions.areas
    keep[0] = False
    return mask | (regions.only(keep) > 0)
