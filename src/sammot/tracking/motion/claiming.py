"""Which bodies own the regions of a frame, and what each gets of those that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.fitting import GAIN, Expected, fit
from sammot.tracking.motion.lobes import parts_of
from sammot.tracking.motion.partition import away, divide, shown
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
SMALLER = 0.7
"""Of another's usual area: what is larger is no part of it."""
HELD = 0.8
"""Bhattacharyya distance of the colours of a thing and of what holds it, at least: however long it
is held, it does not become a part."""
UNLIKE = 0.55
"""Bhattacharyya distance of the colours at which a hidden body is not what it meets."""


class Found(NamedTuple):
    """A body's mask in this frame, and where it was expected if it had to share a claim."""

    patch: Patch
    shared: Expected | None = None

    def united(self, other: Found) -> Found:
        """With what it has of another claim."""
        return Found(self.patch.united(other.patch), self.shared or other.shared)


def expect(body: Body, view: View) -> Expected:
    """The mask moved by its velocity or by the flow, whichever fits."""
    claimed = view.claims.labels
    height, width = claimed.shape
    size = (height, width)
    if body.missed:
        shift = body.centre + body.velocity - body.shape.centre
        return _moved(body.shape, shift, body.velocity, size)
    velocity = body.velocity
    shifts = [velocity, _flow_of(body, view)]
    hits = [
        np.count_nonzero(_moved(body.patch, one, one, size).patch.of(claimed)) for one in shifts
    ]
    shift = shifts[int(hits[1] > hits[0])]
    shape = _moved(body.shape, shift + body.rest, velocity + GAIN * (shift - velocity), size)
    inside = np.count_nonzero(shape.patch.of(claimed))
    # A shape that was carried astray is given up for what was last seen.
    if inside < 0.5 * max(1, shape.patch.area):
        return _moved(body.patch, shift, shape.velocity, size)
    return shape


def _moved(
    patch: Patch, shift: np.ndarray[Any, Any], velocity: np.ndarray[Any, Any], size: tuple[int, int]
) -> Expected:
    """By whole pixels; the rest is for the next frame, or a slow body would never get anywhere."""
    across, down = (round(float(value)) for value in shift)
    return Expected(patch.shifted(across, down, size), shift - np.array([across, down]), velocity)


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


def ownership(
    expected: Mapping[TrackId, Expected], bodies: Mapping[TrackId, Body], view: View
) -> tuple[dict[int, list[TrackId]], list[int]]:
    """Which bodies own each claim, and the claims without an owner."""
    claims = view.claims
    owners: dict[int, list[TrackId]] = {}
    # Those that were hidden come last: what they meet may be another's.
    for id_ in sorted(expected, key=lambda id_: bodies[id_].missed > 0):
        patch = expected[id_].patch
        if patch.mask.size == 0:
            continue
        shared = np.bincount(patch.of(claims.labels), minlength=claims.count + 1)
        for number in (np.flatnonzero(shared[1:] >= 3) + 1).tolist():
            least = min(patch.area, int(claims.areas[number]))
            if shared[number] <= OVERLAP * least:
                continue
            if bodies[id_].missed == 0 or _fits(
                bodies[id_], patch, number, view, is_owned=number in owners
            ):
                owners.setdefault(number, []).append(id_)
    free = [number for number in range(1, claims.count + 1) if number not in owners]
    return owners, free


def _fits(body: Body, expected: Patch, number: int, view: View, *, is_owned: bool) -> bool:
    """A body that was hidden must look like what it meets; like what of it lies where the body
    should be, if it comes out from behind another.
    """
    met = view.claims.patch(number)
    if is_owned:
        here = view.claims.labels[expected.window] == number
        met = Patch(expected.x, expected.y, expected.mask & here)
    return distance(body.colours, histogram(view.bins, met)) < UNLIKE


def settle(
    owners: Mapping[int, list[TrackId]],
    expected: Mapping[TrackId, Expected],
    bodies: Mapping[TrackId, Body],
    view: View,
) -> dict[TrackId, Found]:
    """Give every owned claim, whole or divided, to its bodies."""
    found: dict[TrackId, Found] = {}
    for number, ids in owners.items():
        claim = view.claims.patch(number)
        shapes = [expected[id_] for id_ in ids]
        if len(ids) > 1:
            height, width = view.claims.labels.shape
            shapes = fit(claim, shapes, (height, width))
        fitted = dict(zip(ids, shapes, strict=True))
        pairs = {id_: (bodies[id_], fitted[id_].patch) for id_ in ids}
        for id_, part in _shares(claim, pairs, view).items():
            one = Found(part, fitted[id_] if len(ids) > 1 else None)
            found[id_] = found[id_].united(one) if id_ in found else one
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
        if part.area < SMALL_PART * parts[leader].area
        and _has_grown_in(owners[id_][0], owners[leader][0])
    ]
    if not grown or len(parts_of(claim, float(np.sqrt(claim.area)))) > 1:
        return parts
    for id_ in grown:
        parts[leader] = parts[leader].united(parts[id_])
    return parts | dict.fromkeys(grown, parts[leader])


def _has_grown_in(body: Body, leader: Body) -> bool:
    """Whether a body has long been with what it is a part of.

    What another once let go of is none if it is held, its colours being none of the other's, or
    if it is nearly as large, and hidden for the moment.
    """
    if not body.has_grown_in or not body.has_parted:
        return body.has_grown_in
    is_smaller = body.area < SMALLER * leader.area
    return is_smaller and distance(body.colours, leader.colours) < HELD


def _divided(
    claim: Patch, owners: Mapping[TrackId, tuple[Body, Patch]], view: View
) -> dict[TrackId, Patch]:
    """A claim among those of its bodies of which enough is left; the least goes first."""
    if len(owners) == 1:
        return dict.fromkeys(owners, claim)
    sharing = {id_: (body, away(claim, body, expected)) for id_, (body, expected) in owners.items()}
    while len(sharing) > 1:
        parts = divide(claim, list(sharing.values()), view.bins)
        bodies = {id_: body for id_, (body, _) in sharing.items()}
        left = dict(zip(bodies, shown(parts, list(bodies.values()), view.bins), strict=True))
        least = min(bodies, key=lambda id_: left[id_] / bodies[id_].area)
        if left[least] >= max(HIDDEN * bodies[least].area, 4):
            return dict(zip(bodies, parts, strict=True))
        del sharing[least]
    return dict.fromkeys(sharing, claim)
