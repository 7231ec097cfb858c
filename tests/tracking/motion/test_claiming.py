"""What two bodies get of a region that they share."""

from __future__ import annotations

import numpy as np

from sammot.tracking.motion.appearance import colours_of, histogram
from sammot.tracking.motion.body import LONG_TOGETHER, Body
from sammot.tracking.motion.claiming import Found, expect, ownership, settle
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.scene import View
from sammot.tracking.track import TrackId

SIZE = (120, 200)
TABLE, CUP, SKIN = (235, 128, 128), (110, 185, 160), (180, 140, 150)
ARM, THING = TrackId(1), TrackId(2)


def rectangle(left: int, top: int, right: int, bottom: int) -> Patch:
    return Patch(left, top, np.ones((bottom - top, right - left), np.bool_))


def after_long_together(
    shown: Patch, colour: tuple[int, int, int], usual_area: int
) -> dict[TrackId, Found]:
    """An arm has held a thing for long, of which only a part (`shown`) can be seen now."""
    arm = rectangle(40, 40, 200, 70)
    lab = np.full((*SIZE, 3), TABLE, np.uint8)
    bodies = {}
    for id_, patch, painted in ((ARM, arm, SKIN), (THING, shown, colour)):
        lab[patch.window][patch.mask] = painted
        bodies[id_] = Body.born(patch, histogram(colours_of(lab), patch))
        bodies[id_].age = bodies[id_].together = 2 * LONG_TOGETHER
    bodies[THING].area = usual_area
    bodies[THING].has_parted = True
    lab[:] = TABLE
    lab[arm.window] = SKIN
    lab[shown.window] = colour
    solid = (arm.full(SIZE) | shown.full(SIZE)).view(np.uint8)
    claims = Regions.of(solid)
    view = View(
        0, lab, colours_of(lab), claims, np.zeros((60, 100, 2), np.float32),
        np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8), False, None, claims.labels,
    )  # fmt: skip
    expected = {id_: expect(body, view) for id_, body in bodies.items()}
    owners, _ = ownership(expected, bodies, view)
    return settle(owners, expected, bodies, view)


def test_a_thing_that_is_held_for_long_does_not_become_a_part_of_the_arm() -> None:
    shown = rectangle(20, 40, 40, 70)
    found = after_long_together(shown, CUP, 1200)
    assert abs(found[THING].patch.area - shown.area) < 0.2 * shown.area
    assert found[ARM].patch.area <= 160 * 30


def test_a_look_alike_of_like_size_stays_one_while_little_of_it_is_seen() -> None:
    found = after_long_together(rectangle(10, 40, 40, 70), SKIN, 5000)
    assert found[THING].patch.area < 0.5 * found[ARM].patch.area


def test_a_small_piece_of_like_colours_becomes_a_part_of_what_it_is_long_with() -> None:
    found = after_long_together(rectangle(25, 40, 40, 70), SKIN, 450)
    assert found[THING].patch.area == found[ARM].patch.area
