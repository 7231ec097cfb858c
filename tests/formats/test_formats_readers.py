from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from sammot.errors import InvalidTracks
from sammot.formats.masks import MaskFolder
from sammot.formats.mot import read_mot
from sammot.formats.native import read_native
from sammot.formats.spool import Spool
from sammot.tracking.mask import Box


def written(folder: Path, text: str) -> Path:
    path = folder / "file.txt"
    path.write_text(text)
    return path


def palette_png(
    labels: np.ndarray, palette: list[tuple[int, int, int]], *, depth: int = 8
) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    height, width = labels.shape
    bits = np.unpackbits(labels.astype(np.uint8)[..., None], axis=2)[..., 8 - depth :]
    packed = np.packbits(bits.reshape(height, -1), axis=1)
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    header = struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"PLTE", bytes(value for colour in palette for value in colour))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


LABELS = np.array([[0, 1, 1], [2, 2, 0]])


def test_mot_frames_and_pixels_count_from_one_in_the_file_only(tmp_path: Path) -> None:
    file = read_mot(written(tmp_path, "1,7,1,1,10,20,0.5,-1,-1,-1\n3,7,2.5,1,10,20,1\n"))
    assert file.boxes == {0: {7: Box(0, 0, 10, 20)}, 2: {7: Box(1.5, 0, 11.5, 20)}}


def test_a_zero_flag_means_ignore_in_ground_truth_and_nothing_in_tracks(tmp_path: Path) -> None:
    path = written(tmp_path, "1,1,1,1,5,5,0,1,1\n1,2,9,9,5,5,1,1,1\n")
    truth, tracks = read_mot(path, is_truth=True), read_mot(path)
    assert list(truth.boxes[0]) == [2]
    assert list(truth.ignored[0]) == [1]
    assert list(tracks.boxes[0]) == [1, 2]


def test_detections_without_identity_stay_apart(tmp_path: Path) -> None:
    file = read_mot(written(tmp_path, "1,-1,1,1,5,5,90\n1,-1,9,9,5,5,80\n"))
    assert len(file.boxes[0]) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,1,1,1,5,5,1\nhello", "line 2"),
        ("1,1,1,1", "line 1"),
        ("0,1,1,1,5,5,1", "from 1"),
        ("1,1.5,1,1,5,5,1", "whole"),
        ("1,1,1,1,5,5,1\n1,1,2,2,5,5,1", "twice"),
    ],
)
def test_a_bad_mot_row_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidTracks, match=words):
        read_mot(written(tmp_path, text))


def test_binary_and_missing_mot_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("x.txt", "missing.txt"):
        with pytest.raises(InvalidTracks, match="cannot be read"):
            read_mot(tmp_path / name)


@pytest.mark.parametrize("depth", [2, 4, 8])
def test_an_indexed_png_gives_its_palette_indices(tmp_path: Path, depth: int) -> None:
    palette = [(0, 0, 0), (128, 0, 0), (128, 0, 0)]
    (tmp_path / "00004.png").write_bytes(palette_png(LABELS, palette, depth=depth))
    masks = MaskFolder(tmp_path)[4]
    assert list(masks) == [1, 2]
    assert np.array_equal(masks[2], LABELS == 2)


def test_a_grey_png_gives_its_values_and_black_and_white_one_object(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "frame_0.png"), LABELS.astype(np.uint16) * 300)
    cv2.imwrite(str(tmp_path / "frame_1.png"), (LABELS > 0).astype(np.uint8) * 255)
    folder = MaskFolder(tmp_path)
    assert list(folder) == [0, 1]
    assert list(folder[0]) == [300, 600]
    assert list(folder[1]) == [1]
    assert np.array_equal(folder[1][1], LABELS > 0)


def test_an_empty_mask_has_no_identity(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "0.png"), np.zeros((4, 4), np.uint8))
    assert MaskFolder(tmp_path)[0] == {}


def test_photos_damaged_files_and_empty_folders_are_no_masks(tmp_path: Path) -> None:
    with pytest.raises(InvalidTracks, match="no PNG"):
        MaskFolder(tmp_path)
    rng = np.random.default_rng(0)
    cv2.imwrite(str(tmp_path / "0.png"), rng.integers(0, 255, (8, 8, 3), np.uint8))
    (tmp_path / "1.png").write_bytes(b"no picture")
    (tmp_path / "2.png").write_bytes(b"")
    folder = MaskFolder(tmp_path)
    for frame, words in ((0, "colour"), (1, "not a PNG"), (2, "not a PNG")):
        with pytest.raises(InvalidTracks, match=words):
            folder[frame]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"objects": [{"track_id": 1}]}', "\0"])
def test_what_is_not_a_result_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidTracks, match="not a result"):
        read_native(written(tmp_path, text))


def test_a_spool_gives_each_string_back_in_order_however_they_were_mixed() -> None:
    rng = np.random.default_rng(1)
    expected: dict[int, bytes] = {}
    with Spool(room=50) as spool:
        for _ in range(400):
            key, part = int(rng.integers(5)), rng.bytes(int(rng.integers(1, 30)))
            spool.append(key, part)
            expected[key] = expected.get(key, b"") + part
        for key, value in expected.items():
            assert b"".join(spool.read(key)) == value
        assert list(spool.read(99)) == []
