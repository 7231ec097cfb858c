"""Checkpoints that the tests write themselves, read the way published ones are."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path

import pytest

from sam_models import (
    SHORT,
    clip_of,
    noise,
    raiser,
    random_model,
    random_tracker_of_sam3,
    torch,
    transformers,
)
from sammot.engines import engines
from sammot.errors import OutOfMemory, UnknownEngine, UnusableWeights
from sammot.models.devices import usable
from sammot.models.loading import segmenter
from sammot.service import chosen
from sammot.settings import Settings
from sammot.tracking.engine import Engine
from sammot.tracking.sam.assembly import create


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    random_model().save_pretrained(folder)
    return folder


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def test_a_checkpoint_gives_the_model_that_was_saved(checkpoint: Path) -> None:
    ours, saved = segmenter(checkpoint, "cpu"), random_model()
    assert ours.device == "cpu"
    assert ours.side == 64
    for name, value in saved.state_dict().items():
        assert torch.equal(value, ours.network.state_dict()[name]), name


def test_the_tracker_of_sam3_is_taken_as_well(tmp_path: Path) -> None:
    random_tracker_of_sam3().save_pretrained(tmp_path)
    frames, prompt = noise(14), {"object": 1, "frame": 0, "box": [10, 10, 20, 20]}

    def tracker() -> Engine:
        model = segmenter(tmp_path, "cpu")
        return create({"prompts": [prompt]}, clip_of(frames), frames[:3], model)

    first, second = tracker(), tracker()
    results = list(first.track(frames[:9]))
    assert all(one.observations[0].track_id == 1 for one in results)
    second.restore(first.snapshot())
    assert list(first.track(frames[9:])) == list(second.track(frames[9:]))


def test_a_model_is_loaded_once(checkpoint: Path) -> None:
    assert segmenter(checkpoint, "cpu") is segmenter(checkpoint, "cpu")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeights, match="no weights in"):
        segmenter(tmp_path / "nowhere", "cpu")


def test_a_config_without_weights_is_refused(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    with pytest.raises(UnusableWeights, match="missing or damaged"):
        segmenter(copy, "cpu")


@pytest.mark.parametrize("kept", [0, 7, 1000, 100_000])
def test_truncated_weights_are_refused(copy: Path, kept: int) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(UnusableWeights, match="missing or damaged"):
        segmenter(copy, "cpu")


@pytest.mark.parametrize("error", SHORT)
def test_weights_are_not_called_damaged_where_memory_is_short(
    copy: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    library = transformers.core_model_loading
    monkeypatch.setattr(library, "_materialize_copy", raiser(error))  # as it reads a tensor
    with pytest.raises(OutOfMemory, match=r"on cpu\. Take a smaller model"):
        segmenter(copy, "cpu")


@pytest.mark.parametrize("error", SHORT)
def test_a_model_too_large_for_its_device_is_out_of_memory(
    copy: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(transformers.Sam2VideoModel, "to", raiser(error))
    with pytest.raises(OutOfMemory, match=r"on cpu\. Take a smaller model"):
        segmenter(copy, "cpu")


def test_a_damaged_config_is_refused(copy: Path) -> None:
    (copy / "config.json").write_text("{")
    with pytest.raises(UnusableWeights, match="cannot be read"):
        segmenter(copy, "cpu")


def test_weights_of_another_kind_of_model_are_refused(tmp_path: Path) -> None:
    transformers.BertConfig(num_hidden_layers=1).save_pretrained(tmp_path)
    with pytest.raises(UnusableWeights, match="of a bert"):
        segmenter(tmp_path, "cpu")


def test_weights_that_do_not_fit_their_config_are_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["memory_attention_num_layers"] = 3
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnusableWeights, match="not those of their config"):
        segmenter(copy, "cpu")


def test_pickled_weights_are_never_read(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    torch.save({}, copy / "pytorch_model.bin")
    with pytest.raises(UnusableWeights):
        segmenter(copy, "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda:3", "mps"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    with pytest.raises(UnknownEngine, match="SAMMOT_DEVICE=auto"):
        usable(device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_auto_is_the_processor() -> None:
    assert usable("auto") == ["cpu"]


@pytest.mark.skipif(platform.system() == "Darwin", reason="this machine may have that device")
def test_an_engine_without_its_device_says_so_before_any_job(
    checkpoint: Path, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, models_dir=checkpoint.parent, device="mps")
    with pytest.raises(UnknownEngine, match="no device mps here: SAMMOT_DEVICE=auto"):
        chosen(engines(settings), "sam2")
    elsewhere = settings.model_copy(update={"profile": "service"})
    assert chosen(engines(elsewhere), "sam2").name == "sam2"


def test_weights_in_the_models_folder_are_offered(checkpoint: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, models_dir=checkpoint.parent)
    entry = chosen(engines(settings), "sam2")
    assert entry.parameters[0]["choices"] == ("tiny",)
    assert entry.complete({})["weights"] == "tiny"


def test_without_weights_the_engine_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownEngine, match="sammot models fetch"):
        chosen(engines(Settings(data_dir=tmp_path)), "sam2")
