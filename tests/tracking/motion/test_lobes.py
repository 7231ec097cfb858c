from __future__ import annotations

import numpy as np

from sammot.tracking.mask import Mask
from sammot.tracking.motion.lobes import parts_of
from sammot.tracking.motion.patch import Patch


def areas_of(mask: Mask) -> list[int]:
    patch = Patch.around(mask)
    return [part.area for part in parts_of(patch, float(np.sqrt(patch.area)))]


def leaning(*lefts: int) -> Mask:
    """Bars 8 wide and 40 high, each leaning over by 20, from these columns on."""
    mask = np.zeros((60, 100), np.bool_)
    for row in range(40):
        for left in lefts:
            mask[10 + row, left + row // 2 : left + row // 2 + 8] = True
    return mask


def test_a_whole_mask_is_one_object() -> None:
    assert areas_of(leaning(10)) == [320]


def test_pieces_of_like_size_are_two_objects_though_their_boxes_overlap() -> None:
    assert areas_of(leaning(10, 21)) == [320, 320]


def test_a_crumb_between_two_objects_goes_to_the_nearer() -> None:
    mask = leaning(10, 26)
    mask[12, 20:22] = True
    assert sorted(areas_of(mask)) == [320, 322]


def test_a_small_piece_nearby_is_of_the_object() -> None:
    mask = leaning(10)
    mask[12:16, 22:26] = True
    assert areas_of(mask) == [336]


def test_two_bodies_joined_by_a_neck_are_two() -> None:
    rows, columns = np.indices((60, 130))
    left = (columns - 30) ** 2 + (rows - 30) ** 2 < 20**2
    right = (columns - 98) ** 2 + (rows - 30) ** 2 < 20**2
    neck = (abs(rows - 30) < 2) & (columns > 30) & (columns < 98)
    assert len(areas_of(left | right | neck)) == 2
    assert len(areas_of(left)) == 1
