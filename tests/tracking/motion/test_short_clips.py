from __future__ import annotations

import numpy as np
from motion_clips import frames_of, track

from sammot.tracking.mask import Mask, mask_iou

ROWS = (30, 60, 90, 120)


def creeping(count: int = 10) -> tuple[list[np.ndarray], list[list[Mask]]]:
    """Four faint discs that creep by a fifth of their width a frame, and their masks."""
    generator = np.random.default_rng(11)
    rows, columns = np.indices((150, 150))
    images, truth = [], []
    for index in range(count):
        masks = [
            (columns - 20 - 15 * number - 3 * index) ** 2 + (rows - row) ** 2 < 7**2
            for number, row in enumerate(ROWS)
        ]
        light = np.where(np.logical_or.reduce(masks), 128, 100)
        light = light + generator.normal(0, 1, light.shape)
        images.append(np.repeat(light[..., None], 3, axis=2).clip(0, 255).astype(np.uint8))
        truth.append(masks)
    return images, truth


def test_what_creeps_through_ten_frames_is_found() -> None:
    images, truth = creeping()
    found = [
        max((mask_iou(one.rle.decode(), mask) for one in result.observations), default=0.0)
        for result in track(frames_of(images))
        for mask in truth[result.index]
    ]
    assert np.mean(np.array(found) > 0.6) > 0.9
