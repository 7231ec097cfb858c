from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pytest
from motion_clips import frames_of, track
from walker import walk

from sammot.tracking.mask import RLE, Box, mask_iou

Shown: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
"""As of `walk`."""


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


@pytest.mark.parametrize("seed", [0, 1])
def test_legs_that_go_along_belong_to_what_was_shown_by_a_box(seed: int) -> None:
    shown = walk(64, seed)
    x1, y1, x2, y2 = Box.around(shown[0][1])
    prompt = {"object": 1, "frame": 0, "box": [x1, y1, x2 - x1, y2 - y1]}
    masks = followed(shown, prompt)
    assert np.mean([mask_iou(one, whole) for one, (_, whole, _) in masks]) > 0.9
    assert np.mean([np.mean(one[low]) for one, (_, _, low) in masks]) > 0.885


def test_what_a_mask_shows_gains_no_more_parts() -> None:
    shown = walk(64)
    rle = RLE.encode(shown[0][1] & ~shown[0][2])
    mask = {"size": [rle.height, rle.width], "counts": rle.counts}
    masks = followed(shown, {"object": 1, "frame": 0, "mask": mask})
    assert np.mean(masks[0][0][shown[0][2]]) < 0.1


def followed(shown: list[Shown], prompt: dict[str, Any]) -> list[tuple[np.ndarray, Shown]]:
    """The mask of what is prompted in each frame, beside the truth."""
    frames = frames_of([picture for picture, _, _ in shown])
    results = track(frames, parameters={"camera": "moving", "prompts": [prompt]})
    masks = [result.observations[0].rle.decode() for result in results]
    return list(zip(masks, shown, strict=True))
