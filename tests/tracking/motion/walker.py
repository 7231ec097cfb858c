"""An animal that walks before a hand-held camera: each foot rests until its turn comes."""

from __future__ import annotations

import cv2
import numpy as np

from sammot.scenes.grounds import mottled

SIZE = (180, 320)
SPEED, CYCLE = 0.5, 48
"""Pixels a frame of the body, and frames between two steps of a foot; it swings for a quarter."""
MARGIN = 12
"""Pixels of ground outside the picture, for the camera to sway over."""
HIDE = (122, 112, 96)
"""Colour of the coat, not far from that of the ground."""
FINE = 4
"""Binary digits of the fraction in which shapes are drawn: they move by less than a pixel."""


def walk(frames: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each frame the picture, the mask of the whole animal, and that of its legs."""
    rng = np.random.default_rng(seed)
    ground = mottled((SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN), 180.0, rng)
    coat = rng.normal(0, 18, (*ground.shape[:2], 1)).astype(np.float32)
    coat = cv2.GaussianBlur(coat, (5, 5), 0)[..., None] * 3 + np.float32(HIDE)
    sway = np.cumsum(rng.normal(0, 0.4, (frames, 2)), axis=0)
    sway = np.clip(sway - sway.mean(axis=0), -MARGIN + 1, MARGIN - 1)
    return [_frame(number, ground, coat, sway[number], rng) for number in range(frames)]


def _frame(
    number: int, ground: np.ndarray, coat: np.ndarray, sway: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    body, legs = _animal(number, ground.shape[:2])
    # Its pattern goes with it.
    along = np.float32([[1, 0, SPEED * number], [0, 1, 0]])
    skin = cv2.warpAffine(coat, along, coat.shape[1::-1], borderMode=cv2.BORDER_WRAP)
    world = np.where(((body | legs) > 0)[..., None], skin, ground)
    view = np.float32([[1, 0, MARGIN + sway[0]], [0, 1, MARGIN + sway[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture, whole, low = (
        cv2.warpAffine(one.astype(np.float32), view, SIZE[::-1], flags=flags)
        for one in (world, body | legs, legs & ~body)
    )
    noisy = picture + rng.normal(0, 2, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), whole > 0.5, low > 0.5


def _animal(number: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Body with head, and legs, uint8."""
    body, legs = np.zeros((2, *shape), np.uint8)
    x = 70 + SPEED * number
    cv2.ellipse(body, _fine(x, 95), _fine(42, 18), 0, 0, 360, 1, -1, shift=FINE)
    cv2.ellipse(body, _fine(x + 48, 83), _fine(14, 10), 0, 0, 360, 1, -1, shift=FINE)
    for turn, hip in enumerate((-32, -22, 22, 32)):
        foot = x + hip + _ahead((number / CYCLE + turn / 4) % 1)
        cv2.line(legs, _fine(x + hip, 103), _fine(foot, 141), 1, 6, shift=FINE)
    return body, legs


def _fine(across: float, down: float) -> tuple[int, int]:
    return round(across * 2**FINE), round(down * 2**FINE)


def _ahead(phase: float) -> float:
    """How far a foot is before its hip: it rests on the ground, then swings forwards."""
    stride = SPEED * CYCLE
    if phase < 0.75:
        return 0.375 * stride - stride * phase
    return 0.375 * stride * (8 * (phase - 0.75) - 1)
