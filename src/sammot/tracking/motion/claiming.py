"""Which bodies own the regions of a frame, and what each gets of those that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.lobes import parts_of
from sammot.tracking.motion.partition import divide
from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sammot.tracking.motion.body import Body
    from sammot.tracking.motion.scene import View
    from sammot.tracking.track import TrackId

OVERLAP = 0.12
"""Of the smaller of a claim and an expected mask: they belong together."""
HIDDEN = 0.15
"""A body of which less than this share is left in a common claim is hidden by the others."""
SMALL_PART = 0.35
"""Of the largest in a region: what is larger stays an object of its own."""
UNLIKE = 0.55
"""Bhattacharyya distance of the colours at which a hidden body is not what it meets."""


class Found(NamedTuple):
    """A body's mask in this frame, and whether it had to share a claim with another."""

    patch: Patch
    is_shared: bool


def expect(body: Body, view: View) -> Patch:
    """Where the mask should be now: moved by its velocity or by the flow, whichever fits."""
    claimed = view.claims.labels
    height, width = claimed.shape
    size = (height, width)
    if body.missed:
        shift = body.centre + body.velocity - body.patch.centre
        return body.patch.shifted(*_whole(shift), size)
    shifts = [_whole(body.velocity), _whole(_flow_of(body, view))]
    hits = [np.count_nonzero(body.patch.shifted(*one, size).of(claimed)) for one in shifts]
    shape = body.shape.shifted(*shifts[int(hits[1] > hits[0])], size)
    inside = np.count_nonzero(shape.of(claimed))
    # A shape that was carried astray is given up for what was last seen.
    if inside < 0.5 * max(1, shape.area):
        return body.patch.shifted(*shifts[int(hits[1] > hits[0])], size)
    return shape


def _flow_of(body: Body, view: View) -> np.ndarray[Any, Any]:
    """Median of the flow around where the body was, in working pixels per frame."""
    height, width = view.flow.shape[:2]
    patch = body.patch
    top, left = patch.y // 2, patch.x // 2
    part = view.flow[top : top + max(1, patch.mask.shape[0] // 2)]
    part = part[:, left : left + max(1, patch.mask.shape[1] // 2)]
    small = patch.mask[::2, ::2][: part.shape[0], : part.shape[1]]
    inside = part[: small.shape[0], : small.shape[1]][small]
    if inside.size == 0 or height < 2 or width < 2:
        return np.zeros(2)
    # The flow says where a pixel came from.
    return -2.0 * np.median(inside, axis=0)


def _whole(shift: np.ndarray[Any, Any]) -> tuple[int, int]:
    return round(float(shift[0])), round(float(shift[1]))


def ownership(
    expected: Mapping[TrackId, Patch], bodies: Mapping[TrackId, Body], view: View
) -> tuple[dict[int, list[TrackId]], list[int]]:
    """Which bodies own each claim, and the claims without an owner."""
    claims = view.claims
    owners: dict[int, list[TrackId]] = {}
    for id_, patch in expected.items():
        if patch.mask.size == 0:
            continue
        shared = np.bincount(patch.of(claims.labels), minlength=claims.count + 1)
        for number in np.flatnonzero(shared[1:] >= 3) + 1:
            least = min(patch.area, int(claims.areas[number]))
            if shared[number] > OVERLAP * least and _fits(bodies[id_], int(number), view):
                owners.setdefault(int(number), []).append(id_)
    free = [number for number in range(1, claims.count + 1) if number not in owners]
    return owners, free


def _fits(body: Body, number: int, view: View) -> bool:
    """A body that was hidden must also look like what it meets."""
    if body.missed == 0:
        return True
    return distance(body.colours, histogram(view.bins, view.claims.patch(number))) < UNLIKE


def settle(
    owners: Mapping[int, list[TrackId]],
    expected: Mapping[TrackId, Patch],
    bodies: Mapping[TrackId, Body],
    view: View,
) -> dict[TrackId, Found]:
    """Give every owned claim, whole or divided, to its bodies."""
    found: dict[TrackId, Found] = {}
    for number, ids in owners.items():
        pairs = {id_: (bodies[id_], expected[id_]) for id_ in ids}
        for id_, part in _shares(view.claims.patch(number), pairs, view).items():
            before = found.get(id_)
            whole = part if before is None else before.patch.united(part)
            is_shared = len(ids) > 1 or (before is not None and before.is_shared)
            found[id_] = Found(whole, is_shared)
    return found


def _shares(
    claim: Patch, owners: Mapping[TrackId, tuple[Body, Patch]], view: View
) -> dict[TrackId, Patch]:
    """A claim among its bodies; one of which hardly anything is left is hidden: it gets
    nothing. A small one that has long shared what looks like one object is of it: both get
    the whole, and the manager makes one track of the two.
    """
    parts = _divided(claim, owners, view)
    leader = max(parts, key=lambda id_: (parts[id_].area, -id_))
    grown = [
        id_
        for id_, part in parts.items()
        if owners[id_][0].has_grown_in and part.area < SMALL_PART * parts[leader].area
    ]
    if not grown or len(parts_of(claim, float(np.sqrt(claim.area)))) > 1:
        return parts
    for id_ in grown:
        parts[leader] = parts[leader].united(parts[id_])
    return parts | dict.fromkeys(grown, parts[leader])


def _divided(
    claim: Patch, owners: Mapping[TrackId, tuple[Body, Patch]], view: View
) -> dict[TrackId, Patch]:
    ids = list(owners)
    while len(ids) > 1:
        pairs = [owners[id_] for id_ in ids]
        parts = dict(zip(ids, divide(claim, pairs, view.bins), strict=True))
        least = min(ids, key=lambda id_: parts[id_].area / owners[id_][0].area)
        if parts[least].area >= max(HIDDEN * owners[least][0].area, 4):
            return parts
        ids = [id_ for id_ in ids if id_ != least]
    return dict.fromkeys(ids, claim)
