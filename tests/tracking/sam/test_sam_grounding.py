"""Grounding DINO of the library's own kind, on a checkpoint that the test writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sam_models import (
    SHORT,
    clip_of,
    fill_device,
    noise,
    raiser,
    random_grounder,
    random_model,
    torch,
    transformers,
    word_tokenizer,
)
from sammot.engines import engines
from sammot.errors import InvalidInput, OutOfMemory, UnclearText, UnusableWeights
from sammot.models.loading import grounder, tokenizer
from sammot.service import EngineEntry
from sammot.settings import Settings
from sammot.tracking.mask import box_iou
from sammot.tracking.sam.grounding import LEAST_SCORE, Grounder, TextFinder, fitted
from sammot.tracking.sam.picture import IMAGENET

GRID = (16, 16)
SQUARE = (48, 48)
"""Of a picture: the model takes wider ones larger."""
PHRASES = ("A red car", "a dog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights and tokenizer, beside a segmenter's weights."""
    models = tmp_path_factory.mktemp("models")
    for part in random_grounder():
        part.save_pretrained(models / "reader")
    random_model().save_pretrained(models / "tiny")
    return models


@pytest.fixture(scope="module")
def model(folder: Path) -> Grounder:
    return grounder(folder / "reader", "cpu")


@pytest.fixture
def entry(folder: Path, tmp_path: Path) -> EngineEntry:
    return engines(Settings(data_dir=tmp_path, models_dir=folder))["sam2"]


@pytest.mark.parametrize("size", [(48, 80), (1080, 1920), (1920, 1080), (30, 30), (1, 90), (7, 11)])
def test_a_picture_is_fitted_as_the_librarys_processor_does_it(size: tuple[int, int]) -> None:
    assert fitted(size) == transformers.image_transforms.get_size_with_aspect_ratio(size, 800, 1333)


def test_phrases_are_read_as_the_librarys_processor_joins_them(model: Grounder) -> None:
    query = model.query(PHRASES)
    expected = model.tokenizer("a red car. a dog.", return_tensors="pt")
    assert torch.equal(query.inputs["input_ids"], expected["input_ids"])
    words = model.tokenizer.convert_ids_to_tokens(query.inputs["input_ids"][0])
    assert [[words[place] for place in one] for one in query.tokens] == [
        ["a", "red", "car"], ["a", "dog"],
    ]  # fmt: skip


def test_boxes_and_scores_are_the_librarys(model: Grounder) -> None:
    frame, query = noise(1, size=(800, 800))[0], model.query(PHRASES)  # nothing to be fitted
    mean, deviation = np.array(IMAGENET)
    pixels = (frame.image / 255 - mean) / deviation
    pixels = torch.from_numpy(pixels).float().permute(2, 0, 1)[None]
    with torch.inference_mode():
        out = model.network(pixel_values=pixels, **query.inputs)
    boxes, scores = model.find(frame, query)
    kind = transformers.models.grounding_dino.processing_grounding_dino.GroundingDinoProcessor
    nothing = SimpleNamespace(batch_decode=list)
    (expected,) = kind.post_process_grounded_object_detection(
        nothing, out, query.inputs["input_ids"], threshold=0.0
    )
    torch.testing.assert_close(boxes, expected["boxes"].clamp(0, 1), atol=1e-4, rtol=1e-4)
    by_token = out.logits[0].sigmoid()
    torch.testing.assert_close(scores[:, 1], by_token[:, 5:7].amax(1), atol=1e-4, rtol=1e-4)
    assert (scores.amax(1) <= expected["scores"] + 1e-4).all()


def test_each_object_is_found_once_with_the_phrase_that_fits_best(model: Grounder) -> None:
    frame = noise(1, size=SQUARE)[0]
    found = TextFinder(model, GRID, PHRASES).find(frame)
    boxes, scores = model.find(frame, model.query(PHRASES))
    assert 0 < len(found) <= int((scores.amax(1) >= LEAST_SCORE).sum())
    assert {one.label for one in found} == set(PHRASES)
    best = int(scores.amax(1).argmax())
    assert found[0].score == float(scores[best].amax())
    assert found[0].label == PHRASES[int(scores[best].argmax())]
    np.testing.assert_allclose(found[0].box, 16 * boxes[best].numpy(), rtol=1e-5)
    places = np.array([one.box for one in found], np.float64)
    alike = box_iou(places, places) - np.eye(len(found))
    assert alike.max() < 0.7


def test_what_nothing_goes_with_is_not_found(model: Grounder) -> None:
    network = random_grounder()[0]
    with torch.no_grad():
        for layer in network.model.encoder.layers:
            layer.text_enhancer_layer.layer_norm_after.weight.zero_()
            layer.text_enhancer_layer.layer_norm_after.bias.fill_(1)
        network.model.decoder.layer_norm.weight.zero_()
        network.model.decoder.layer_norm.bias.fill_(-1)
    finder = TextFinder(Grounder(network, model.tokenizer), GRID, PHRASES)
    assert not finder.find(noise(1, size=SQUARE)[0])


def test_found_objects_become_tracks_with_their_phrase(entry: EngineEntry) -> None:
    frames = noise(9, size=SQUARE)
    given = entry.complete({"text": " a red car ,a dog, a dog,", "every": 8})
    assert (given["find"], given["text_detector"], given["weights"]) == ("text", "reader", "tiny")
    with entry.reserve(lambda: None):
        results = list(entry.create(given, clip_of(frames), frames[:3]).track(frames))
    labels = {one.label for result in results for one in result.observations}
    assert labels
    assert labels <= {"a red car", "a dog"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"find": "text"}, "1 to 10 things"),
        ({"text": " , ,", "find": "text"}, "1 to 10 things"),
        ({"text": ", ".join(f"dog {number}" for number in range(11))}, "1 to 10 things"),
        ({"text": "dog" * 67}, "at most 200 characters"),
        ({"text": "a dog\na cat"}, "one line"),
        ({"text": "a \u202egod"}, "cannot be seen"),
        ({"text": ["a dog"]}, "text must be a text"),
        ({"text": "a dog", "find": "movement"}, "leave one of them out"),
        ({"text": "a dog", "text_detector": "other"}, "there are: reader"),
        ({"classes": "dog"}, "models fetch d-fine-small"),
    ],
)
def test_a_text_that_means_nothing_is_refused(
    entry: EngineEntry, given: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        entry.complete(given)


@pytest.mark.parametrize(
    ("phrases", "words"),
    [(["a red dog"] * 9, "at most 24"), (["a dog", "..."], "without a word")],
)
def test_a_text_that_the_model_cannot_read_is_refused(
    model: Grounder, phrases: list[str], words: str
) -> None:
    with pytest.raises(UnclearText, match=words):
        model.query(phrases)


def test_marks_that_end_a_phrase_do_not_end_one_of_ours(model: Grounder) -> None:
    query = model.query(["red. car?", "dog"])
    assert [len(places) for places in query.tokens] == [2, 1]


@pytest.mark.parametrize("content", [None, "{"])
def test_without_a_tokenizer_the_weights_are_of_no_use(
    folder: Path, tmp_path: Path, content: str | None
) -> None:
    copy = Path(shutil.copytree(folder / "reader", tmp_path / "copy"))
    for path in copy.glob("tokenizer*"):
        path.unlink()
        if content is not None:
            path.write_text(content)
    with pytest.raises(UnusableWeights, match=r"tokenizer in .* fetch the weights again"):
        grounder(copy, "cpu")


@pytest.mark.parametrize("error", SHORT)
def test_a_tokenizer_is_not_called_damaged_where_memory_is_short(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", raiser(error))
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        tokenizer(folder / "reader", 2000)


def test_a_device_too_full_for_a_text_or_its_picture_is_out_of_memory(
    model: Grounder, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = model.query(PHRASES)
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        model.query(PHRASES)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        model.find(noise(1)[0], query)


def test_the_tokenizer_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder / "reader", tmp_path / "copy"))
    word_tokenizer(*(f"word{number}" for number in range(9))).save_pretrained(copy)
    with pytest.raises(UnusableWeights, match="another model's"):
        grounder(copy, "cpu")
