from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from sammot import bootstrap, footage, offline, scenes, video
from sammot.cli import main
from sammot.engines import engines
from sammot.formats.mot import read_mot
from sammot.formats.native import read_native
from sammot.settings import Settings
from sammot.tracking.mask import Box


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video, and the same scene as a folder of pictures named so that text order is wrong."""
    folder = tmp_path_factory.mktemp("footage")
    scene = scenes.make("crossing", width=192, height=108, frame_count=40, fps=15)
    video.write(folder / "crossing.mp4", scene.frames(), 15)
    (folder / "pictures").mkdir()
    for frame in scene.frames():
        picture = cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / "pictures" / f"{frame.index}.png"), picture)
    return folder


def test_a_video_is_tracked_into_every_format(folder: Path, tmp_path: Path) -> None:
    formats = "json,csv,mot,mp4"
    result = run("track", folder / "crossing.mp4", "--output", tmp_path, "--format", formats)
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {
        f"crossing.{suffix}" for suffix in ("json", "csv", "txt", "annotated.mp4")
    }
    document = json.loads((tmp_path / "crossing.json").read_text())
    assert (document["frame_count"], document["complete"]) == (40, True)
    boxes, masks = read_native(tmp_path / "crossing.json")
    assert boxes
    for frame, tracks in masks.items():
        for track_id, rle in tracks.items():
            assert Box.around(rle.decode()) == boxes[frame][track_id]
    assert read_mot(tmp_path / "crossing.txt").boxes.keys() == boxes.keys()
    assert sum(1 for _ in video.decode(tmp_path / "crossing.annotated.mp4")) == 40


def test_a_folder_of_pictures_is_tracked_in_natural_order(folder: Path, tmp_path: Path) -> None:
    result = run("track", folder / "pictures", "--output", tmp_path, "--format", "json,mp4")
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "pictures.json").read_text())
    assert document["frame_count"] == 40
    assert document["objects"]
    assert sum(1 for _ in video.decode(tmp_path / "pictures.annotated.mp4")) == 40


def test_patterns_name_many_sources(folder: Path, tmp_path: Path) -> None:
    result = run("track", folder / "*.mp4", folder / "pictures", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"crossing.json", "pictures.json"}


def test_results_never_take_the_place_of_their_source_or_of_each_other(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shutil.copy(folder / "crossing.mp4", tmp_path / name)
    before = (tmp_path / "a" / "crossing.mp4").read_bytes()
    result = run(
        "track", tmp_path / "*" / "*.mp4", "--output", tmp_path / "a", "--format", "json,mp4"
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "a" / "crossing.mp4").read_bytes() == before
    assert {path.name for path in (tmp_path / "a").iterdir()} == {
        "crossing.mp4",
        "crossing.json",
        "crossing.annotated.mp4",
        "crossing-2.json",
        "crossing-2.annotated.mp4",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.mp4"], "There is no file or folder nowhere.mp4."),
        (
            ["{clip}", "--engine", "magic"],
            "There is no engine 'magic'; there are: motion, sam2, sam3.",
        ),
        (["{clip}", "--format", "gif"], "There is no format 'gif'"),
        (["{clip}", "--preset", "slow"], "preset must be one of"),
        (["{clip}", "--set", "sensitivity=much"], "sensitivity must be a number"),
        (["{empty}"], "There are no pictures in"),
        (["{text}"], "video"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    folder: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.mp4").write_text("no video")
    known = {"clip": folder / "crossing.mp4", "empty": tmp_path / "empty"}
    known["text"] = tmp_path / "text.mp4"
    filled = [argument.format(**known) for argument in arguments]
    result = run("track", *filled, "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_one_bad_source_is_named_and_the_others_are_tracked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    result = run("track", tmp_path / "text.mp4", folder / "crossing.mp4", "--output", tmp_path)
    assert result.exit_code == 1
    assert f"Error: {tmp_path / 'text.mp4'}: " in result.output
    assert (tmp_path / "crossing.json").exists()


def test_a_still_image_is_a_clip_of_one_frame(folder: Path, tmp_path: Path) -> None:
    result = run("track", folder / "pictures" / "3.png", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "3.json").read_text())
    assert (document["frame_count"], document["objects"]) == (1, [])


def test_pictures_named_one_by_one_are_the_clip_of_their_folder(
    folder: Path, tmp_path: Path
) -> None:
    pictures = folder / "pictures"
    assert run("track", pictures, "--output", tmp_path / "a").exit_code == 0
    result = run("track", pictures / "*.png", "--output", tmp_path / "b")
    assert result.exit_code == 0, result.output
    whole, single = (read_native(tmp_path / at / "pictures.json") for at in "ab")
    assert whole == single


def test_where_results_cannot_be_written_is_told_in_one_line(folder: Path) -> None:
    clip = folder / "crossing.mp4"
    result = run("track", clip, "--output", clip)
    assert result.exit_code == 1
    assert result.output == f"Error: {clip}: File exists.\n"


def test_a_video_that_breaks_off_is_tracked_with_a_warning(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "crossing.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    result = run("track", tmp_path / "half.mp4", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert "half: The file breaks off" in result.output
    assert 0 < json.loads((tmp_path / "half.json").read_text())["frame_count"] < 40


@pytest.mark.parametrize(("option", "is_shown"), [([], False), (["--show-progress"], True)])
def test_a_bar_is_shown_on_a_terminal_or_when_asked_for(
    folder: Path, tmp_path: Path, option: list[str], *, is_shown: bool
) -> None:
    result = run("track", folder / "crossing.mp4", "--output", tmp_path, *option)
    assert ("frames/s" in result.stderr) == is_shown


def test_an_interrupted_run_leaves_the_earlier_results(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "crossing.json").write_text("earlier")
    settings = Settings()
    clip = footage.VideoFile(folder / "crossing.mp4", bootstrap.limits(settings))
    entry = engines(settings)["motion"]

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        offline.track(
            clip, entry, entry.complete({}), output=tmp_path, formats=["json"], progress=interrupted
        )
    assert [path.name for path in tmp_path.iterdir()] == ["crossing.json"]
    assert (tmp_path / "crossing.json").read_text() == "earlier"


@pytest.mark.parametrize("size", [(16, 16), (360, 202), (97, 143), (2160, 3840)])
def test_pictures_of_any_size_are_tracked_and_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "grey").mkdir()
    for number in range(3):
        picture = np.full(size, 40 * number, np.uint8)
        cv2.imwrite(str(tmp_path / "grey" / f"{number}.png"), picture)
    result = run("track", tmp_path / "grey", "--output", tmp_path, "--format", "json,csv,mot,mp4")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "grey.json").read_text())["frame_count"] == 3
    assert sum(1 for _ in video.decode(tmp_path / "grey.annotated.mp4")) == 3


def test_tracks_are_held_against_truth(tmp_path: Path) -> None:
    rows = "".join(f"{frame},1,{frame},5,10,10,1,-1,-1,-1\n" for frame in range(1, 21))
    (tmp_path / "truth.txt").write_text(rows)
    (tmp_path / "tracks.txt").write_text(rows)
    both = ["--gt", tmp_path / "truth.txt", "--tracks", tmp_path / "tracks.txt"]
    assert "HOTA" in run("eval", *both).output
    report = json.loads(run("eval", *both, "--json").output)
    assert report["all"]["HOTA"] == 1.0
    assert "MOTA" not in run("eval", *both, "--metrics", "HOTA,Identity").output


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("LEASE_SECONDS", "0")])
def test_a_setting_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SAMMOT_{name}", value)
    result = run("up")
    assert result.exit_code == 1
    assert f"SAMMOT_{name} is not usable" in result.output


@pytest.mark.parametrize(
    "command", ["up", "track", "eval", "bench", "web", "events", "doctor", "worker", "openapi"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert command in run("--help").output
