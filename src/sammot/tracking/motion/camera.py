"""Does the camera stand still? Measured on pictures spread over the clip."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, Size, order_statistic, shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

SWAY, LEAST_SWAY = 32.0, 0.5
"""A camera that sways by less than the first of these, in pixels at 320 wide, is brought back to
its place; below the second it need not be."""
COVERED_CELLS = 10
"""Of 8 x 8 over the picture: so many must hold corners that move as one to be the camera's."""
STILL_SHARE = 0.1
"""So many corners must stay where they are for the camera to count as fixed; measured: fixed
cameras 0.37 and more, 0.18 where objects have most of the corners, moving ones 0.04 and less."""
CALM_SHARE = 0.97
"""A picture that stays this close to its median is of a fixed camera whatever its corners do."""

BRIEF, BRIEF_CALM = 4.0, 0.9
"""A clip shorter than the first, in seconds, shows little of the background behind its objects;
if it is also less calm than the second, motion tells more."""


class Camera(Enum):
    """What the camera does."""

    FIXED = "fixed"
    SWAYING = "swaying"
    MOVING = "moving"


def judge(greys: Sequence[Picture], seconds: float = float("inf")) -> Camera:
    """Judge from grey pictures about 320 wide, in order of time; one or none counts as fixed.

    `seconds` is the time from the first to the last.
    """
    if len(greys) < 2:
        return Camera.FIXED
    calm = calmness(greys)
    if calm >= CALM_SHARE:
        return Camera.FIXED
    if seconds < BRIEF and calm < BRIEF_CALM:
        return Camera.MOVING
    far = max(1, len(greys) // 2)
    near_share, far_share = (
        _median_share(list(zip(greys, greys[step:], strict=False))) for step in (1, far)
    )
    if near_share >= STILL_SHARE and far_share >= 0.5 * near_share:
        return Camera.FIXED
    is_still = near_share >= STILL_SHARE
    sway = _sway(greys, 0.5 if is_still else 0.9)
    if sway is None:
        is_still &= far_share >= STILL_SHARE / 2 or calm >= BRIEF_CALM
        return Camera.FIXED if is_still else Camera.MOVING
    return Camera.SWAYING if sway > LEAST_SWAY else Camera.FIXED


def _sway(greys: Sequence[Picture], least: float) -> float | None:
    """How far the pictures usually lie from the middle one, in pixels; None if one lies farther
    than SWAY, or if that is not found for so large a share of them. Asks no further then.
    """
    reference = greys[len(greys) // 2]
    shifts: list[float] = []
    for asked, grey in enumerate(greys, 1):
        shift = shift_between(reference, grey)
        if shift is not None:
            shifts.append(shift)
        can_be_found = len(shifts) + len(greys) - asked
        if can_be_found < least * len(greys) or (shift is not None and shift > SWAY):
            return None
    return float(np.median(shifts))


def _median_share(pairs: list[tuple[Picture, Picture]]) -> float:
    """Over a dozen pairs of pictures; 1 where there is nothing to follow."""
    some = pairs[:: max(1, len(pairs) // 12)]
    shares = [share for a, b in some if (share := still_share(a, b)) is not None]
    return float(np.median(shares)) if shares else 1.0


def calmness(greys: Sequence[Picture]) -> float:
    """Median over the pictures of the share of pixels within 10 grey levels of their median.

    Each picture is first made as bright as that median: light may change.
    """
    middle = order_statistic(greys, 0.5).astype(np.int16)
    away = [grey - middle for grey in greys]
    return float(np.median([np.mean(np.abs(one - np.median(one)) < 10) for one in away]))


def still_share(first: Picture, second: Picture) -> float | None:
    """Share of the first picture's corners found within a pixel in the second; None without any."""
    corners, found, good = follow(first, second)
    if len(corners) < 4:
        return None
    near = np.linalg.norm(found - corners, axis=1) < 1.0
    return float(np.mean(good & near))


def follow(first: Picture, second: Picture, count: int = 200) -> tuple[Picture, Picture, Picture]:
    """Corners of `first`, where they are in `second` (both (n, 2) in x, y), and which to believe.

    Source: Lucas and Kanade 1981 in pyramids, checked forwards and backwards.
    """
    nothing = np.zeros((0, 2), np.float32)
    if min(first.shape) < 16:
        return nothing, nothing, np.zeros(0, np.bool_)
    # The stubs do not know that there may be none.
    corners: Picture | None = cv2.goodFeaturesToTrack(first, count, 0.01, 5)
    if corners is None:
        return nothing, nothing, np.zeros(0, np.bool_)
    found, there = _followed(first, second, corners)
    again, back = _followed(second, first, found)
    near = np.abs(again - corners).reshape(-1, 2).max(axis=1) < 0.7
    return corners.reshape(-1, 2), found.reshape(-1, 2), there & back & near


def _followed(first: Picture, second: Picture, points: Picture) -> tuple[Picture, Picture]:
    """Where points of the first picture are in the second, and whether they were found."""
    guess = np.zeros_like(points)
    found, there, _ = cv2.calcOpticalFlowPyrLK(
        first, second, points, guess, winSize=(15, 15), maxLevel=3
    )
    return found, np.asarray(there).ravel() == 1


def warp_between(first: Picture, second: Picture) -> Picture | None:
    """Homography (3, 3) from `first` to `second`, both grey; None if too little is common."""
    corners, found, good = follow(first, second, 400)
    if np.count_nonzero(good) < 12:
        return None
    warp, inside = cv2.findHomography(corners[good], found[good], cv2.USAC_MAGSAC, 0.7)
    if warp is None or np.count_nonzero(inside) < max(12, 0.25 * len(corners)):
        return None
    fixed = corners[good][np.asarray(inside).ravel() > 0]
    cells = np.unique((fixed * 8 / first.shape[::-1]).astype(int) @ [1, 8])
    return warp if len(cells) >= COVERED_CELLS else None


def shift_between(first: Picture, second: Picture) -> float | None:
    """How far the camera moved the picture's corners at most, in pixels; None if unknown."""
    warp = warp_between(first, second)
    if warp is None:
        return None
    height, width = first.shape
    frame = np.array([[[0, 0], [width, 0], [0, height], [width, height]]], np.float64)
    return float(np.linalg.norm(cv2.perspectiveTransform(frame, warp) - frame, axis=2).max())


class Register:
    """Brings a reference picture to each frame of a camera that sways or creeps."""

    def __init__(self, reference: Picture) -> None:
        self._size = Size(*reference.shape[:2])
        self._small = self._size.fitted(480)
        self._reference = self._grey(reference)

    def find(self, lab: Picture) -> Picture:
        """Homography (3, 3) from the reference to `lab`, at working size; identity if unknown."""
        warp = warp_between(self._reference, self._grey(lab))
        if warp is None:
            return np.eye(3)
        scale = np.diag(
            [self._size.width / self._small.width, self._size.height / self._small.height, 1.0]
        )
        return np.asarray(scale @ warp @ np.linalg.inv(scale))

    def _grey(self, lab: Picture) -> Picture:
        return shrink(np.ascontiguousarray(lab[..., 0]), self._small)
