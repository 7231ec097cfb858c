"""`sammot track --engine sam2` on a checkpoint that the test writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sam_models import (
    FEW_SCENES,
    TRAINED,
    agreement,
    exchange,
    masks_of,
    prompt,
    random_grounder,
    random_model,
    random_sam3,
    scene,
    truncate,
)
from sammot import scenes, video
from sammot.cli import main
from sammot.tracking.mask import RLE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sam")
    random_model().save_pretrained(folder / "tiny")
    scene = scenes.make("crossing", width=192, height=108, frame_count=20, fps=15)
    video.write(folder / "crossing.mp4", scene.frames(), 15)
    prompts = [
        {"object": 1, "frame": 0, "box": [10, 20, 30, 30]},
        {"object": 2, "frame": 4, "points": [{"x": 100, "y": 50}]},
    ]
    (folder / "prompts.json").write_text(json.dumps(prompts))
    return folder


def run(folder: Path, *arguments: object) -> Result:
    words = ["track", folder / "crossing.mp4", "--engine", "sam2", "--output", folder / "out"]
    return CliRunner().invoke(main, [str(word) for word in (*words, *arguments)])


def test_a_clip_is_tracked_by_prompts(folder: Path) -> None:
    result = run(folder, "--weights", folder / "tiny", "--prompts", folder / "prompts.json")
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "out" / "crossing.json").read_text())
    assert (document["frame_count"], document["complete"]) == (20, True)
    assert [one["track_id"] for one in document["objects"]] == [1, 2]
    first = document["objects"][0]["frames"][0]
    height, width = first["mask"]["size"]
    assert RLE(height, width, first["mask"]["counts"]).decode().shape == (108, 192)


def test_a_text_says_what_to_track(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMMOT_MODELS_DIR", str(folder / "models"))
    for part in random_grounder():
        part.save_pretrained(folder / "models" / "reader")
    result = run(folder, "--weights", folder / "tiny", "--text", "a dog")
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "out" / "crossing.json").read_text())
    assert {one["label"] for one in document["objects"]} == {"a dog"}


def test_sam3_tracks_what_a_text_names(folder: Path) -> None:
    for part in random_sam3():
        part.save_pretrained(folder / "both")
    words = ("--engine", "sam3", "--weights", folder / "both", "--text", "a person")
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    document = json.loads((folder / "out" / "crossing.json").read_text())
    assert {one["label"] for one in document["objects"]} == {"a person"}


@pytest.mark.timeout(600)
def test_the_trained_model_follows_unseen_objects(tmp_path: Path) -> None:
    found: list[float] = []
    for number in range(FEW_SCENES):
        frames, truth = scene(number)
        video.write(tmp_path / "crossing.mp4", iter(frames), 10)
        prompts = [prompt(id_, mask, "mask") for id_, mask in truth[0].items()]
        (tmp_path / "prompts.json").write_text(json.dumps(prompts))
        result = run(tmp_path, "--weights", TRAINED, "--prompts", tmp_path / "prompts.json")
        assert result.exit_code == 0, result.output
        masks = masks_of(json.loads((tmp_path / "out" / "crossing.json").read_text()))
        found += agreement(truth, masks)
    assert np.mean(found) >= 0.8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weights", "{folder}/nowhere"], "There are no weights in"),
        ([], "There are no weights of Segment Anything 2: .venv/bin/sammot models fetch"),
        (["--weights", "{folder}/tiny", "--set", "find=nothing"], "there is no work"),
        (["--weights", "{folder}/tiny", "--prompts", "{folder}/crossing.mp4"], "is not JSON"),
        (["--weights", "{folder}/tiny", "--preset", "fast"], "Unknown parameter 'preset'"),
        (["--weights", "{folder}/tiny", "--text", "a dog"], "fetch grounding-dino-tiny"),
        (["--engine", "sam3"], "There are no weights of Segment Anything 3: .venv/bin/sammot"),
        (
            ["--engine", "sam3", "--weights", "{folder}/tiny", "--text", "dog"],
            "are of a sam2_video",
        ),
    ],
)
def test_a_mistake_with_sam_is_told_in_one_line(
    folder: Path,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAMMOT_DATA_DIR", str(folder / "data"))
    result = run(folder, *[argument.format(folder=folder) for argument in arguments])
    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (truncate, "missing or damaged (SafetensorError): fetch the weights again"),
        (exchange, "are not those of their config.json"),
    ],
)
def test_weights_of_no_use_are_told_in_one_line(
    folder: Path, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    weights = Path(shutil.copytree(folder / "tiny", tmp_path / "tiny"))
    damage(weights)
    result = run(folder, "--weights", weights, "--prompts", folder / "prompts.json")
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    (line,) = result.output.strip().splitlines()
    assert line.startswith("Error: ")
    assert words in line


def test_without_a_gpu_asking_for_one_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMMOT_DEVICE", "cuda:7")
    result = run(folder, "--weights", folder / "tiny")
    assert result.exit_code == 1
    assert "There is no device cuda:7 here" in result.output
