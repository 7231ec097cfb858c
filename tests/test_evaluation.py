from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from sammot.errors import InvalidTracks
from sammot.evaluation import evaluate_paths, to_json
from sammot.formats.mot import write_mot
from sammot.formats.native import ResultSummary, write_native
from sammot.scenes import make
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, TrackId

SUMMARY = ResultSummary("v", "j", 8, 8, is_complete=True, fps=6, processing_time=1, average_fps=8)


@pytest.fixture(scope="module")
def results() -> list[FrameResult]:
    scene = make("crossing", width=96, height=54, fps=6, frame_count=8, noise=0)
    return [
        FrameResult(
            frame.index,
            frame.time,
            tuple(
                Observation(TrackId(i), Box.around(mask), RLE.encode(mask), score=1.0)
                for i, mask in truth.items()
            ),
        )
        for frame, truth in scene
    ]


def write_masks(folder: Path, results: list[FrameResult]) -> Path:
    folder.mkdir(parents=True)
    for result in results:
        labels = np.zeros((54, 96), np.uint8)
        for seen in result.observations:
            labels[seen.rle.decode()] = seen.track_id
        cv2.imwrite(str(folder / f"{result.index:05}.png"), labels)
    return folder


def write_text(path: Path, results: list[FrameResult]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(write_mot(results)))
    return path


def write_result(path: Path, results: list[FrameResult]) -> Path:
    path.write_bytes(b"".join(write_native(results, SUMMARY)))
    return path


def test_masks_against_a_result_give_all_metrics(
    tmp_path: Path, results: list[FrameResult]
) -> None:
    truth = write_masks(tmp_path / "truth", results)
    rows = evaluate_paths(truth, write_result(tmp_path / "result.json", results))
    (scores,) = (row.scores for row in rows.values())
    assert [scores[name] for name in ("HOTA", "MOTA", "IDF1", "J&F")] == pytest.approx([1] * 4)


def test_text_against_a_result_compares_boxes(tmp_path: Path, results: list[FrameResult]) -> None:
    truth = write_text(tmp_path / "gt.txt", results)
    rows = evaluate_paths(truth, write_result(tmp_path / "r.json", results[:4]))
    scores = rows["gt"].scores
    seen = [len(result.observations) for result in results]
    assert scores["DetRe"] == pytest.approx(sum(seen[:4]) / sum(seen))
    assert scores["DetPr"] == 1
    assert "J" not in scores


def test_a_folder_of_clips_is_paired_by_name_and_summed(
    tmp_path: Path, results: list[FrameResult]
) -> None:
    write_text(tmp_path / "gt/one/gt/gt.txt", results)
    write_text(tmp_path / "gt/two/gt.txt", results)
    write_masks(tmp_path / "gt/two/masks", results)
    write_text(tmp_path / "tracks/one.txt", results)
    write_masks(tmp_path / "tracks/two", results[:4])
    rows = evaluate_paths(tmp_path / "gt", tmp_path / "tracks")
    assert list(rows) == ["one", "two", "all"]
    assert rows["one"].scores["HOTA"] == 1
    assert rows["two"].scores["J"] < 1
    assert 0.5 < rows["all"].scores["DetA"] < 1
    document = json.loads(json.dumps(to_json(rows)))
    assert list(document["clips"]) == ["one", "two"]
    assert document["all"]["DetA"] == rows["all"].scores["DetA"]


def test_a_clip_without_tracks_and_a_path_without_clips_are_named(
    tmp_path: Path, results: list[FrameResult]
) -> None:
    for name in ("gt/one.txt", "gt/two.txt", "tracks/one.txt"):
        write_text(tmp_path / name, results)
    (tmp_path / "empty").mkdir()
    (tmp_path / "film.mp4").touch()
    with pytest.raises(InvalidTracks, match="two"):
        evaluate_paths(tmp_path / "gt", tmp_path / "tracks")
    for wrong in ("empty", "missing", "film.mp4"):
        with pytest.raises(InvalidTracks, match=wrong):
            evaluate_paths(tmp_path / "gt", tmp_path / wrong)


def test_only_the_metrics_asked_for_are_counted(tmp_path: Path, results: list[FrameResult]) -> None:
    truth = write_text(tmp_path / "gt.txt", results)
    (row,) = evaluate_paths(truth, truth, metrics=["identity"]).values()
    assert set(row.scores) == {"IDF1", "IDP", "IDR", "IDTP", "IDFN", "IDFP"}
