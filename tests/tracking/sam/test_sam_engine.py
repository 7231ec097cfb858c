"""The whole engine around a random model: memory, resuming, reports."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sam_models import (
    GRID,
    SHORT,
    Session,
    answer_from_memory,
    clip_of,
    fill_device,
    noise,
    prompt,
    random_model,
    resident_bytes,
    torch,
)
from sammot.errors import InvalidInput, OutOfMemory
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, mask_iou
from sammot.tracking.proposers import resized
from sammot.tracking.sam import propagator
from sammot.tracking.sam.assembly import create
from sammot.tracking.sam.memory import Memory, Prompt, Shared
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Origin


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(random_model(), Session)


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return noise(30)


def box(subject: int, frame: int, *values: float) -> dict[str, Any]:
    return {"object": subject, "frame": frame, "box": list(values)}


PROMPTS = [box(7, 0, 10, 10, 20, 20), box(9, 5, 40, 5, 30, 30), box(7, 12, 30, 10, 20, 20)]


def engine(segmenter: Segmenter, frames: list[Frame], prompts: Any = PROMPTS) -> Engine:
    return create({"prompts": prompts}, clip_of(frames), frames[:3], segmenter)


def test_prompted_objects_are_reported_from_their_frame_on(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    results = list(engine(segmenter, frames).track(frames))
    assert len(results) == len(frames)
    first, sixth = results[0].observations, results[5].observations
    assert [(one.track_id, one.origin) for one in first] == [(1, Origin.PROMPTED)]
    assert (2, Origin.PROMPTED) in [(one.track_id, one.origin) for one in sixth]
    assert all(result.observations for result in results)  # of two with one mask, the better
    assert {one.track_id for result in results for one in result.observations} == {1, 2}


def test_a_second_prompt_corrects_its_object(segmenter: Segmenter, frames: list[Frame]) -> None:
    once = list(engine(segmenter, frames, PROMPTS[:1]).track(frames[:16]))
    twice = list(engine(segmenter, frames, [PROMPTS[0], PROMPTS[2]]).track(frames[:16]))
    assert once[:12] == twice[:12]
    assert once[12] != twice[12]
    assert {one.track_id for result in twice for one in result.observations} == {1}


def test_masks_have_the_frames_size_and_do_not_overlap(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    for result in engine(segmenter, frames).track(frames[:8]):
        masks = [one.rle.decode() for one in result.observations]
        assert all(mask.shape == (48, 80) for mask in masks)
        assert np.sum(masks, axis=0).max(initial=0) <= 1
        assert all(0 <= one.score <= 1 for one in result.observations)


@pytest.mark.parametrize("cut", [1, 9, 20])
def test_a_restored_sam_goes_on_as_if_never_stopped(
    segmenter: Segmenter, frames: list[Frame], cut: int
) -> None:
    first = engine(segmenter, frames)
    list(first.track(frames[:cut]))
    second = engine(segmenter, frames)
    second.restore(first.snapshot())
    for start in range(cut, len(frames), 7):
        chunk = frames[start : start + 7]
        assert list(first.track(chunk)) == list(second.track(chunk))
        assert first.snapshot() == second.snapshot()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_tracks_and_goes_on_from_its_snapshot(
    frames: list[Frame], dtype: Any
) -> None:
    half = Segmenter(random_model().to(dtype), Session, dtype=dtype)
    first, second = engine(half, frames), engine(half, frames)
    results = list(first.track(frames[:9]))
    second.restore(first.snapshot())
    rest = list(first.track(frames[9:16]))
    assert rest == list(second.track(frames[9:16]))
    assert first.snapshot() == second.snapshot()
    assert all(result.observations for result in results + rest)
    assert {one.track_id for result in results for one in result.observations} == {1, 2}


def test_a_memory_too_large_to_save_is_forgotten_on_both_sides(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, first = engine(segmenter, frames), engine(segmenter, frames)
    list(whole.track(frames[:20]))
    list(first.track(frames[:20]))
    large = len(whole.snapshot())
    monkeypatch.setattr(propagator, "SNAPSHOT_BYTES", 10_000)
    second = engine(segmenter, frames)
    second.restore(first.snapshot())
    assert len(first.snapshot()) < 0.7 * large
    expected = list(whole.track(frames[20:]))
    results = list(first.track(frames[20:]))
    assert results == list(second.track(frames[20:]))
    assert results != expected  # something was forgotten


def test_a_snapshot_of_another_engine_is_refused(segmenter: Segmenter, frames: list[Frame]) -> None:
    with pytest.raises(InvalidInput):
        engine(segmenter, frames).restore(b"nothing of ours")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (box(1, 99, 1, 1, 5, 5), "frame 99"),
        (box(1, 0, 70, 1, 50, 5), "outside the picture"),
        ({"object": 1, "frame": 0, "points": [{"x": 5, "y": 500}]}, "outside the picture"),
        (
            {
                "object": 1,
                "frame": 0,
                "mask": {"size": [4, 4], "counts": RLE.encode(np.ones((4, 4), np.bool_)).counts},
            },
            "the picture is 80 x 48",
        ),
    ],
)
def test_a_prompt_outside_the_clip_is_refused(
    segmenter: Segmenter, frames: list[Frame], wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        engine(segmenter, frames, [wrong])


def test_a_mask_is_a_prompt(segmenter: Segmenter, frames: list[Frame]) -> None:
    mask = np.zeros((48, 80), np.bool_)
    mask[10:30, 20:50] = True
    first = next(iter(engine(segmenter, frames, [prompt(1, mask, "mask")]).track(frames[:1])))
    answer = first.observations[0].rle.decode()
    cell = (80 // GRID) * (48 // GRID)
    assert np.count_nonzero(answer ^ mask) < 40 * cell  # the model's grid is coarse


def test_an_object_smaller_than_a_cell_of_the_models_grid_is_borne(
    segmenter: Segmenter, frames: list[Frame]
) -> None:
    mask = np.zeros((48, 80), np.bool_)
    mask[20, 33] = True
    assert np.argwhere(resized(mask, segmenter.grid)).tolist() == [[6, 6]]
    assert not resized(~mask & mask, segmenter.grid).any()
    shown: dict[str, Any] = {"object": 1, "frame": 0}
    shown["mask"] = {"size": [48, 80], "counts": RLE.encode(mask).counts}
    results = list(engine(segmenter, frames, [shown]).track(frames[:3]))
    assert {one.track_id for result in results for one in result.observations} == {1}


class Short:
    """Stands before a part of the library's model and fails, as its allocator does, some times."""

    def __init__(self, part: Any, error: Exception, times: int, most: int = 1000) -> None:
        self.part, self.error, self.times, self.most = part, error, times, most

    def __call__(self, *args: Any, **given: Any) -> Any:
        asked = given.get("sparse_prompt_embeddings")
        if self.times > 0 and (asked is None or asked.shape[1] > self.most):
            self.times -= 1
            raise self.error
        return self.part(*args, **given)


FULL = torch.OutOfMemoryError("CUDA out of memory.")


@pytest.mark.parametrize("error", SHORT)
def test_a_frame_that_ran_out_of_memory_is_tried_again(
    frames: list[Frame],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    model = random_model()
    expected = list(engine(Segmenter(model, Session), frames).track(frames[:8]))
    tracker = engine(Segmenter(model, Session), frames)
    results = list(tracker.track(frames[:3]))
    attention = model.memory_attention
    monkeypatch.setattr(attention, "forward", Short(attention.forward, error, 1))
    results += tracker.track(frames[3:8])
    assert results == expected
    assert "off the device" in caplog.text


def test_where_memory_is_short_objects_are_asked_one_by_one(
    frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, prompts = random_model(), [box(1, 0, 5, 5, 20, 20), box(2, 0, 40, 10, 30, 30)]
    expected = list(engine(Segmenter(model, Session), frames, prompts).track(frames[:8]))
    attend = model.memory_attention.forward

    def small(**given: Any) -> Any:
        if given["memory"].shape[1] > 1:
            raise FULL
        return attend(**given)

    monkeypatch.setattr(model.memory_attention, "forward", small)
    results = engine(Segmenter(model, Session), frames, prompts).track(frames[:8])
    for result, other in zip(results, expected, strict=True):
        for one, same in zip(result.observations, other.observations, strict=True):
            assert one.track_id == same.track_id
            assert mask_iou(one.rle.decode(), same.rle.decode()) > 0.99


def test_it_is_tried_again_only_once(frames: list[Frame], monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    tracker = engine(Segmenter(model, Session), frames)
    attention = model.memory_attention
    monkeypatch.setattr(attention, "forward", Short(attention.forward, FULL, 2))
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        list(tracker.track(frames[:8]))


def test_a_device_too_full_for_the_picture_is_out_of_memory(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        segmenter.pixels(frames[0])


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_a_device_too_full_for_a_prompt_is_out_of_memory(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    shared = Shared({0: segmenter.pixels(frames[0])})
    memory, mask = Memory(segmenter, shared), torch.ones(1, 1, segmenter.side, segmenter.side)
    corners = Prompt(points=((10, 10), (20, 20)), labels=(2, 3))
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        memory.prompt(0, Prompt(mask=mask) if kind == "mask" else corners)


def test_a_device_too_full_for_a_snapshot_is_out_of_memory(
    segmenter: Segmenter, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = engine(segmenter, frames), engine(segmenter, frames)
    list(first.track(frames[:3]))
    snapshot = first.snapshot()
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        second.restore(snapshot)


def test_other_errors_of_the_model_are_not_taken_for_short_memory(
    frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model()
    tracker = engine(Segmenter(model, Session), frames)
    broken = Short(None, RuntimeError("shapes differ"), 1)
    monkeypatch.setattr(model.vision_encoder, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        list(tracker.track(frames[:2]))


def test_points_are_asked_fewer_at_a_time_where_memory_is_short(
    frames: list[Frame], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = random_model()
    segmenter = Segmenter(model, Session)
    points = torch.rand(20, 2) * segmenter.side
    pixels = segmenter.pixels(frames[0])
    whole = torch.cat([masks for masks, _ in segmenter.at_points(pixels, points, 16)])
    decoder = model.mask_decoder
    monkeypatch.setattr(decoder, "forward", Short(decoder.forward, FULL, 100, most=4))
    batches = [masks for masks, _ in segmenter.at_points(pixels, points, 16)]
    assert [len(masks) for masks in batches] == [4] * 5
    torch.testing.assert_close(torch.cat(batches), whole, rtol=1e-4, atol=1e-4)
    assert "8 points at a time" in caplog.text
    monkeypatch.setattr(decoder, "forward", Short(decoder.forward, FULL, 100, most=0))
    with pytest.raises(OutOfMemory):
        list(segmenter.at_points(pixels, points, 16))


def test_what_moves_is_found_by_the_engine_motion(segmenter: Segmenter) -> None:
    rng = np.random.default_rng(0)
    ground = rng.integers(90, 110, (120, 200, 3), np.uint8)
    frames = []
    for index in range(24):
        image = ground.copy()
        image[40:70, 10 + 4 * index : 40 + 4 * index] = (220, 40, 40)
        frames.append(Frame(index, index / 25, image))
    tracker = create({"find": "movement"}, clip_of(frames), frames[::4], segmenter)
    list(tracker.track(frames[:16]))
    other = create({"find": "movement"}, clip_of(frames), frames[::4], segmenter)
    other.restore(tracker.snapshot())
    results = list(tracker.track(frames[16:]))
    assert any(result.observations for result in results)
    assert list(other.track(frames[16:])) == results


class Passing(Segmenter):
    """Believes its first object in view for ever, all others only in the first 30 frames of 40."""

    def follow(self, sessions: Sequence[Any], index: int) -> list[dict[str, Any]]:
        outputs = super().follow(sessions, index)
        for number, output in enumerate(outputs):
            surer = 4 if number == 0 else -20 * (index % 40 >= 30)
            output["object_score_logits"] = output["object_score_logits"] + surer
        return outputs


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_stays_flat_over_two_thousand_frames_of_coming_and_going(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One object that stays, and in every 40 frames another that comes and goes."""
    model, frames = random_model(), noise(8)
    answer_from_memory(model.vision_encoder, monkeypatch)
    masks = [np.zeros((48, 80), np.bool_) for _ in range(2)]
    masks[0][6:24, 10:30] = masks[1][24:42, 40:70] = True
    rounds, enters = 50, 16
    prompts = [prompt(0, masks[0], "mask")]
    prompts += [prompt(n + 1, masks[1], "mask", frame=40 * n + enters) for n in range(rounds)]
    given = {"prompts": prompts, "memory": 0.2}
    clip = ClipInfo(80, 48, 25.0, 40 * rounds)
    tracker = create(given, clip, frames[:3], Passing(model, Session))
    resident, sizes, seen = [], [], set[int]()
    for start in range(0, 40 * rounds, 40):
        shown = [replace(frames[n % 8], index=n) for n in range(start, start + 40)]
        results = list(tracker.track(shown))
        seen |= {one.track_id for result in results for one in result.observations}
        assert tracker.propagator.save()["memories"].keys() == {"1"}
        gc.collect()
        resident.append(resident_bytes())
        sizes.append(len(tracker.snapshot()))
    assert seen == set(range(1, rounds + 2))
    assert resident[-1] - resident[rounds // 2] < 8 << 20
    assert max(sizes[rounds // 2 :]) <= 1.1 * min(sizes[rounds // 2 :])
