from __future__ import annotations

import cv2
import numpy as np

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


def test_a_strip_beside_an_object_is_a_part_of_it() -> None:
    lab = pictures(EDGE + 2, 1)[0]
    lab[40:80, 86:130, 0] = 120
    solid, rest = kept(lab)
    assert rest[60, EDGE]
    assert np.array_equal(solid, rest)
