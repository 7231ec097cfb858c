from __future__ import annotations

import cv2
import numpy as np
import pytest

from sammot.tracking.motion.background import Background
from sammot.tracking.motion.detect import solid_regions
from sammot.tracking.motion.displaced import without_displaced

SHAPE = (120, 160)
EDGE = 80


def pictures(edge: int = EDGE, count: int = 8) -> list[np.ndarray]:
    """Lab pictures of a dark sleeve left of `edge` before a bright wall."""
    generator = np.random.default_rng(2)
    clean = np.full((*SHAPE, 3), 128, np.uint8)
    clean[..., 0] = 200
    clean[:, :edge, 0] = 60
    noise = [generator.integers(-1, 2, SHAPE) for _ in range(count)]
    shown = [clean.copy() for _ in noise]
    for picture, one in zip(shown, noise, strict=True):
        picture[..., 0] = (picture[..., 0] + one).clip(0, 255)
    return [cv2.GaussianBlur(picture, (3, 3), 0) for picture in shown]


def kept(lab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What differs from the resting scene, and what of it is no displaced background."""
    background = Background.learn(pictures())
    solid = solid_regions(background.difference(lab), None, 1.0)
    return solid, without_displaced(solid, lab, background)


def test_an_edge_that_shifts_by_two_pixels_is_no_object() -> None:
    solid, rest = kept(pictures(EDGE + 2, 1)[0])
    assert solid.sum() > SHAPE[0]
    assert not rest.any()


def test_a_thin_object_of_another_colour_is_kept() -> None:
    lab = pictures(count=1)[0]
    lab[20:100, 120:123, 0] = 110
    lab[20:100, 120:123, 2] = 170
    solid, rest = kept(lab)
    assert solid[30:90, 121].all()
    assert np.array_equal(solid, rest)


@pytest.mark.parametrize("gap", [0, 4])
def test_an_edge_that_shifts_beside_an_object_is_no_part_of_it(gap: int) -> None:
    lab = pictures(EDGE + 2, 1)[0]
    lab[10:40, EDGE + 2 + gap : 130, 0] = 120
    solid, rest = kept(lab)
    assert solid[50:110, EDGE].all()
    assert not rest[50:110].any()
    assert rest[12:38, EDGE + 4 + gap : 128].all()


def test_a_thin_limb_of_another_colour_stays_with_its_object() -> None:
    lab = pictures(count=1)[0]
    lab[20:60, 100:140] = (110, 128, 170)
    lab[60:110, 118:121] = (110, 128, 170)
    solid, rest = kept(lab)
    assert solid[62:108, 119].all()
    assert np.array_equal(solid, rest)
