from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from itertools import product

import numpy as np
import pytest
from motion_clips import Truth, track_scene

from sammot import scenes
from sammot.metrics import evaluate
from sammot.tracking.mask import RLE, mask_iou
from sammot.tracking.track import FrameResult


@cache
def tracked(name: str, seed: int = 0) -> tuple[Truth, list[FrameResult]]:
    return track_scene(scenes.make(name, width=320, height=180, seconds=4, seed=seed))


def scores(name: str) -> dict[str, float]:
    truth, results = tracked(name)
    coded = {index: {k: RLE.encode(v) for k, v in one.items()} for index, one in truth.items()}
    found = {one.index: {o.track_id: o.rle for o in one.observations} for one in results}
    return evaluate(coded, found).scores


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("returning", 0.8), ("shadow", 0.6), ("many", 0.7), ("cut", 0.75), ("resting", 0.6),
        ("light", 0.55), ("shake", 0.55), ("pan", 0.45), ("crossing", 0.5), ("occlusion", 0.75),
    ],
)  # fmt: skip
def test_a_scene_is_tracked_well(name: str, least: float) -> None:
    assert scores(name)["HOTA"] > least


def test_an_object_that_leaves_and_returns_keeps_its_number() -> None:
    truth, results = tracked("returning")
    real = {identity for one in truth.values() for identity in one}
    found = {one.track_id for result in results for one in result.observations}
    assert len(found) == len(real)


def test_an_object_that_is_hidden_for_a_while_keeps_its_number() -> None:
    truth, results = tracked("occlusion")
    real = {identity for one in truth.values() for identity in one}
    found = {one.track_id for result in results for one in result.observations}
    assert len(found) == len(real)


def test_under_a_panning_camera_no_object_falls_into_parts() -> None:
    truth, results = track_scene(scenes.make("pan", width=640, height=360, seconds=3))
    real = {identity for one in truth.values() for identity in one}
    found = {one.track_id for result in results for one in result.observations}
    assert len(found) == len(real)


def test_no_track_outlives_a_cut() -> None:
    truth, results = tracked("cut")
    border = next(i for i, one in sorted(truth.items()) if any(k > 1000 for k in one))
    before, after = (
        {one.track_id for result in part for one in result.observations}
        for part in (results[:border], results[border:])
    )
    assert before
    assert after
    assert not before & after


def test_a_surer_observation_is_right_more_often() -> None:
    """Those scored 0.9 than those scored about 0.8, and these than those scored about 0.5."""
    levels = (0.75, 0.9)
    right: dict[int, Counter[bool]] = defaultdict(Counter)
    names = ("crossing", "many", "cut", "pan", "light", "shake")
    for name, seed in product(names, (0, 1)):
        truth, results = tracked(name, seed)
        for result in results:
            for one in result.observations:
                mask = one.rle.decode()
                best = max((mask_iou(mask, m) for m in truth[result.index].values()), default=0)
                right[sum(one.score >= level for level in levels)][best > 0.5] += 1
    assert min(count.total() for count in right.values()) > 100
    unsure, likely, sure = (right[level][True] / right[level].total() for level in range(3))
    assert unsure + 0.1 < likely < sure
    assert sure > 0.95


def test_scores_are_shares() -> None:
    _, results = tracked("many")
    values = np.array([one.score for result in results for one in result.observations])
    assert values.min() >= 0
    assert values.max() <= 1
