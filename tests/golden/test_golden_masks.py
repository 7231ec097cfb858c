"""One file of masks that Python and the page (web/src/lib/rle.test.ts) both must read alike."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from sammot.tracking.mask import RLE

GOLDEN: list[dict[str, Any]] = json.loads(Path(__file__).with_name("masks.json").read_text())


Field = np.ndarray
SCENES: dict[str, Callable[[Field, Field, int, int], Field]] = {
    "empty": lambda rows, _columns, _height, _width: rows < 0,
    "full": lambda rows, _columns, _height, _width: rows >= 0,
    "first pixel": lambda rows, columns, _height, _width: (rows == 0) & (columns == 0),
    "last pixel": lambda rows, columns, height, width: (
        (rows == height - 1) & (columns == width - 1)
    ),
    "chequered": lambda rows, columns, _height, _width: (rows + columns) % 2 == 1,
    "ellipse": lambda rows, columns, height, width: (
        np.hypot((columns - width / 2) / (width / 9), (rows - height / 3) / (height / 5)) < 1
    ),
    "ring over the edge": lambda rows, columns, height, _width: (
        np.abs(np.hypot(rows - height + 20, columns - 10) - 65) < 25
    ),
    "noise": lambda rows, _columns, _height, _width: (
        np.random.default_rng(7).random(rows.shape) < 0.3
    ),
}


def scene(name: str, height: int, width: int) -> Field:
    rows, columns = np.mgrid[:height, :width]
    return SCENES[name](rows, columns, height, width)


def runs(mask: np.ndarray) -> list[int]:
    """Lengths of the runs down the columns, background first."""
    flat = np.concatenate([[False], mask.ravel(order="F")])
    borders = np.flatnonzero(np.diff(flat.astype(np.int8)))
    return np.diff([0, *borders, mask.size]).tolist()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools'
@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["name"])
def test_a_golden_mask_reads_alike_in_pycocotools_and_here(golden: dict[str, Any]) -> None:
    height, width = golden["size"]
    truth = scene(golden["name"], height, width)
    rle = RLE.encode(truth)
    assert rle.counts == golden["counts"]
    assert np.array_equal(rle.decode(), truth)
    decoded = coco.decode({"size": [height, width], "counts": golden["counts"].encode()})
    assert np.array_equal(decoded.astype(bool), truth)
    assert golden["runs"] == runs(truth)
    assert golden["area"] == int(truth.sum()) == rle.area
