"""Our streamed, pruned, singly held objects against the library's own way through a whole clip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sam_models import SIDE, Session, noise, random_model, square, torch
from sammot.tracking.frame import Frame
from sammot.tracking.mask import Box
from sammot.tracking.sam import propagator
from sammot.tracking.sam.memory import Prompt
from sammot.tracking.sam.picture import model_mask
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, Point, TrackId

LENGTH = 25
"""More frames than the model's memory and its pointers reach back."""
DETECTIONS = {
    "mask": Detection(Box(3, 4, 7, 8), 1.0, mask=square(3, 4)),
    "box": Detection(Box(3, 4, 9, 10), 1.0),
    "points": Detection(
        Box(0, 0, 0, 0), 1.0, points=(Point(5.5, 5.5, inside=True), Point(12, 3, inside=False))
    ),
    "box and point": Detection(Box(3, 4, 9, 10), 1.0, points=(Point(5, 6, inside=True),)),
}
PROMPTS = {
    "mask": Prompt(mask=model_mask(square(3, 4), SIDE)),
    "box": Prompt(points=((12, 16), (36, 40)), labels=(2, 3)),
    "points": Prompt(points=((22, 22), (48, 12)), labels=(1, 0)),
    "box and point": Prompt(points=((12, 16), (36, 40), (20, 24)), labels=(2, 3, 1)),
}


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(random_model(), Session)


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return noise(LENGTH)


def library(
    segmenter: Segmenter, frames: list[Frame], prompts: dict[int, Prompt]
) -> dict[int, NDArray[np.float32]]:
    """The logits of one object by the library's whole-clip propagation, by frame."""
    pixels = torch.stack([segmenter.pixels(frame) for frame in frames])
    session = Session(video=pixels, video_height=48, video_width=80, dtype=torch.float32)
    session.obj_id_to_idx(1)
    found = {}
    for index, prompt in sorted(prompts.items()):
        if index:
            found |= propagated(segmenter, session, min(prompts), index - 1)
        if prompt.mask is not None:
            session.add_mask_inputs(0, index, prompt.mask)
        else:
            points, labels = torch.tensor(prompt.points).float(), torch.tensor(prompt.labels)
            session.add_point_inputs(
                0, index, {"point_coords": points[None, None], "point_labels": labels[None, None]}
            )
        session.obj_with_new_inputs = [1]
        segmenter.network(inference_session=session, frame_idx=index)
    return found | propagated(segmenter, session, max(prompts), len(frames) - 1)


def propagated(
    segmenter: Segmenter, session: Any, first: int, last: int
) -> dict[int, NDArray[np.float32]]:
    outputs = segmenter.network.propagate_in_video_iterator(session, first, last - first)
    return {out.frame_idx: out.pred_masks[0, 0].numpy() for out in outputs}


def ours(
    segmenter: Segmenter, frames: list[Frame], prompts: dict[tuple[int, int], Detection]
) -> Any:
    """The logits by frame and track; `prompts` by frame and track, of frame 0 on."""
    propagator = SamPropagator(segmenter)
    for frame in frames:
        propagator.propagate(frame)
        told = {TrackId(id_): one for (at, id_), one in prompts.items() if at == frame.index}
        propagator.prompt(frame, told)
    return propagator.logits


@pytest.mark.parametrize("kind", PROMPTS)
def test_a_prompted_object_has_the_librarys_masks(
    segmenter: Segmenter, frames: list[Frame], kind: str
) -> None:
    expected = library(segmenter, frames, {0: PROMPTS[kind]})
    logits = ours(segmenter, frames, {(0, 1): DETECTIONS[kind]})
    assert len(expected) == LENGTH
    for index, values in expected.items():
        np.testing.assert_allclose(logits[index, 1], values, rtol=1e-5, atol=1e-4)


def test_the_masks_depend_on_what_was_prompted(segmenter: Segmenter, frames: list[Frame]) -> None:
    one = ours(segmenter, frames[:3], {(0, 1): DETECTIONS["mask"]})
    other = ours(segmenter, frames[:3], {(0, 1): DETECTIONS["box"]})
    assert np.abs(one[2, 1] - other[2, 1]).max() > 0.1


def test_an_object_added_in_mid_video_has_the_librarys_masks(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    start = 9
    expected = library(segmenter, frames[start:], {0: PROMPTS["mask"]})
    prompts = {(0, 1): DETECTIONS["box"], (start, 2): DETECTIONS["mask"]}
    logits = ours(segmenter, frames, prompts)
    for index, values in expected.items():
        np.testing.assert_allclose(logits[start + index, 2], values, rtol=1e-5, atol=1e-4)


def test_objects_do_not_disturb_each_other(segmenter: Segmenter, frames: list[Frame]) -> None:
    alone = ours(segmenter, frames[:9], {(0, 1): DETECTIONS["mask"]})
    prompts = {(0, 1): DETECTIONS["mask"], (0, 2): DETECTIONS["box"], (4, 3): DETECTIONS["points"]}
    together = ours(segmenter, frames[:9], prompts)
    for index in range(9):
        # Memories are encoded together, so sums are taken in another order.
        np.testing.assert_allclose(together[index, 1], alone[index, 1], rtol=1e-5, atol=1e-4)


def test_objects_in_several_batches_are_each_remembered_as_alone(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = {(0, id_): Detection(Box(id_, 4, id_ + 6, 10), 1.0) for id_ in range(1, 6)}
    together = ours(segmenter, frames[:4], prompts)
    monkeypatch.setattr(propagator, "AT_ONCE", 2)
    parted = ours(segmenter, frames[:4], prompts)
    for id_ in range(1, 6):
        alone = ours(segmenter, frames[:4], {(0, id_): prompts[0, id_]})[3, id_]
        np.testing.assert_allclose(together[3, id_], alone, rtol=1e-5, atol=1e-4)
        np.testing.assert_allclose(parted[3, id_], alone, rtol=1e-5, atol=1e-4)


def test_objects_that_remember_equally_much_are_asked_together(frames: list[Frame]) -> None:
    model, counts = random_model(), list[int]()
    model.memory_attention.register_forward_hook(
        lambda _part, _given, found: counts.append(found.shape[1])
    )
    prompts = {(0, 1): DETECTIONS["mask"], (0, 2): DETECTIONS["box"], (2, 3): DETECTIONS["points"]}
    ours(Segmenter(model, Session), frames[:4], prompts)
    assert counts == [2, 2, 2, 1]


def test_what_is_large_for_the_processor_is_asked_singly(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert segmenter.reach == 7 * (SIDE // 16) ** 2
    monkeypatch.setattr(propagator, "TOKENS_AT_ONCE", segmenter.reach)
    counts = list[int]()
    hook = segmenter.network.memory_attention.register_forward_hook(
        lambda _part, _given, found: counts.append(found.shape[1])
    )
    ours(segmenter, frames[:2], {(0, 1): DETECTIONS["mask"], (0, 2): DETECTIONS["box"]})
    hook.remove()
    assert counts == [1, 1]


def test_a_removed_object_leaves_the_others_as_they_were(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    alone = ours(segmenter, frames[:9], {(0, 1): DETECTIONS["mask"]})
    propagator = SamPropagator(segmenter)
    for frame in frames[:9]:
        propagator.propagate(frame)
        if frame.index == 0:
            propagator.prompt(
                frame, {TrackId(1): DETECTIONS["mask"], TrackId(2): DETECTIONS["box"]}
            )
        if frame.index == 4:
            propagator.forget([TrackId(2)])
    assert (8, 2) not in propagator.logits
    np.testing.assert_allclose(propagator.logits[8, 1], alone[8, 1], rtol=1e-5, atol=1e-4)


def test_a_second_prompt_counts_as_the_librarys_does(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    expected = library(segmenter, frames, {0: PROMPTS["mask"], 6: PROMPTS["box"]})
    prompts = {(0, 1): DETECTIONS["mask"], (6, 1): DETECTIONS["box"]}
    logits = ours(segmenter, frames, prompts)
    for index in range(LENGTH):
        np.testing.assert_allclose(logits[index, 1], expected[index], rtol=1e-5, atol=1e-4)


def test_a_retracted_frame_is_not_remembered(segmenter: Segmenter, frames: list[Frame]) -> None:
    propagator = SamPropagator(segmenter)
    prompts = {TrackId(1): DETECTIONS["mask"]}
    propagator.propagate(frames[0])
    propagator.prompt(frames[0], prompts)
    for frame in frames[1:4]:
        propagator.propagate(frame)
        propagator.retract([TrackId(1)])
    propagator.propagate(frames[4])
    # With frames 1 to 3 gone, frame 4 is seen as if it came straight after the prompt.
    other = SamPropagator(segmenter)
    other.propagate(frames[0])
    other.prompt(frames[0], prompts)
    other.propagate(frames[4])
    np.testing.assert_array_equal(propagator.logits[4, 1], other.logits[4, 1])
    undisturbed = ours(segmenter, frames[:5], {(0, 1): DETECTIONS["mask"]})
    assert not np.array_equal(undisturbed[4, 1], propagator.logits[4, 1])


def test_an_object_that_scores_low_is_hidden(frames: list[Frame]) -> None:
    propagator = SamPropagator(Segmenter(random_model(score=-9.0), Session))
    propagator.propagate(frames[0])
    propagator.prompt(frames[0], {TrackId(1): DETECTIONS["mask"]})
    assert propagator.propagate(frames[1]) == {}
