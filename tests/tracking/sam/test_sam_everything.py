"""What a look at a grid of points makes of the model's answers, which the test gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sam_models import GRID, SIDE, Session, clip_of, noise, random_model, square, torch
from sammot.tracking.mask import Mask
from sammot.tracking.sam.assembly import create
from sammot.tracking.sam.everything import Everything
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection

POINTS, BATCH = 256, 32
SURE = 9.0
"""Logits of a mask that hardly changes when the threshold does."""

Answers = dict[int, tuple[Mask, float, float]]
"""By the number of the point: the best mask there, its quality, and the size of its logits."""


class Told:
    """Stands before the library's decoder of masks, and answers for each point of one look."""

    def __init__(self, part: Any, answers: Answers) -> None:
        self.part, self.answers = part, answers
        self.points: list[torch.Tensor] = []

    def __call__(self, **given: Any) -> Any:
        asked = given["sparse_prompt_embeddings"].shape[1]
        start = BATCH * len(self.points)
        if start >= POINTS:
            return self.part(**given)
        self.points.append(given["sparse_prompt_embeddings"])
        logits, qualities = torch.full((1, asked, 3, GRID, GRID), -SURE), torch.zeros(1, asked, 3)
        for number in self.answers.keys() & set(range(start, start + asked)):
            mask, quality, size = self.answers[number]
            best = number % 3  # of the three masks that the model makes at a point
            logits[0, number - start, best] = torch.from_numpy(np.where(mask, size, -size))
            qualities[0, number - start, best] = quality
        return logits, qualities, None, None


def looked(
    monkeypatch: pytest.MonkeyPatch, answers: Answers, *, least_share: float = 0.01
) -> list[Detection]:
    """What is found in a picture where the model answers so."""
    model, frame = random_model(), noise(1)[0]
    told = Told(model.mask_decoder.forward, answers)
    monkeypatch.setattr(model.mask_decoder, "forward", told)
    propagator = SamPropagator(Segmenter(model, Session))
    propagator.propagate(frame)
    found = Everything(propagator, least_share=least_share).find(frame)
    assert len(told.points) == POINTS // BATCH
    return list(found)


def test_each_good_mask_is_found_with_its_box_the_best_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    masks = [square(1, 2), square(9, 9, 5), square(10, 1)]
    answers = {3: (masks[0], 0.8, SURE), 100: (masks[1], 0.95, SURE), 255: (masks[2], 0.7, SURE)}
    found = looked(monkeypatch, answers)
    assert [one.score for one in found] == pytest.approx([0.95, 0.8, 0.7])
    for one, number in zip(found, (1, 0, 2), strict=True):
        np.testing.assert_array_equal(one.mask, masks[number])
    assert [tuple(one.box) for one in found] == [(9, 9, 14, 14), (1, 2, 5, 6), (10, 1, 14, 5)]


def test_of_masks_that_are_alike_the_best_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, part, half = square(2, 2), square(2, 2), square(4, 2)
    part[2] = False  # 12 cells of 16: 0.75 alike; `half` shares 8 of 24
    answers = {0: (part, 0.8, SURE), 70: (whole, 0.9, SURE), 71: (half, 0.75, SURE)}
    found = looked(monkeypatch, answers)
    assert [one.score for one in found] == pytest.approx([0.9, 0.75])
    np.testing.assert_array_equal(found[0].mask, whole)


@pytest.mark.parametrize(
    ("side", "is_found"), [(1, False), (2, True), (11, True), (12, False), (16, False)]
)
def test_what_is_too_small_or_the_ground_is_not_found(
    monkeypatch: pytest.MonkeyPatch, side: int, *, is_found: bool
) -> None:
    found = looked(monkeypatch, {5: (square(0, 0, side), 0.9, SURE)})
    assert bool(found) == is_found


@pytest.mark.parametrize(("quality", "logit"), [(0.69, SURE), (0.9, 0.5)])
def test_what_the_model_is_not_sure_of_is_not_found(
    monkeypatch: pytest.MonkeyPatch, quality: float, logit: float
) -> None:
    assert not looked(monkeypatch, {5: (square(2, 2), quality, logit)})


def test_the_points_are_the_middles_of_the_cells_row_by_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, asked = random_model(), []
    embed = model.prompt_encoder.forward

    def listen(**given: Any) -> Any:
        asked.append(given["input_points"])
        return embed(**given)

    monkeypatch.setattr(model.prompt_encoder, "forward", listen)
    propagator, frame = SamPropagator(Segmenter(model, Session)), noise(1)[0]
    propagator.propagate(frame)
    Everything(propagator, least_share=0.01).find(frame)
    points = torch.cat(asked, 1).reshape(-1, 2).tolist()
    step = SIDE / 16
    assert points == [[(x + 0.5) * step, (y + 0.5) * step] for y in range(16) for x in range(16)]


def test_everything_that_is_found_becomes_a_track(monkeypatch: pytest.MonkeyPatch) -> None:
    model, frames = random_model(), noise(4)
    answers = {3: (square(1, 2), 0.8, SURE), 100: (square(9, 9, 5), 0.95, SURE)}
    told = Told(model.mask_decoder.forward, answers)
    monkeypatch.setattr(model.mask_decoder, "forward", told)
    tracker = create({"find": "everything"}, clip_of(frames), frames[:3], Segmenter(model, Session))
    results = list(tracker.track(frames))
    assert {one.track_id for result in results for one in result.observations} == {1, 2}
    assert tracker.propagator.save()["memories"].keys() == {"1", "2"}
