"""Two objects that were one mask get their own masks back to when they came together.

What a look at later frames tells: from the first frame in which the two are apart, both are
carried backwards by the flow, and share the common mask as they do forwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sammot.tracking.motion.partition import away, divide
from sammot.tracking.motion.patch import Patch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.motion.body import Body
    from sammot.tracking.motion.flow import Way
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.track import TrackId
    from sammot.tracking.window import Draft

INSIDE = 0.6
"""Share of a carried mask that must lie in the other's for the two to have been one."""
LEAST = 0.3
"""A part smaller than this share of the track at its birth is not believed."""


class Step(NamedTuple):
    """What is kept of a frame: colour bins, the flow to the frame before, whether it cuts, and
    what the frames around say of it.
    """

    bins: Picture
    flow: Picture
    is_cut: bool
    way: Way | None = None


def retrace(drafts: Sequence[Draft], trail: Sequence[Step], bodies: Mapping[TrackId, Body]) -> None:
    """Add masks to `drafts`, in place, for tracks that left another's mask in these frames.

    `trail` holds one step for each draft.
    """
    proven: frozenset[TrackId] = frozenset().union(*(draft.proven for draft in drafts))
    parts = set().union(*(draft.attached for draft in drafts)) - proven
    for number in range(len(drafts) - 1, 0, -1):
        # A part leaves its frames to the track that it is of.
        for id_ in sorted(drafts[number].born.keys() - parts):
            if id_ in bodies and bodies[id_].age >= 2:
                _carry_back(id_, number, drafts, trail, bodies)
    if len(drafts) > 1 and drafts[0].frame.index == 0 and not drafts[0].masks:
        _begin_at_once(drafts, trail)


def _begin_at_once(drafts: Sequence[Draft], trail: Sequence[Step]) -> None:
    """Motion is seen from the second frame on: the first has the same objects."""
    shape = trail[1].bins.shape
    for id_, one in drafts[1].masks.items():
        patch = _moved_back(Patch.around(one.mask), trail[1].flow, shape)
        drafts[0].masks[id_] = replace(one, mask=patch.full(shape))


def _carry_back(
    id_: TrackId, birth: int, drafts: Sequence[Draft], trail: Sequence[Step],
    bodies: Mapping[TrackId, Body],
) -> None:  # fmt: skip
    shape = trail[birth].bins.shape
    patch = Patch.around(drafts[birth].masks[id_].mask)
    least = LEAST * patch.area
    other_id: TrackId | None = None
    for number in range(birth - 1, -1, -1):
        expected = _moved_back(patch, trail[number + 1].flow, shape)
        if other_id is None:
            other_id = _container(expected, drafts[number], bodies)
        if other_id is None or other_id not in drafts[number].masks:
            return
        common = Patch.around(drafts[number].masks[other_id].mask)
        other = drafts[number + 1].masks.get(other_id)
        if other is None or _share_inside(expected, common, shape) < INSIDE:
            return
        rest = _moved_back(Patch.around(other.mask), trail[number + 1].flow, shape)
        pairs = [(bodies[other_id], rest), (bodies[id_], expected)]
        owners = [(body, away(common, body, place)) for body, place in pairs]
        kept, patch = divide(common, owners, trail[number].bins)
        if patch.area < least or kept.area < least:
            return
        before = drafts[number].masks[other_id]
        for one, mask in ((other_id, kept), (id_, patch)):
            drafts[number].masks[one] = replace(before, mask=mask.full(shape))


def _container(patch: Patch, draft: Draft, bodies: Mapping[TrackId, Body]) -> TrackId | None:
    """The track whose mask holds most of the patch, at least INSIDE of it."""
    best, share = None, INSIDE
    for id_, one in draft.masks.items():
        inside = np.count_nonzero(patch.of(one.mask)) / max(1, patch.area)
        if inside > share and id_ in bodies:
            best, share = id_, inside
    return best


def _share_inside(patch: Patch, other: Patch, shape: tuple[int, int]) -> float:
    return float(np.count_nonzero(patch.of(other.full(shape))) / max(1, patch.area))


def _moved_back(patch: Patch, flow: Picture, shape: tuple[int, int]) -> Patch:
    """Where the patch was one frame ago: moved by the median of the flow under it."""
    small = patch.mask[::2, ::2]
    part = flow[patch.y // 2 :, patch.x // 2 :][: small.shape[0], : small.shape[1]]
    inside = part[small[: part.shape[0], : part.shape[1]]]
    if inside.size == 0:
        return patch
    across, down = 2.0 * np.median(inside.astype(np.float32), axis=0)
    return patch.shifted(round(float(across)), round(float(down)), shape)
