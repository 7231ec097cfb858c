from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import numpy as np
import orjson
import pytest
from pycocotools import mask as coco

from formats.samples import long, sample, seen
from sammot.formats.mot import read_mot, write_mot
from sammot.formats.native import ResultSummary, Selection, read_native, write_native
from sammot.formats.table import COLUMNS, write_csv
from sammot.tracking.track import FrameResult

GOLDEN = Path(__file__).parent / "golden"
SUMMARY = ResultSummary("v1", "j1", 4, 4, True, 25.0, 1.5, 2.667)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("sample.csv", write_csv(sample())),
        ("sample.mot.txt", write_mot(sample())),
        ("sample.json", write_native(sample(), SUMMARY)),
    ],
)
def test_what_is_written_is_the_golden_file(name: str, pieces: object) -> None:
    assert b"".join(pieces) == (GOLDEN / name).read_bytes()  # type: ignore[call-overload]


def test_a_csv_of_nothing_is_its_header() -> None:
    assert b"".join(write_csv(())).decode() == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_label_in_a_csv_is_never_a_formula(label: str) -> None:
    text = b"".join(write_csv([FrameResult(0, 0.0, (seen(1, 0, 0, label),))])).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["label"] == "'" + label


def test_csv_rows_say_what_was_observed() -> None:
    text = b"".join(write_csv(sample())).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["frame_id"], row["track_id"]) for row in rows] == [
        ("0", "1"),
        ("1", "1"),
        ("1", "2"),
        ("3", "2"),
    ]
    assert rows[2]["label"] == "toy, red"
    assert [rows[2][key] for key in ("x", "y", "w", "h", "area")] == ["20", "10", "4", "5", "19"]


def test_mot_text_comes_back_as_the_boxes_that_were_written(tmp_path: Path) -> None:
    path = tmp_path / "tracks.txt"
    path.write_bytes(b"".join(write_mot(sample())))
    assert read_mot(path).boxes == {
        result.index: {o.track_id: o.box for o in result.observations}
        for result in sample()
        if result.observations
    }


def test_the_native_json_comes_back_as_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(b"".join(write_native(sample(), SUMMARY)))
    boxes, masks = read_native(path)
    for result in sample():
        expected = {o.track_id: o for o in result.observations}
        assert boxes.get(result.index, {}) == {i: o.box for i, o in expected.items()}
        assert masks.get(result.index, {}) == {i: o.rle for i, o in expected.items()}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_decodes_the_masks_and_they_lie_in_their_boxes() -> None:
    document = orjson.loads(b"".join(write_native(sample(), SUMMARY)))
    for item in document["objects"]:
        for entry in item["frames"]:
            mask = coco.decode(entry["mask"])
            assert list(mask.shape) == entry["mask"]["size"] == [24, 32]
            rows, columns = np.nonzero(mask)
            x, y, width, height = entry["bbox"]
            assert (columns.min(), rows.min()) == (x, y)
            assert (columns.max() + 1, rows.max() + 1) == (x + width, y + height)


def test_a_selection_takes_half_open_frames_and_named_tracks() -> None:
    selection = Selection(start=1, stop=3, track_ids={2}, has_masks=False)
    document = orjson.loads(b"".join(write_native(sample(), SUMMARY, selection)))
    (item,) = document["objects"]
    assert (item["track_id"], item["first_frame"], item["last_frame"]) == (2, 1, 1)
    assert [set(entry) for entry in item["frames"]] == [{"frame_id", "bbox", "score"}]


def test_a_selection_reads_no_frame_behind_its_end() -> None:
    taken = []

    def watched() -> object:
        for result in sample():
            taken.append(result.index)
            yield result

    b"".join(write_native(watched(), SUMMARY, Selection(stop=1)))  # type: ignore[arg-type]
    assert taken == [0, 1]


def test_a_result_of_nothing_has_no_objects() -> None:
    document = orjson.loads(b"".join(write_native((), SUMMARY)))
    assert document["objects"] == []
    assert document["complete"] is True


def test_memory_does_not_grow_with_the_frames() -> None:
    def peak(frame_count: int) -> tuple[int, int]:
        tracemalloc.start()
        written = sum(len(piece) for piece in write_native(long(frame_count), SUMMARY))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return written, highest

    peak(10)
    short_bytes, short_peak = peak(5_000)
    long_bytes, long_peak = peak(20_000)
    assert long_bytes > 3.9 * short_bytes
    assert long_peak < 1.15 * short_peak


def test_an_abandoned_download_leaves_no_file_behind(tmp_path: Path) -> None:
    pieces = write_native(sample(), SUMMARY, spool_folder=tmp_path)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
