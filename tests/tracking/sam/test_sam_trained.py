"""The small trained model of `tests/data` on scenes that it has never seen, through every part."""

from __future__ import annotations

import colorsys
import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from sam_models import SCENES, TRAINED, agreement, passage, prompt, resident_bytes, scene, torch
from sammot.models.loading import segmenter
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import Box, Mask, mask_iou
from sammot.tracking.proposers import Several, resized
from sammot.tracking.sam.assembly import create
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, FrameResult, Origin


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


class Seer:
    """A proposer that sees one thing, in one frame."""

    def __init__(self, frame: int, mask: Mask) -> None:
        self.frame = frame
        self.detection = Detection(Box.around(mask), 0.9, mask=mask)

    def propose(self, frame: Frame) -> Sequence[Detection]:
        return [self.detection] if frame.index == self.frame else []

    def save(self) -> dict[str, Any]:
        return {}

    def load(self, state: dict[str, Any]) -> None:
        pass


def in_doubt() -> Segmenter:
    """The trained model, less sure of everything: 7 of what it is 11 sure of."""
    model = segmenter(TRAINED, "cpu")
    network = copy.deepcopy(model.network)
    with torch.no_grad():
        network.mask_decoder.pred_obj_score_head.proj_out.bias -= 4
    return replace(model, network=network)


@pytest.mark.parametrize("is_in_doubt", [True, False])
def test_a_detection_refreshes_a_track_that_is_in_doubt(*, is_in_doubt: bool) -> None:
    frames, truth = passage(12)
    ball = truth[0][1]
    height, width = ball.shape
    model = in_doubt() if is_in_doubt else segmenter(TRAINED, "cpu")
    clip = ClipInfo(width, height, 10.0, len(frames))
    engine = create({"prompts": [prompt(1, ball, "mask")]}, clip, frames[:3], model)
    rows, columns = np.nonzero(resized(ball, model.grid))
    other = np.zeros(model.grid, np.bool_)  # its upper part, and a cell more on each side
    other[rows.min() - 1 : rows.max() - 1, columns.min() - 1 : columns.max() + 2] = True
    engine.proposer = Several([engine.proposer, Seer(8, other)])
    masks = of_track(list(engine.track(frames)), 1)
    expected = cv2.resize(other.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    agrees = [mask_iou(masks[at], expected > 0) for at in (7, 8)]
    assert set(masks) == set(range(12))
    if is_in_doubt:
        assert agrees[1] > 0.9 > agrees[0]
    else:
        assert max(agrees) < 0.9


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


def crowd(count: int) -> tuple[list[Frame], list[Mask]]:
    """So many squares at rest, of all colours, each on four cells of the model's grid."""
    cell, across = 10, 16
    image, masks = np.full((32 * cell, 32 * cell, 3), 20, np.uint8), []
    for number in range(count):
        row, column = 2 * (number // across) * cell, 2 * (number % across) * cell
        mask = np.zeros(image.shape[:2], np.bool_)
        mask[row + 1 : row + 2 * cell - 1, column + 1 : column + 2 * cell - 1] = True
        colour = colorsys.hsv_to_rgb(0.381 * number % 1, 1, 0.6 + 0.4 * (number % 2))
        image[mask] = [int(255 * part) for part in colour]
        masks.append(mask)
    return [Frame(index, index / 10, image) for index in range(2)], masks


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_objects_are_slow_but_all_are_followed() -> None:
    frames, masks = crowd(200)
    engine = tracker(frames, {"prompts": [prompt(n, mask, "mask") for n, mask in enumerate(masks)]})
    before = resident_bytes()
    results = list(engine.track(frames))
    assert resident_bytes() - before < 300 << 20
    assert len(engine.snapshot()) < 16 << 20
    seen = [{one.track_id: one.rle.decode() for one in result.observations} for result in results]
    for found in seen:
        assert np.sum(list(found.values()), axis=0).max() == 1
    assert seen[0].keys() == set(range(1, 201))
    assert np.mean([mask_iou(seen[0][n + 1], mask) for n, mask in enumerate(masks)]) > 0.8
    # Four cells are little to remember: some are hidden meanwhile, but none is given up.
    assert len(seen[1]) >= 150
    assert len(engine.propagator.save()["memories"]) == 200  # type: ignore[attr-defined]
