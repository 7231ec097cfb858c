from __future__ import annotations

import cv2
import numpy as np

from sammot.tracking.motion.faith import judged
from sammot.tracking.motion.flow import Glance
from sammot.tracking.motion.outlook import Outlook

SIZE = 96
BACK, WAIT, GO = 4, 10, 6
"""Of the clip, in frames: the camera alone, the square rests, then it goes."""


def picture(across: float, camera: int, seed: int = 0) -> np.ndarray:
    """A textured square on a textured ground that the camera passes by."""
    rng = np.random.default_rng(seed)
    ground = _smooth(rng.integers(40, 216, (SIZE, 2 * SIZE)))
    square = _smooth(rng.integers(40, 216, (32, 32)))
    view = ground[:, camera : camera + SIZE].copy()
    left = 20 + round(across) - camera
    view[30:62, left : left + 32] = square
    return view.astype(np.uint8)


def clip() -> list[np.ndarray]:
    """The camera goes on by a pixel a frame; the square begins to move by two late."""
    ways = [0.0] * WAIT + [2.0 * step for step in range(1, GO + 1)]
    return [picture(way, frame) for frame, way in enumerate(ways)]


def test_what_moves_later_is_seen_before_it_does() -> None:
    glances = Outlook().look(clip())
    early = glances[3]
    assert float(np.mean(early.way.step[18:28, 12:22])) < 0.5
    assert _reach_inside(early, left=(20 - 3) // 2) > 4 * _reach_outside(early)


def test_what_moved_before_is_still_seen_when_it_rests() -> None:
    backwards = clip()[::-1]
    last = Outlook().look(backwards)[-1]
    assert _reach_inside(last, left=20 // 2) > 4 * _reach_outside(last)


def test_the_camera_s_motion_reaches_nowhere() -> None:
    glances = Outlook().look([picture(0, frame) for frame in range(WAIT)])
    assert float(np.percentile(glances[5].way.reach[4:-4, 8:-8], 95)) < 1.0


def test_a_window_that_follows_knows_what_went_before() -> None:
    frames = clip()[::-1]
    outlook = Outlook()
    outlook.look(frames[: GO + 2])
    (after,) = outlook.look(frames[GO + 2 : GO + 3])
    assert _reach_inside(after, left=(20 - (len(frames) - GO - 3)) // 2) > 4 * _reach_outside(after)


def test_the_ground_behind_what_creeps_has_not_come_along() -> None:
    ways = [0.5 * step for step in range(64)]
    last = Outlook().look([creeping(way) for way in ways])[-1]
    left = (20 + round(ways[-1])) // 2
    behind = float(np.percentile(last.way.reach[17:29, left - 9 : left - 4], 90))
    assert behind < 0.3 * _reach_inside(last, left)


def creeping(across: float) -> np.ndarray:
    """A soft square moved by parts of a pixel over a ground that rests."""
    ground, square, shape = _soft(1, SIZE), np.zeros((SIZE, SIZE), np.float32), (SIZE, SIZE)
    square[30:62, 20:52] = _soft(2, 32)
    by = np.array([[1, 0, across], [0, 1, 0]], np.float32)
    covered = (square > 0).astype(np.float32)
    moved, share = (cv2.warpAffine(one, by, shape) for one in (square, covered))
    return np.clip(moved + (1 - share) * ground, 0, 255).astype(np.uint8)


def _soft(seed: int, size: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (size, size)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.clip(128 + 40 * blurred / blurred.std(), 1, 255)


def test_where_nothing_is_known_the_last_step_says_all() -> None:
    seen = Outlook().look(clip())[3].way
    _, weight = judged(
        seen._replace(known=np.zeros_like(seen.known)), np.zeros((SIZE,) * 2, np.uint8)
    )
    assert not weight.any()


def _reach_inside(glance: Glance, left: int) -> float:
    return float(np.median(glance.way.reach[17:29, left + 2 : left + 14]))


def _reach_outside(glance: Glance) -> float:
    return 0.2 + float(np.median(glance.way.reach[36:44, 4:-8]))


def _smooth(noise: np.ndarray) -> np.ndarray:
    """Blurred over three pixels each way: the flow needs slopes."""
    wide = noise.astype(np.float32)
    for axis in (0, 1):
        wide = (np.roll(wide, 1, axis) + wide + np.roll(wide, -1, axis)) / 3
    return np.clip(128 + 2 * (wide - wide.mean()), 0, 255)
