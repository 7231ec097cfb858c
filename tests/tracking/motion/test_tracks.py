from __future__ import annotations

from collections import Counter

import numpy as np
from motion_clips import frames_of, track

from sammot.tracking.frame import Frame
from sammot.tracking.mask import Box


def test_two_objects_are_two_tracks(two_discs: list[Frame]) -> None:
    results = track(two_discs)
    frames = Counter(one.track_id for result in results for one in result.observations)
    assert len(frames) == 2
    assert min(frames.values()) >= 85


def test_a_track_that_ends_within_a_window_is_reported_whole(texture: np.ndarray) -> None:
    rows, columns = np.indices(texture.shape[:2])
    images = []
    for index in range(64):
        image = texture.copy()
        image[(columns - index * 9) ** 2 + (rows - 60) ** 2 < 12**2] = (230, 20, 20)
        images.append(image)
    results = track(frames_of(images), parameters={"memory": 0.4})
    assert sum(bool(result.observations) for result in results) >= 17


def test_masks_follow_their_objects(two_discs: list[Frame]) -> None:
    rows, columns = np.indices(two_discs[0].image.shape[:2])
    for result in track(two_discs)[5:85]:
        truth = (columns - (10 + result.index * 1.5)) ** 2 + (rows - 35) ** 2 < 12**2
        masks = [one.rle.decode() for one in result.observations]
        overlaps = [
            np.count_nonzero(mask & truth) / np.count_nonzero(mask | truth) for mask in masks
        ]
        assert max(overlaps) > 0.8


def test_boxes_are_tight_around_their_masks(two_discs: list[Frame]) -> None:
    for result in track(two_discs):
        for one in result.observations:
            assert one.box == Box.around(one.rle.decode())


def test_masks_of_one_frame_do_not_overlap(two_discs: list[Frame]) -> None:
    for result in track(two_discs):
        if result.observations:
            total = sum(one.rle.decode().astype(int) for one in result.observations)
            assert total.max() == 1
