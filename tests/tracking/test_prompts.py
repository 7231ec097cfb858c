from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sammot.errors import InvalidInput
from sammot.tracking.frame import ClipInfo
from sammot.tracking.mask import RLE, Box
from sammot.tracking.prompts import _runs, check, parse
from sammot.tracking.track import Point

CLIP = ClipInfo(80, 48, 25.0, 100)


def prompt(**parts: Any) -> dict[str, Any]:
    return {"object": 1, "frame": 0, **parts}


def rle(height: int = 48, width: int = 80) -> dict[str, Any]:
    mask = np.zeros((height, width), np.bool_)
    mask[1:3, 2:5] = True
    return {"size": [height, width], "counts": RLE.encode(mask).counts}


def test_points_a_box_and_a_mask_are_read() -> None:
    points = [{"x": 3, "y": 4.5}, {"x": 9, "y": 9, "inside": False}]
    first, second, third = parse(
        [
            prompt(points=points),
            prompt(object=2, frame=5, box=[1, 2, 10, 20]),
            prompt(object=3, mask=rle()),
        ]
    )
    assert first.points == (Point(3, 4.5, inside=True), Point(9, 9, inside=False))
    assert first.bounds == Box(3, 4.5, 3, 4.5)
    assert (second.subject, second.frame, second.box) == (2, 5, Box(1, 2, 11, 22))
    assert third.mask is not None
    assert third.mask.decode().sum() == 6
    check([first, second, third], CLIP)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "must be a list"),
        ([3], "must be an object"),
        ([prompt(colour="red", box=[1, 1, 2, 2])], "must be an object with"),
        ([prompt()], "needs either a mask, or points or a box"),
        ([prompt(box=[1, 1, 2, 2], mask=rle())], "needs either a mask, or points or a box"),
        ([prompt(points=[{"x": 1, "y": 1, "inside": False}])], "at least one point on the object"),
        ([prompt(points=[{"x": "1", "y": 1}])], "must have 2 numbers"),
        ([prompt(points=[{"x": 1, "y": float("nan")}])], "must have 2 numbers"),
        ([prompt(points=[{"x": 1, "y": 1, "inside": 1}])], "inside: true or false"),
        ([prompt(points=[{"x": 1, "y": 1}] * 101)], "at most 100"),
        ([prompt(box=[1, 1, 0, 5])], "a width and a height"),
        ([prompt(box=[1, 1, 5])], "must have 4 numbers"),
        ([prompt(frame=-1, box=[1, 1, 2, 2])], "frame must be a number from 0 on"),
        ([prompt(object=True, box=[1, 1, 2, 2])], "object must be a number"),
        ([prompt(mask={"size": [48, 80], "counts": "zz~"})], "must be an RLE mask"),
        ([prompt(mask={**rle(), "size": [48, 81]})], "must be an RLE mask"),
        ([prompt(mask={"size": [0, 80], "counts": "0"})], "must be an RLE mask"),
        ([prompt(box=[1, 1, 2, 2]), prompt(box=[3, 3, 2, 2])], "join them"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse(wrong)


def test_an_empty_mask_is_no_prompt() -> None:
    empty = RLE.encode(np.zeros((48, 80), np.bool_)).counts
    with pytest.raises(InvalidInput, match="is empty"):
        parse([prompt(mask={"size": [48, 80], "counts": empty})])


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        (prompt(frame=100, box=[1, 1, 2, 2]), "ends with 99"),
        (prompt(box=[70, 1, 20, 2]), "outside the picture"),
        (prompt(points=[{"x": 3, "y": 49}]), "outside the picture"),
        (prompt(points=[{"x": -1, "y": 4}]), "outside the picture"),
        (prompt(mask=rle(40, 80)), "the picture is 80 x 48"),
    ],
)
def test_what_lies_outside_the_clip_is_refused(outside: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check(parse([outside]), CLIP)


@given(st.lists(st.booleans(), min_size=12, max_size=12 * 9).map(lambda bits: bits[:108]))
def test_run_lengths_are_read_as_they_were_written(bits: list[bool]) -> None:
    mask = np.zeros(108, np.bool_)
    mask[: len(bits)] = bits
    counts = RLE.encode(mask.reshape(12, 9)).counts
    runs = _runs(counts)
    flat = np.concatenate([np.full(run, number % 2) for number, run in enumerate(runs)])
    np.testing.assert_array_equal(flat.astype(bool), mask.reshape(12, 9).T.reshape(-1))


@given(st.text(st.characters(min_codepoint=48, max_codepoint=111), min_size=1, max_size=40))
def test_no_text_of_counts_breaks_the_reader(counts: str) -> None:
    try:
        told = parse([prompt(mask={"size": [7, 9], "counts": counts})])
    except InvalidInput:
        return
    assert told[0].mask is not None
    assert told[0].mask.decode().shape == (7, 9)
