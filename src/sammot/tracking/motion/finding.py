"""Hidden bodies are found again: in regions that nobody owns, or as tracks begun meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.match import assign
from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.claiming import Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.motion.body import Body
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.motion.scene import View
    from sammot.tracking.track import TrackId

YOUNG = (6, 30)
"""Ages, in frames, at which a track may turn out to be an old one come back."""
EARLY = 6
"""Frames for which the one side of an object may be seen before the other is hidden."""
LIKE = 0.45
"""Bhattacharyya distance of the colours of two bodies that may be the same."""
MOST_GROWN, MOST_SHRUNK = 1.3, 2.0
"""Logarithms of how far a body's area may have changed; what comes to light does so bit by bit."""
LIMIT = 2.2
"""Cost above which a hidden body is not found again."""


def find_again(
    bodies: Mapping[TrackId, Body], seen: Mapping[TrackId, Found], free: Sequence[int], view: View
) -> dict[TrackId, Found]:
    """Match hidden bodies, those not `seen`, with claims that nobody owns."""
    hidden = [id_ for id_ in bodies if id_ not in seen]
    if not hidden or not free:
        return {}
    claims = [view.claims.patch(number) for number in free]
    colours = [histogram(view.bins, claim) for claim in claims]
    cost = np.array([
        [_cost(bodies[id_], claim, colour) for claim, colour in zip(claims, colours, strict=True)]
        for id_ in hidden
    ])  # fmt: skip
    pairs = assign(cost, LIMIT)
    return {hidden[row]: Found(claims[column]) for row, column in pairs}


def _cost(body: Body, claim: Patch, colours: np.ndarray[Any, Any]) -> float:
    """How unlike a hidden body a claim is, in place, size and colours; infinity if impossible."""
    away = claim.centre - (body.centre + body.velocity)
    gap = float(np.linalg.norm(away))
    speed = float(np.linalg.norm(body.velocity))
    gate = 1.2 * body.reach * (1 + 0.15 * body.missed) + 1.5 * speed * min(body.missed, 5) + 2
    growth = float(np.log(max(1, claim.area) / max(1.0, body.area)))
    strange = distance(body.colours, colours)
    is_possible = -MOST_SHRUNK < growth < MOST_GROWN
    if gap > gate or not is_possible or strange > 0.45 + 0.15 * (body.missed <= 2):
        return float("inf")
    return gap / body.reach + 0.5 * abs(growth) + strange


def reunite(
    bodies: Mapping[TrackId, Body], seen: Mapping[TrackId, Found], size: tuple[int, int]
) -> dict[TrackId, Found]:
    """Claim the masks of young tracks that look like a hidden body come back.

    The two predictions then overlap, and the manager lets the elder keep its number.
    """
    hidden = [id_ for id_, body in bodies.items() if id_ not in seen and body.age >= YOUNG[0]]
    young = [id_ for id_ in seen if YOUNG[0] <= bodies[id_].age <= YOUNG[1]]
    if not hidden or not young:
        return {}
    cost = np.array([
        [_strangeness(bodies[old], bodies[new], size) for new in young] for old in hidden
    ])  # fmt: skip
    pairs = assign(cost, 1.0)
    return {hidden[row]: seen[young[column]] for row, column in pairs}


def _strangeness(old: Body, new: Body, size: tuple[int, int]) -> float:
    """How unlike a hidden body a young one is; infinity if it cannot be the same.

    It must have begun when the other was gone. At the border of a frame of `size` only one who
    left there can come back, anywhere on its side; elsewhere it must come to light about where
    the hidden one may have got to.
    """
    if new.age > old.missed + EARLY:
        return float("inf")
    at_border = new.entered and old.patch.touches_border(size)
    away = float(np.linalg.norm(old.centre - new.centre))
    reach = 0.4 * max(size)
    if not at_border:
        away, reach = min(away, old.distance_to_way(new.centre)), 1.5 * old.reach
    if away > reach:
        return float("inf")
    growth = abs(float(np.log(new.patch.area / old.area)))
    strange = distance(old.colours, new.colours)
    return strange + 0.4 * growth if strange < LIKE and growth < 0.9 else float("inf")
