"""A smooth hand over a mat with a grid is an object; the place that a block has left is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from motion_clips import clip_of, frames_of, previews_of

from sammot.tracking import motion
from sammot.tracking.mask import mask_iou
from sammot.tracking.motion.background import BLACK, Background, relit
from sammot.tracking.motion.flow import Glance
from sammot.tracking.motion.parameters import Parameters
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.still import StillEvidence
from sammot.tracking.track import FrameResult

SIZE = (240, 360)
SKIN, WOOD = (214, 168, 140), (226, 190, 60)
BLOCK = (slice(66, 114), slice(66, 114))


def mat() -> np.ndarray:
    """RGB: a dark mat with white lines."""
    image = np.full((*SIZE, 3), (40, 46, 54), np.uint8)
    for first in (0, 1):
        image[first::12] = image[:, first::12] = (200, 204, 210)
    return image


def hand_at(x: float, y: float) -> np.ndarray:
    """Mask of a fist on a forearm that comes from above."""
    mask = np.zeros(SIZE, np.uint8)
    cv2.ellipse(mask, (round(x), round(y)), (46, 38), 0, 0, 360, 1, -1)
    cv2.line(mask, (round(x), round(y)), (round(x) + 30, -20), 1, 44)
    return mask > 0


def lab_of(image: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), (3, 3), 0)


def with_block(image: np.ndarray) -> np.ndarray:
    image = image.copy()
    image[BLOCK] = WOOD
    return image


def with_hand(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Its edge is soft: it moves, and is out of focus."""
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 3)[..., None]
    return np.rint(image * (1 - share) + share * np.float32(SKIN)).astype(np.uint8)


def looked(hand: Callable[[int], np.ndarray]) -> StillEvidence:
    """The background has a block that is gone; for 20 frames a hand is seen."""
    evidence = StillEvidence([Background.learn([lab_of(with_block(mat()))] * 3)], 25, Parameters())
    for index in range(20):
        see(evidence, index, with_hand(mat(), hand(index)))
    return evidence


def see(evidence: StillEvidence, index: int, image: np.ndarray) -> np.ndarray:
    """What may be an object."""
    glance = Glance(np.zeros((SIZE[0] // 2, SIZE[1] // 2, 2), np.float32))
    return evidence.sight(index, lab_of(image), glance, np.zeros(SIZE, np.uint8)).solid


def test_a_hand_that_moves_does_not_become_background() -> None:
    evidence = looked(lambda index: hand_at(150 + 4 * index, 150))
    evidence.absorb(Patch.around(hand_at(226, 150)))
    assert see(evidence, 20, with_hand(mat(), hand_at(226, 150)))[150, 226]
    assert not see(evidence, 21, mat())[150, 226]


def test_what_rests_becomes_background() -> None:
    evidence = looked(lambda _: hand_at(250, 170))
    place = np.zeros(SIZE, np.bool_)
    place[BLOCK] = True
    assert see(evidence, 20, mat())[BLOCK].all()
    evidence.absorb(Patch.around(place))
    assert not see(evidence, 21, mat())[BLOCK].any()


def test_the_half_that_a_shadow_leaves_keeps_its_light() -> None:
    lit = lab_of(mat())
    shaded = lit.copy()
    # A shadow is not everywhere as dark.
    shaded[:, :190, 0] = lit[:, :190, 0] * np.linspace(0.5, 0.9, 190)
    assert np.array_equal(relit(shaded, lit), shaded)


def test_a_shadow_does_not_hide_that_the_light_changes() -> None:
    lit = lab_of(mat())
    darker = lit.copy()
    darker[..., 0] = np.rint((lit[..., 0] + BLACK) * 0.9 - BLACK)
    darker[:, :190, 0] = darker[:, :190, 0] * np.linspace(0.5, 0.9, 190)
    away = cv2.absdiff(relit(darker, lit), lit)[:, 195:, 0]
    assert away.max() <= 2


HOVERS = 60
"""The frame in which the hand lies on the block; before long it is gone with it."""


def hand_in(index: int) -> np.ndarray:
    """Comes, takes the block, and goes on slowly, to and fro, over the mat."""
    if index < HOVERS:
        return hand_at(85, 85 - 8 * (HOVERS - index))
    gone = index - HOVERS
    return hand_at(85 + min(140, 7 * gone) + 8 * np.sin(gone / 4), 85 + min(40, 2 * gone))


@cache
def taken_away() -> list[FrameResult]:
    """A block rests, a hand takes it away; the first look saw only the block."""
    generator = np.random.default_rng(4)
    images = []
    for index in range(130):
        ground = with_block(mat()) if index < HOVERS else mat()
        image = with_hand(ground, hand_in(index))
        images.append(np.clip(image + generator.normal(0, 2, image.shape), 0, 255).astype(np.uint8))
    frames = frames_of(images)
    engine = motion.create({}, clip_of(frames), previews_of(frames[: HOVERS - 20]))
    return [*engine.track(frames[:64]), *engine.track(frames[64:])]


def test_a_hand_that_hovers_over_a_grid_is_one_track() -> None:
    seen = taken_away()[HOVERS - 8 :]
    assert len({one.track_id for result in seen for one in result.observations}) == 1
    overlaps = [
        mask_iou(result.observations[0].rle.decode(), hand_in(result.index)) for result in seen[40:]
    ]
    assert min(overlaps) > 0.85


def test_the_place_that_a_block_has_left_becomes_background() -> None:
    for result in taken_away()[HOVERS + 40 :]:
        for one in result.observations:
            assert not one.rle.decode()[BLOCK].any()
