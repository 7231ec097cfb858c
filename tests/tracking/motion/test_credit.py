from __future__ import annotations

import numpy as np

from sammot.tracking.motion.credit import LEAST, MOST, Credit
from sammot.tracking.motion.residual import origins

NOTHING = np.zeros((40, 60), np.uint8)
OBJECT = NOTHING.copy()
OBJECT[10:20, 10:30] = 1
REST = origins(np.zeros((40, 60, 2), np.float32))


def test_what_has_long_moved_is_held_for_a_while() -> None:
    credit = seen(20)
    held = [credit.extended(NOTHING, OBJECT, REST).any() for _ in range(MOST + 5)]
    assert held[0]
    assert sum(held) == MOST + 1
    assert not held[-1]


def test_what_was_hardly_seen_is_not_held() -> None:
    assert not seen(LEAST - 1).extended(NOTHING, OBJECT, REST).any()


def test_only_tracks_are_held() -> None:
    assert not seen(20).extended(NOTHING, NOTHING, REST).any()


def test_an_object_that_is_still_evident_in_part_is_left_as_it_is() -> None:
    part = NOTHING.copy()
    part[10:20, 10:20] = 1
    assert np.array_equal(seen(20).extended(part, OBJECT, REST), part)


def test_credit_moves_with_the_flow() -> None:
    moved = np.roll(OBJECT, 8, axis=1)
    # The flow says where each pixel was.
    places = origins(np.full((40, 60, 2), np.float32([-8, 0])))
    assert np.array_equal(seen(20).extended(NOTHING, moved, places), moved)


def seen(frames: int) -> Credit:
    credit = Credit()
    for _ in range(frames):
        credit.extended(OBJECT, OBJECT, REST)
    return credit
