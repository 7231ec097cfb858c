from __future__ import annotations

import sam_models  # noqa: F401 - skips where torch is not
from sam_models import square
from sammot.tracking.mask import Box, Mask
from sammot.tracking.sam.duplicates import distinct
from sammot.tracking.track import Detection


def boxed(x: float, score: float) -> Detection:
    return Detection(Box(x, 0, x + 10, 10), score)


def masked(mask: Mask, score: float) -> Detection:
    return Detection(Box.around(mask), score, mask=mask)


def test_of_boxes_that_are_alike_the_best_is_kept() -> None:
    worse, best, other = boxed(0, 0.5), boxed(1, 0.9), boxed(30, 0.4)
    assert distinct([worse, best, other], 0.7) == [best, other]


def test_boxes_that_differ_are_two_objects() -> None:
    pair = [boxed(0, 0.9), boxed(3, 0.8)]  # 7 of 13
    assert distinct(pair, 0.7) == pair
    assert distinct(pair, 0.5) == pair[:1]


def test_masks_count_more_than_the_boxes_around_them() -> None:
    ring = square(2, 2, 8)
    ring[3:9, 3:9] = False
    pair = [masked(ring, 0.9), masked(square(2, 2, 8), 0.8)]
    assert distinct(pair, 0.7) == pair


def test_a_mask_that_is_like_a_lost_one_only_is_kept() -> None:
    chain = [masked(square(x, 0), score) for x, score in ((0, 0.9), (1, 0.8), (2, 0.7))]
    assert distinct(chain, 0.5) == [chain[0], chain[2]]


def test_of_nothing_nothing_is_kept() -> None:
    assert distinct([], 0.5) == []
