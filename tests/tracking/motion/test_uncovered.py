from __future__ import annotations

from functools import cache

import numpy as np

from sammot.tracking.motion.background import Background
from sammot.tracking.motion.modes import learn_background
from sammot.tracking.motion.uncovered import relearn

GROUND, BODY, LEG = 12, 200, 45
LEGS = np.zeros((480, 480), np.bool_)
LEGS[150:310:20, 190:290] = True
TRUNK = np.zeros((480, 480), np.bool_)
TRUNK[140:320, 220:260] = True


def insect(resting: int, count: int = 32) -> list[np.ndarray]:
    """Grey Lab pictures: an insect with legs one pixel thick rests in the first `resting`."""
    generator = np.random.default_rng(5)
    samples = []
    for index in range(count):
        light = np.full((480, 480), GROUND, np.float64)
        if index < resting:
            light[LEGS] = LEG
            light[TRUNK] = BODY
        light += generator.normal(0, 1, light.shape)
        lab = np.full((480, 480, 3), 128, np.uint8)
        lab[..., 0] = np.clip(light, 0, 255)
        samples.append(lab)
    return samples


@cache
def learnt(resting: int) -> tuple[Background, Background]:
    """The first background, and the one learnt anew."""
    samples = insect(resting)
    first = learn_background(samples)
    return first, relearn(first, samples)


def away_from_ground(background: Background) -> np.ndarray:
    return np.abs(background.picture[LEGS & ~TRUNK, 0].astype(np.int16) - GROUND)


def test_the_legs_of_what_rested_for_half_of_a_clip_are_not_background() -> None:
    first, again = learnt(17)
    assert away_from_ground(first).mean() > 20
    assert away_from_ground(again).max() <= 3


def test_what_too_few_pictures_show_clear_stays_as_it_was() -> None:
    first, again = learnt(29)
    assert np.array_equal(again.picture[TRUNK], first.picture[TRUNK])
