"""Detectors of the library's own kinds, on checkpoints that the test writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sam_models import clip_of, fill_device, noise, random_detector, random_model, torch
from sammot.engines import engines
from sammot.errors import InvalidInput, OutOfMemory
from sammot.models.kinds import DETECTORS
from sammot.models.loading import detector
from sammot.service import EngineEntry
from sammot.settings import Settings
from sammot.tracking.frame import Frame
from sammot.tracking.mask import Box
from sammot.tracking.sam.detector import ClassFinder, Detector
from sammot.tracking.sam.proposers import Sampled
from sammot.tracking.track import Detection

GRID = (16, 16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector's weights beside a segmenter's."""
    models = tmp_path_factory.mktemp("models")
    random_detector("d_fine").save_pretrained(models / "d-fine-small")
    random_model().save_pretrained(models / "tiny")
    return models


@pytest.fixture(scope="module")
def model(folder: Path) -> Detector:
    return detector(folder / "d-fine-small", "cpu")


@pytest.fixture
def entry(folder: Path, tmp_path: Path) -> EngineEntry:
    return engines(Settings(data_dir=tmp_path, models_dir=folder))["sam2"]


@pytest.mark.parametrize("kind", DETECTORS)
def test_boxes_and_scores_are_the_librarys(tmp_path: Path, kind: str) -> None:
    random_detector(kind).save_pretrained(tmp_path)
    model = detector(tmp_path, "cpu")
    frame = noise(1, size=(640, 640))[0]  # nothing to be squeezed
    pixels = torch.from_numpy(frame.image).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        out = model.network(pixel_values=pixels)
    boxes, scores = model.find(frame)
    torch.testing.assert_close(scores, out.logits[0].sigmoid())
    x, y, width, height = out.pred_boxes[0].unbind(1)
    torch.testing.assert_close(boxes[:, 0], (x - width / 2).clamp(0, 1))
    torch.testing.assert_close(boxes[:, 3], (y + height / 2).clamp(0, 1))


def test_a_device_too_full_for_the_detectors_picture_is_out_of_memory(
    model: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_device(monkeypatch)
    with pytest.raises(OutOfMemory, match="SAMMOT_DEVICE"):
        model.find(noise(1)[0])


def test_detections_lie_on_the_grid_with_their_class(model: Detector) -> None:
    frame = noise(1)[0]
    found = ClassFinder(model, GRID, ()).find(frame)
    boxes, scores = model.find(frame)
    sure = scores.max(1).values >= 0.5
    assert 0 < len(found) == int(sure.sum())
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    best = int(scores.max(1).values.argmax())
    np.testing.assert_allclose(found[0].box, 16 * boxes[best].numpy(), rtol=1e-5)
    labels = model.network.config.id2label
    assert found[0].label == labels[int(scores[best].argmax())]


def test_only_wanted_classes_are_claimed(model: Detector) -> None:
    frame = noise(1)[0]
    found = ClassFinder(model, GRID, ("dog",)).find(frame)
    assert {one.label for one in found} == {"dog"}
    assert len(found) == int((model.find(frame)[1][:, 2] >= 0.5).sum())


class Sighted:
    """Sees one object in every frame."""

    def find(self, frame: Frame) -> Sequence[Detection]:
        return [Detection(Box(frame.index, 0, 20, 20), 1.0)]


def test_a_finder_is_asked_every_so_many_frames() -> None:
    proposer = Sampled(Sighted(), every=4)
    found = [one.box.x1 for frame in noise(9) for one in proposer.propose(frame)]
    assert found == [0, 4, 8]


def test_found_objects_become_tracks_with_their_class(entry: EngineEntry) -> None:
    frames = noise(9)
    given = entry.complete({"classes": "dog, car", "every": 8})
    assert (given["find"], given["detector"], given["weights"]) == (
        "classes",
        "d-fine-small",
        "tiny",
    )
    with entry.reserve(lambda: None):
        results = list(entry.create(given, clip_of(frames), frames[:3]).track(frames))
    labels = {one.label for result in results for one in result.observations}
    assert labels
    assert labels <= {"dog", "car"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"classes": "unicorn"}, "knows no 'unicorn'; it knows: person, car, dog"),
        ({"classes": ["dog"]}, "classes must be a text"),
        ({"classes": "dog", "find": "movement"}, "leave one of them out"),
        ({"find": "classes", "detector": "other"}, "there are: d-fine-small"),
        ({"find": "text", "text": "a dog"}, "models fetch grounding-dino-tiny"),
    ],
)
def test_what_no_detector_knows_is_refused(
    entry: EngineEntry, given: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        entry.complete(given)


def test_without_a_detector_classes_are_not_offered(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny").symlink_to(folder / "tiny")
    entry = engines(Settings(data_dir=tmp_path, models_dir=tmp_path / "models"))["sam2"]
    find = next(one for one in entry.parameters if one["name"] == "find")
    assert "classes" not in find["choices"]
    assert "detector" not in {one["name"] for one in entry.parameters}
    with pytest.raises(InvalidInput, match="models fetch d-fine-small"):
        entry.complete({"classes": "dog"})
