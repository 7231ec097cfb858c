"""The small trained model of `tests/data` on scenes that it has never seen, through every part."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pytest

from sam_models import TRAINED, agreement, passage, prompt, scene
from sammot.models.loading import segmenter
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import Mask, mask_iou
from sammot.tracking.sam.assembly import create
from sammot.tracking.track import FrameResult, Origin

SCENES = 8


def tracker(frames: list[Frame], given: Mapping[str, object], fps: float = 10.0) -> Engine:
    height, width = frames[0].image.shape[:2]
    clip = ClipInfo(width, height, fps, len(frames))
    return create(given, clip, frames[::4], segmenter(TRAINED, "cpu"))


def overlaps() -> list[float]:
    """The intersection over union of each object in each frame after its prompt, of all scenes."""
    found = []
    for number in range(SCENES):
        frames, truth = scene(number)
        given = {"prompts": [prompt(id_, mask, "mask") for id_, mask in truth[0].items()]}
        results = list(tracker(frames, given).track(frames))
        masks = [{o.track_id: o.rle.decode() for o in one.observations} for one in results]
        found += agreement(truth, masks)
    return found


def test_the_weights_are_those_of_the_readme() -> None:
    digest = hashlib.sha256((TRAINED / "model.safetensors").read_bytes()).hexdigest()
    assert digest in (TRAINED / "README.md").read_text()


def test_objects_are_followed_through_unseen_scenes() -> None:
    found = overlaps()
    assert len(found) > 100
    assert np.mean(found) >= 0.8


@pytest.mark.parametrize("cut", [3, 8])
def test_a_restored_engine_gives_the_same_bytes(cut: int) -> None:
    frames, truth = scene(0)
    given = {"prompts": [prompt(id_, mask, "mask") for id_, mask in truth[0].items()]}
    first, second = tracker(frames, given), tracker(frames, given)
    list(first.track(frames[:cut]))
    second.restore(first.snapshot())
    assert list(first.track(frames[cut:])) == list(second.track(frames[cut:]))
    assert first.snapshot() == second.snapshot()


def of_track(results: list[FrameResult], track_id: int) -> dict[int, Mask]:
    return {
        result.index: one.rle.decode()
        for result in results
        for one in result.observations
        if one.track_id == track_id
    }


def test_what_moves_is_added_and_removed_when_it_has_left() -> None:
    frames, truth = passage()
    given = {"find": "movement", "memory": 0.5, "prompts": [prompt(1, truth[0][1], "mask")]}
    engine = tracker(frames, given)
    results = list(engine.track(frames))
    visible = [index for index, one in enumerate(truth) if 2 in one and one[2].sum() > 2000]
    second = of_track(results, 2)
    seen = [mask_iou(second[at], truth[at][2]) for at in visible if at in second]
    assert len(seen) >= 0.6 * len(visible)
    assert np.mean(seen) >= 0.8
    assert max(second) <= visible[-1] + 4
    assert engine.propagator.save()["memories"].keys() == {"1"}  # type: ignore[attr-defined]


def test_two_numbers_for_one_object_are_a_conflict_that_one_loses() -> None:
    frames, truth = passage(12)
    mask = truth[0][1]
    prompts = [prompt(1, mask, "mask"), prompt(2, mask, "mask", frame=2)]
    results = list(tracker(frames, {"prompts": prompts}).track(frames))
    for result in results[3:]:
        assert len(result.observations) == 1
        assert mask_iou(result.observations[0].rle.decode(), truth[result.index][1]) >= 0.8


def test_a_prompt_sets_a_wrong_mask_right() -> None:
    frames, truth = passage(26)
    wrong = prompt(1, truth[20][2], "mask", frame=20)
    right = prompt(1, truth[22][1], "mask", frame=22)
    results = list(tracker(frames, {"prompts": [wrong, right]}).track(frames))
    mask = of_track(results, 1)[22]
    assert mask_iou(mask, truth[22][1]) >= 0.8


def test_the_origin_of_a_prompted_object_is_told() -> None:
    frames, truth = scene(0)
    id_, mask = next(iter(truth[0].items()))
    first = next(iter(tracker(frames, {"prompts": [prompt(id_, mask, "box")]}).track(frames[:1])))
    assert first.observations[0].origin is Origin.PROMPTED
