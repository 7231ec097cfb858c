from __future__ import annotations

import numpy as np
import pytest

from sammot.tracking.mask import centroid


def test_the_centroid_is_the_mean_of_the_set_pixels() -> None:
    random = np.random.default_rng(3)
    mask = np.zeros((60, 90), np.bool_)
    mask[20:41, 30:77] = random.random((21, 47)) < 0.4
    rows, columns = np.nonzero(mask)
    assert centroid(mask) == (rows.size, columns.mean(), rows.mean())


@pytest.mark.parametrize("row", [0, 59])
@pytest.mark.parametrize("column", [0, 89])
def test_the_centroid_of_one_pixel_is_that_pixel(row: int, column: int) -> None:
    mask = np.zeros((60, 90), np.bool_)
    mask[row, column] = True
    assert centroid(mask) == (1, column, row)
