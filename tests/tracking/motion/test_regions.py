from typing import Literal

import cv2
import numpy as np
import pytest

from sammot.tracking.motion.regions import Regions

SHAPES = [(1, 1), (1, 9), (9, 1), (17, 23), (40, 31)]
DENSITIES = [0.0, 0.2, 0.5, 0.8, 1.0]
MASKS = [
    (np.random.default_rng(7).random(shape) < density).astype(np.uint8)
    for shape in SHAPES
    for density in DENSITIES
]


@pytest.mark.parametrize("connectivity", [4, 8])
def test_labels_boxes_and_areas_are_opencvs(connectivity: Literal[4, 8]) -> None:
    for mask in MASKS:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
        regions = Regions.of(mask, connectivity=connectivity)
        assert regions.count == count - 1
        assert np.array_equal(regions.labels, labels)
        assert np.array_equal(regions.boxes[1:], stats[1:, :4])
        assert np.array_equal(regions.areas[1:], stats[1:, cv2.CC_STAT_AREA])


def test_a_patch_is_one_region_alone() -> None:
    for mask in MASKS:
        regions = Regions.of(mask)
        whole = np.zeros_like(mask)
        for number in range(1, regions.count + 1):
            patch = regions.patch(number)
            assert patch.area == regions.areas[number]
            patch.paint(whole, 1)
        assert np.array_equal(whole, mask)


def test_small_regions_are_left_out_and_the_rest_numbered_anew() -> None:
    mask = np.zeros((10, 20), np.uint8)
    mask[1, 1] = mask[2:6, 4:8] = mask[8, 12:15] = 1
    regions = Regions.of(mask).at_least(3)
    assert regions.areas.tolist() == [0, 16, 3]
    assert regions.boxes.tolist() == [[0, 0, 0, 0], [4, 2, 4, 4], [12, 8, 3, 1]]
    assert regions.labels[1, 1] == 0
    assert regions.labels[3, 5] == 1
    assert regions.labels[8, 13] == 2


def test_sums_are_those_of_each_region() -> None:
    random = np.random.default_rng(8)
    for mask in MASKS:
        picture = random.random(mask.shape).astype(np.float32)
        regions = Regions.of(mask)
        sums = [0.0] + [picture[regions.labels == n].sum() for n in range(1, regions.count + 1)]
        assert regions.sums(picture) == pytest.approx(sums)


def test_only_the_named_regions_are_in_the_mask() -> None:
    mask = np.array([[1, 0, 1, 0, 1]], np.uint8)
    regions = Regions.of(mask)
    assert regions.only(np.array([False, True, False, True])).tolist() == [[1, 0, 0, 0, 1]]
