"""What the frames of a window agree on: motion shows an object in parts and by turns.

Each pixel near a track votes, in the frames where the track was seen, for its colour at its
place in the object at its time; a pixel is the track's if those like it say so, whatever motion
said of it in its own frame. So limbs that rested are filled in, and what was in a mask by mistake
leaves it.

Source: after Faktor and Irani, "Video segmentation by non-local consensus voting", 2014.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.ballot import Ballot, Course
from sammot.tracking.motion.detect import fill_holes
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.retrace import Step
    from sammot.tracking.track import Prediction, TrackId
    from sammot.tracking.window import Draft

LEAST_FRAMES = 4
"""A track seen in fewer frames of the window agrees with nobody."""
MAJORITY = 0.42
"""Share of the votes that makes a pixel the track's; less than half, since motion misses more of
an object than it adds."""
LEAST_PART = 0.1
"""Of the largest region of a mask: a smaller one is left out."""
HOLE = 0.002
"""Share of the picture up to which a hole is filled."""
LEAST_FOUND = 0.3
"""Of a track's usual area: the votes count if they find so much of it; where it was seen, so much
of what was seen, if that is less."""


def agree(drafts: Sequence[Draft], trail: Sequence[Step]) -> None:
    """Replace the masks in `drafts`, in place, by what the window agrees on.

    `trail` holds one step for each draft. A cut divides the window.
    """
    for shot in shots(trail):
        _agree(drafts[shot], [step.bins for step in trail[shot]])


def shots(trail: Sequence[Step]) -> list[slice]:
    """The frames of a window from one cut to the next."""
    starts = [0, *(number for number, step in enumerate(trail) if step.is_cut and number)]
    return [slice(*pair) for pair in zip(starts, [*starts[1:], len(trail)], strict=True)]


def _agree(drafts: Sequence[Draft], bins: Sequence[Picture]) -> None:
    ballots = {}
    for id_ in sorted({id_ for draft in drafts for id_ in draft.masks}):
        masks = [one.mask if (one := draft.masks.get(id_)) else None for draft in drafts]
        if sum(mask is not None and bool(mask.any()) for mask in masks) >= LEAST_FRAMES:
            ballots[id_] = Ballot(Course.of(masks), masks, bins)
    known = {id_: _nearest(id_, drafts) for id_ in ballots}
    for number, draft in enumerate(drafts):
        here = {i: one for i, one in ballots.items() if one.course.is_known(number)}
        for id_, mask in _divided(here, number, bins[number]).items():
            one = draft.masks.get(id_)
            usual = here[id_].course.sizes[number] ** 2
            if one is not None:
                usual = min(usual, np.count_nonzero(one.mask))
            if np.count_nonzero(mask if one is None else mask & one.mask) >= LEAST_FOUND * usual:
                draft.masks[id_] = replace(known[id_][number], mask=mask)


def _nearest(id_: TrackId, drafts: Sequence[Draft]) -> list[Prediction]:
    """For each frame the track's prediction in the nearest one where it was seen."""
    seen = [number for number, draft in enumerate(drafts) if id_ in draft.masks]
    return [
        drafts[min(seen, key=lambda other: abs(other - number))].masks[id_]
        for number in range(len(drafts))
    ]


def _divided(ballots: dict[TrackId, Ballot], number: int, bins: Picture) -> dict[TrackId, Mask]:
    """The tracks' masks in a frame: each pixel goes to the one with the largest share."""
    best = np.full(bins.shape, MAJORITY, np.float32)
    owner = np.zeros(bins.shape, np.int32)
    for order, ballot in enumerate(ballots.values(), start=1):
        (rows, columns, *_), share = ballot.result(number, bins)
        wins = share > best[rows, columns]
        best[rows, columns][wins] = share[wins]
        owner[rows, columns][wins] = order
    return {id_: clean(owner == order) for order, id_ in enumerate(ballots, start=1)}


def clean(mask: Mask) -> Mask:
    """Without specks, threads and holes."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    opened = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, kernel)
    regions = Regions.of(opened)
    keep = regions.areas >= max(1, LEAST_PART * regions.areas[1:].max(initial=0))
    return fill_holes(regions.only(keep), HOLE * mask.size) > 0
