"""Of look-alikes that part, none keeps a corner of another."""

from __future__ import annotations

import numpy as np
import pytest

from sammot.tracking.motion.appearance import colours_of, histogram
from sammot.tracking.motion.body import Body
from sammot.tracking.motion.claiming import Found
from sammot.tracking.motion.handover import hand_over
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.scene import View
from sammot.tracking.track import TrackId

SIZE = (120, 200)
TABLE, CUP, SKIN = (235, 128, 128), (110, 185, 160), (180, 140, 150)
HOLDER, OTHER = TrackId(1), TrackId(2)


def rectangle(left: int, top: int, right: int, bottom: int) -> Patch:
    return Patch(left, top, np.ones((bottom - top, right - left), np.bool_))


LEFT, CORNER, REST = (
    rectangle(20, 20, 60, 80),
    rectangle(90, 60, 130, 80),
    rectangle(90, 20, 130, 60),
)


@pytest.mark.parametrize(
    ("usual_area", "holders_area", "colour", "is_given"),
    [
        (2400, 2400, CUP, True),
        (1600, 2400, CUP, False),
        (2400, 2400, SKIN, False),
        (2400, 3200, CUP, False),
    ],
    ids=[
        "who lacks it",
        "who is whole without it",
        "who is of other colours",
        "who takes it from one that would lack it",
    ],
)
def test_a_corner_goes_to(
    usual_area: int, holders_area: int, colour: tuple[int, int, int], *, is_given: bool
) -> None:
    lab = np.full((*SIZE, 3), TABLE, np.uint8)
    for patch, painted in ((LEFT, CUP), (CORNER, CUP), (REST, colour)):
        lab[patch.window] = painted
    bins = colours_of(lab)
    solid = np.zeros(SIZE, np.uint8)
    for patch in (LEFT, CORNER, REST):
        patch.paint(solid, 1)
    claims = Regions.of(solid)
    view = View(
        0, lab, bins, claims, np.zeros((60, 100, 2), np.float32), np.zeros(SIZE, np.uint8),
        np.zeros(SIZE, np.uint8), False, None, claims.labels,
    )  # fmt: skip
    bodies = {
        HOLDER: Body.born(LEFT, histogram(bins, LEFT)),
        OTHER: Body.born(REST, histogram(bins, REST)),
    }
    bodies[OTHER].area, bodies[HOLDER].area = float(usual_area), float(holders_area)
    found = {HOLDER: Found(LEFT.united(CORNER)), OTHER: Found(REST)}
    assert hand_over(CORNER, HOLDER, found, bodies, view) is is_given
    assert found[OTHER].patch.area == (2400 if is_given else 1600)
