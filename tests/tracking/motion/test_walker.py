from __future__ import annotations

import numpy as np
import pytest
from motion_clips import frames_of, track
from walker import walk

from sammot.tracking.mask import mask_iou


@pytest.mark.parametrize("seed", [0, 1])
def test_a_slow_walker_is_one_track_with_the_legs_that_rest(seed: int) -> None:
    shown = walk(96, seed)
    results = track(
        frames_of([picture for picture, _, _ in shown]), parameters={"camera": "moving"}
    )
    similar, legs = [], []
    for result, (_, whole, low) in zip(results, shown, strict=True):
        (one,) = result.observations
        mask = one.rle.decode()
        similar.append(mask_iou(mask, whole))
        legs.append(float(np.mean(mask[low])))
    assert len({one.track_id for result in results for one in result.observations}) == 1
    assert np.mean(similar) > 0.8
    assert np.mean(legs) > 0.75
