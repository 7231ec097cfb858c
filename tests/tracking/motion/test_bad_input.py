from __future__ import annotations

import numpy as np
import pytest
from motion_clips import frames_of, track

RANDOM = np.random.default_rng(11)


def shape_of(height: int, width: int, count: int = 12) -> list[np.ndarray]:
    images = []
    for index in range(count):
        image = np.full((height, width, 3), 120, np.uint8)
        image[
            height // 3 : height // 2, (index * width) // 20 : (index * width) // 20 + width // 6
        ] = 220
        images.append(image)
    return images


CLIPS = {
    "one frame": [RANDOM.integers(0, 255, (90, 120, 3), dtype=np.uint8)],
    "two frames": shape_of(90, 120, 2),
    "black": [np.zeros((90, 120, 3), np.uint8)] * 20,
    "noise": [RANDOM.integers(0, 255, (90, 120, 3), dtype=np.uint8) for _ in range(20)],
    "flashing": [np.full((90, 120, 3), 255 * (index % 2), np.uint8) for index in range(20)],
    "16x16": shape_of(16, 16),
    "1x1": shape_of(1, 1),
    "3x200": shape_of(3, 200),
    "odd size": shape_of(121, 173),
    "portrait": shape_of(320, 180),
    "grey": [image[..., :1].repeat(3, axis=2) for image in shape_of(90, 120)],
    "4K": shape_of(2160, 3840, 3),
    "still image": [RANDOM.integers(0, 255, (90, 120, 3), dtype=np.uint8)] * 20,
}


SMALL = ("one frame", "two frames", "black", "flashing", "16x16", "1x1", "3x200", "odd size")
CASES = [
    *((name, "auto") for name in CLIPS),
    *((name, camera) for name in SMALL for camera in ("fixed", "moving")),
]


@pytest.mark.parametrize(("name", "camera"), CASES)
def test_any_clip_gives_one_result_for_each_frame(name: str, camera: str) -> None:
    frames = frames_of(CLIPS[name])
    results = track(frames, parameters={"camera": camera})
    assert [result.index for result in results] == [frame.index for frame in frames]
    height, width = frames[0].image.shape[:2]
    for observation in (one for result in results for one in result.observations):
        assert (observation.rle.height, observation.rle.width) == (height, width)
        assert observation.box.area > 0


@pytest.mark.parametrize("name", ["black", "still image", "flashing"])
def test_a_clip_in_which_nothing_moves_has_no_tracks(name: str) -> None:
    assert not any(result.observations for result in track(frames_of(CLIPS[name])))


def test_noise_is_no_object() -> None:
    assert not any(result.observations for result in track(frames_of(CLIPS["noise"])))
