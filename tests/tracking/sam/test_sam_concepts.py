"""SAM 3 of the library's own kind, on a checkpoint that the test writes."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sam_models import (
    answer_from_memory,
    clip_of,
    fill_device,
    letter_tokenizer,
    noise,
    random_model,
    random_sam3,
    resident_bytes,
    square,
    torch,
    transformers,
)
from sammot.engines import engines
from sammot.errors import InvalidInput, OutOfMemory, UnclearText, UnusableWeights
from sammot.models import loading
from sammot.service import EngineEntry
from sammot.settings import Settings
from sammot.tracking.engine import Engine
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import Box, box_iou
from sammot.tracking.prompts import UserPrompt
from sammot.tracking.sam.assembly import Finders, create
from sammot.tracking.sam.concepts import ConceptFinder, Concepts, SimilarFinder
from sammot.tracking.sam.picture import model_mask
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, Origin, TrackId

PHRASES = ("a dog", "car")
CLICK = {"object": 1, "frame": 0, "points": [{"x": 1, "y": 1}]}
EXAMPLE = {"object": 4, "frame": 3, "box": [20, 10, 30, 20]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    for part in random_sam3():
        part.save_pretrained(models / "both")
    return models


@pytest.fixture(scope="module")
def pair(folder: Path) -> tuple[Segmenter, Concepts]:
    return loading.concepts(folder / "both", "cpu")


@pytest.fixture
def entry(folder: Path, tmp_path: Path) -> EngineEntry:
    return engines(Settings(data_dir=tmp_path, models_dir=folder))["sam3"]


def tracker(entry: EngineEntry, frames: list[Frame], given: dict[str, Any]) -> Engine:
    with entry.reserve(lambda: None):
        return entry.create(entry.complete(given), clip_of(frames), frames[:3])


def seen(pair: tuple[Segmenter, Concepts], frame: Frame) -> SamPropagator:
    """A propagator that has just taken a frame in."""
    propagator = SamPropagator(pair[0])
    propagator.propagate(frame)
    return propagator


def test_both_halves_are_the_checkpoints(pair: tuple[Segmenter, Concepts], folder: Path) -> None:
    segmenter, concepts = pair
    kinds = transformers.Sam3TrackerVideoModel, transformers.Sam3Model
    for kind, ours in zip(kinds, (segmenter.network, concepts.network), strict=True):
        saved = kind.from_pretrained(folder / "both").state_dict()
        assert saved.keys() == ours.state_dict().keys()
        for name, value in ours.state_dict().items():
            assert torch.equal(value, saved[name]), name
    detector, tracker = (one.network.vision_encoder for one in (concepts, segmenter))
    assert detector.backbone is tracker.backbone


def test_the_picture_is_encoded_once_for_both(
    pair: tuple[Segmenter, Concepts], entry: EngineEntry
) -> None:
    pictures = []
    layer = pair[1].network.vision_encoder.backbone.layers[0]
    hook = layer.register_forward_hook(lambda *_: pictures.append(1))
    frames = noise(5)
    list(tracker(entry, frames, {"text": "a dog, car", "every": 1}).track(frames))
    hook.remove()
    assert len(pictures) == 5


def test_detections_are_the_librarys(pair: tuple[Segmenter, Concepts], folder: Path) -> None:
    whole = transformers.Sam3VideoModel.from_pretrained(folder / "both").eval()
    whole.det_nms_thresh = 0.0  # which needs a program from elsewhere; see test_sam_duplicates.py
    inputs = letter_tokenizer()(
        PHRASES[0], padding="max_length", max_length=32, return_tensors="pt"
    )
    session = SimpleNamespace(
        prompts={0: PHRASES[0]}, prompt_embeddings={}, prompt_input_ids={0: inputs["input_ids"]},
        prompt_attention_masks={0: inputs["attention_mask"]},
    )  # fmt: skip
    segmenter, concepts = pair[0], replace(pair[1], most_alike=2.0)
    for frame in noise(2, size=(56, 56)):  # nothing to be squeezed
        pixels = (torch.from_numpy(frame.image).permute(2, 0, 1)[None] / 255 - 0.5) / 0.5
        with torch.inference_mode():
            vision = whole.detector_model.get_vision_features(pixels)
            expected = whole.run_detection(session, vision)[0]
        found = concepts.find(segmenter.pixels(frame), [concepts.read(PHRASES[0], "it")])
        order = expected["scores"].argsort(descending=True).tolist()
        assert len(found) == len(order) > 0
        for one, number in zip(found, order, strict=True):
            assert one.score == pytest.approx(float(expected["scores"][number]), abs=1e-5)
            np.testing.assert_array_equal(one.mask, (expected["mask"][number] > 0).numpy())


def test_masks_are_the_librarys_through_a_whole_clip(
    pair: tuple[Segmenter, Concepts], folder: Path
) -> None:
    network = transformers.Sam3TrackerVideoModel.from_pretrained(folder / "both").eval()
    frames, segmenter = noise(20), pair[0]
    session = segmenter.new_session(
        video=torch.stack([segmenter.pixels(frame) for frame in frames]),
        video_height=48, video_width=80, dtype=torch.float32,
    )  # fmt: skip
    session.obj_id_to_idx(1)
    session.add_mask_inputs(0, 0, model_mask(square(3, 4), segmenter.side))
    session.obj_with_new_inputs = [1]
    network(inference_session=session, frame_idx=0)
    propagator = SamPropagator(segmenter)
    for out in network.propagate_in_video_iterator(session, 0, 19):
        frame = frames[out.frame_idx]
        propagator.propagate(frame)
        if not frame.index:
            told = Detection(Box(3, 4, 7, 8), 1.0, mask=square(3, 4))
            propagator.prompt(frame, {TrackId(1): told})
        ours = propagator.logits[frame.index, TrackId(1)]
        np.testing.assert_allclose(ours, out.pred_masks[0, 0].numpy(), rtol=1e-5, atol=1e-4)


def test_each_object_is_found_once_with_the_phrase_that_fits_best(
    pair: tuple[Segmenter, Concepts],
) -> None:
    frame, concepts = noise(1)[0], pair[1]
    found = ConceptFinder(concepts, seen(pair, frame), PHRASES).find(frame)
    phrases = [concepts.read(one, one) for one in PHRASES]
    pixels = pair[0].pixels(frame)
    every = [one for phrase in phrases for one in concepts.find(pixels, [phrase])]
    assert 0 < len(found) < len(every)
    assert found[0].score == max(one.score for one in every)
    assert {one.label for one in found} <= set(PHRASES)
    assert all(one.score > 0.25 and one.mask is not None for one in found)


def test_what_a_text_names_becomes_tracks_under_its_words(entry: EngineEntry) -> None:
    frames = noise(12)
    results = list(tracker(entry, frames, {"text": "a dog, car", "every": 8}).track(frames))
    assert {one.label for result in results for one in result.observations} <= {"a dog", "car"}
    first = results[0].observations
    assert first
    assert all(one.origin is Origin.DETECTED for one in first)
    assert all(one.rle.decode().shape == (48, 80) for one in first)


def test_where_the_concept_is_absent_nothing_is_tracked(
    pair: tuple[Segmenter, Concepts], entry: EngineEntry
) -> None:
    head, frames = pair[1].network.detr_decoder.presence_head, noise(4)
    hook = head.register_forward_hook(lambda _part, _given, logits: logits - 18)
    results = list(tracker(entry, frames, {"text": "a dog"}).track(frames))
    hook.remove()
    assert len(results) == 4
    assert not any(result.observations for result in results)


@pytest.mark.parametrize("given", [{"text": "a dog", "every": 4}, {"find": "everything"}])
def test_a_restored_sam3_goes_on_as_if_never_stopped(
    entry: EngineEntry, given: dict[str, Any]
) -> None:
    frames = noise(12)
    first, second = tracker(entry, frames, given), tracker(entry, frames, given)
    list(first.track(frames[:6]))
    second.restore(first.snapshot())
    assert list(first.track(frames[6:])) == list(second.track(frames[6:]))
    assert first.snapshot() == second.snapshot()


SHOWN = {"small": Box(20, 10, 50, 30), "whole": Box(0, 0, 80, 48)}


@pytest.mark.parametrize("example", SHOWN)
def test_what_is_like_an_example_is_found_but_not_the_example(
    pair: tuple[Segmenter, Concepts], example: str
) -> None:
    frames, concepts, box = noise(4), replace(pair[1], least_score=0.01), SHOWN[example]
    prompts = [UserPrompt(4, 3, box=box)]
    finder = SimilarFinder(concepts, seen(pair, frames[3]), prompts, clip_of(frames))
    middle = ((box.x1 + box.x2) / 160, (box.y1 + box.y2) / 96)
    shown = torch.tensor([[*middle, box.width / 80, box.height / 48]])
    pixels, phrase = pair[0].pixels(frames[3]), concepts.read("visual", None)
    every = concepts.find(pixels, [phrase], shown)
    itself = np.array([[box.x1 / 5, box.y1 / 3, box.x2 / 5, box.y2 / 3]])
    alike = [float(box_iou(np.array([one.box], np.float64), itself)[0, 0]) for one in every]
    others = [one.score for one, share in zip(every, alike, strict=True) if share < 0.5]
    assert [one.score for one in finder.find(frames[3])] == pytest.approx(others, abs=1e-4)
    assert (len(others) < len(every)) == (example == "whole")
    assert [one.score for one in every] != [one.score for one in concepts.find(pixels, [phrase])]


def test_examples_count_in_their_frame_only(pair: tuple[Segmenter, Concepts]) -> None:
    frames, prompts = noise(4), [UserPrompt(4, 3, box=SHOWN["small"])]
    finder = SimilarFinder(pair[1], seen(pair, frames[2]), prompts, clip_of(frames))
    assert not finder.find(frames[2])


def test_an_example_is_followed_with_what_is_like_it(entry: EngineEntry) -> None:
    frames = noise(8)
    engine = tracker(entry, frames, {"find": "similar", "prompts": [EXAMPLE]})
    results = list(engine.track(frames))
    assert not any(result.observations for result in results[:3])
    origins = {one.origin for one in results[3].observations}
    assert Origin.PROMPTED in origins
    assert engine.propagator.save()["memories"].keys() > {"1"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_finds_and_tracks(folder: Path, dtype: Any) -> None:
    loading.concepts.cache_clear()  # for one that may be changed
    segmenter, concepts = loading.concepts(folder / "both", "cpu")
    loading.concepts.cache_clear()
    for network in (segmenter.network, concepts.network):
        network.to(dtype)
    frames, finders = noise(4), Finders(concepts=concepts)
    for given in ({"text": "a dog"}, {"find": "similar", "prompts": [{**EXAMPLE, "frame": 0}]}):
        engine = create(given, clip_of(frames), frames, replace(segmenter, dtype=dtype), finders)
        assert all(result.observations for result in engine.track(frames))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "1 to 10 things"),
        ({"find": "similar"}, "needs an example"),
        (
            {
                "find": "similar",
                "prompts": [{"object": 1, "frame": 0, "points": [{"x": 1, "y": 1}]}],
            },
            "needs an example",
        ),
        ({"find": "classes"}, "find must be one of text, similar"),
        ({"text": "a dog", "prompts": [EXAMPLE], "find": "similar"}, "leave one of them out"),
        ({"text": "a dog", "weights": "other"}, "there are: both"),
    ],
)
def test_what_sam3_cannot_be_told_is_refused(
    entry: EngineEntry, given: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        entry.complete(given)


def test_a_phrase_that_is_too_long_is_refused(pair: tuple[Segmenter, Concepts]) -> None:
    assert pair[1].read("x" * 30, None).attention_mask.sum() == 32
    with pytest.raises(UnclearText, match="at most 32 tokens"):
        pair[1].read("x" * 31, None)


def test_a_device_too_full_for_a_phrase_or_an_example_is_out_of_memory(
    pair: tuple[Segmenter, Concepts], monkeypatch: pytest.MonkeyPatch
) -> None:
    segmenter, concepts = pair
    phrase, pixels = concepts.read(PHRASES[0], None), segmenter.pixels(noise(1)[0])
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        concepts.read(PHRASES[0], None)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        concepts.find(pixels, [phrase], torch.ones(1, 4))


def test_weights_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path)
    with pytest.raises(UnusableWeights, match="are of a sam2_video; needed is one of sam3_video"):
        loading.concepts(tmp_path, "cpu")
    with pytest.raises(UnusableWeights, match="are of a sam3_video"):
        loading.segmenter(folder / "both", "cpu")


def test_truncated_weights_of_sam3_are_refused(tmp_path: Path) -> None:
    for part in random_sam3():
        part.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UnusableWeights, match="missing or damaged"):
        loading.concepts(tmp_path, "cpu")


def test_without_weights_sam3_says_what_to_do(tmp_path: Path) -> None:
    lack = engines(Settings(data_dir=tmp_path))["sam3"].lack
    assert lack is not None
    assert str(lack).startswith("There are no weights of Segment Anything 3")
    assert lack.remedy.endswith("sammot models fetch sam3")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_memory_of_sam3_stays_flat_over_two_thousand_frames(
    entry: EngineEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    some, clip = noise(8), ClipInfo(80, 48, 25.0, 2000)
    with entry.reserve(lambda: None):
        engine = entry.create(entry.complete({"text": "a dog"}), clip, some[:3])
    network = engine.propagator.segmenter.network  # type: ignore[attr-defined]
    answer_from_memory(network.vision_encoder, monkeypatch)
    sizes: list[int] = []
    for start in range(0, 2000, 250):
        list(engine.track(Frame(n, n / 25, some[n % 8].image) for n in range(start, start + 250)))
        gc.collect()
        sizes.append(len(engine.snapshot()))
        if start == 1000:
            settled = resident_bytes()
    assert resident_bytes() - settled < 8 << 20
    assert max(sizes[4:]) <= 1.5 * min(sizes[4:])
