from __future__ import annotations

import numpy as np

from sammot.tracking.motion.appearance import colours_of, histogram
from sammot.tracking.motion.body import Body
from sammot.tracking.motion.partition import away, divide
from sammot.tracking.motion.patch import Patch

SIZE = (90, 160)
TABLE, CUP, SKIN = (235, 128, 128), (110, 185, 160), (180, 140, 150)


def patch_of(left: int, top: int, right: int, bottom: int) -> Patch:
    return Patch(left, top, np.ones((bottom - top, right - left), np.bool_))


def picture(*things: tuple[Patch, tuple[int, int, int]]) -> np.ndarray:
    """Lab, the later things before the earlier ones."""
    lab = np.full((*SIZE, 3), TABLE, np.uint8)
    for patch, colour in things:
        lab[patch.window][patch.mask] = colour
    return lab


def shares(claim: Patch, owners: list[tuple[Body, Patch]], bins: np.ndarray) -> list[Patch]:
    return divide(claim, [(body, away(claim, body, expected)) for body, expected in owners], bins)


def test_each_of_two_unlike_objects_gets_what_shows_its_colours() -> None:
    cup, arm = patch_of(40, 30, 70, 70), patch_of(60, 40, 150, 56)
    bins = colours_of(picture((cup, CUP), (arm, SKIN)))
    owners = [
        # The cup was last seen whole, and the arm is expected short of where it has got to.
        (Body.born(cup, histogram(colours_of(picture((cup, CUP))), cup)), cup),
        (
            Body.born(arm, histogram(colours_of(picture((arm, SKIN))), arm)),
            patch_of(70, 40, 150, 56),
        ),
    ]
    parts = shares(cup.united(arm), owners, bins)
    shows_skin = arm.full(SIZE)
    assert np.count_nonzero(parts[0].full(SIZE) & shows_skin) < 0.2 * 10 * 16
    assert np.count_nonzero(parts[1].full(SIZE) & ~shows_skin) == 0


def test_look_alikes_are_divided_by_where_they_should_be() -> None:
    left, right = patch_of(20, 30, 60, 70), patch_of(60, 30, 100, 70)
    bins = colours_of(picture((left, CUP), (right, CUP)))
    owners = [(Body.born(one, histogram(bins, one)), one) for one in (left, right)]
    parts = shares(left.united(right), owners, bins)
    assert [part.area for part in parts] == [left.area, right.area]


def test_a_crowd_may_share_one_region() -> None:
    crowd = [patch_of(left, top, left + 4, top + 4) for top in (0, 4) for left in range(0, 300, 4)]
    region = patch_of(0, 0, 300, 8)
    bins = colours_of(np.full((*region.mask.shape, 3), CUP, np.uint8))
    owners = [(Body.born(one, histogram(bins, one)), one) for one in crowd]
    assert [part.area for part in shares(region, owners, bins)] == [16] * len(crowd)
