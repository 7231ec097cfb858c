from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from sammot.tracking.motion.background import Background
from sammot.tracking.motion.modes import learn_background
from sammot.tracking.motion.zones import without_objects

TABLE, CUP, PANE = (235, 128, 128), (110, 185, 160), (30, 128, 128)
PLACES = (100, 140)
ALWAYS_CUP = (slice(62, 118), slice(142, 158))
"""Where the cup is, whichever of its places it is at."""


def pictures(colour: tuple[int, int, int], count: int = 32) -> list[np.ndarray]:
    """Lab pictures of a cup that rests at two places that overlap."""
    generator = np.random.default_rng(5)
    samples = []
    for index in range(count):
        lab = np.full((180, 320, 3), TABLE, np.float64)
        left = PLACES[index * len(PLACES) // count]
        lab[60:120, left : left + 60] = colour
        lab = cv2.GaussianBlur(lab + generator.normal(0, 1, lab.shape), (3, 3), 0)
        samples.append(np.clip(lab, 0, 255).astype(np.uint8))
    return samples


@cache
def learnt() -> tuple[Background, Background]:
    """The first background, and the one without objects."""
    samples = pictures(CUP)
    first = learn_background(samples)
    return first, without_objects(first, samples)


def far_from(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(picture[ALWAYS_CUP].astype(np.int16) - colour).max(axis=-1)


def test_the_part_of_an_object_that_is_always_covered_by_it_is_not_background() -> None:
    first, again = learnt()
    assert np.median(far_from(first.picture, CUP)) < 5
    assert np.median(far_from(again.picture, TABLE)) < 12
    assert far_from(again.picture, CUP).min() > 20


def kettles(count: int = 32) -> list[np.ndarray]:
    """Lab pictures of an object with a dark pane that sways slowly about a place."""
    samples = []
    for index, lab in enumerate(pictures(TABLE, count)):
        left, top = 140 + round(8 * np.sin(0.4 * index)), 60 + round(4 * np.cos(0.4 * index))
        lab[top : top + 50, left : left + 50] = CUP
        lab[top + 10 : top + 40, left + 10 : left + 40] = PANE
        samples.append(cv2.GaussianBlur(lab, (3, 3), 0))
    return samples


def test_what_an_object_encloses_is_no_background_where_it_is_always_covered() -> None:
    samples = kettles()
    first = learn_background(samples)
    again = without_objects(first, samples)
    # Rows and columns that the pane never leaves.
    always_pane = (slice(76, 94), slice(160, 170))
    assert np.median(first.picture[always_pane][..., 0]) < 60
    assert np.median(again.picture[always_pane][..., 0]) > 200


def test_no_trace_of_an_object_is_left_around_it() -> None:
    _, again = learnt()
    unlike = np.abs(again.picture.astype(np.int16) - TABLE).max(axis=-1)
    assert np.mean(unlike[50:130, 90:210] > 30) < 0.01


def test_what_never_differs_in_any_part_stays_background() -> None:
    still = [pictures(CUP)[0]] * 32
    first = learn_background(still)
    assert without_objects(first, still) is first


def test_a_few_pictures_tell_nothing() -> None:
    samples = pictures(CUP)[::5]
    first = learn_background(samples)
    assert without_objects(first, samples) is first
