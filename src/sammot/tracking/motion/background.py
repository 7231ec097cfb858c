"""What the scene looks like without its objects, and how far a picture differs from it.

Source: our measured notes (temporal median, noise per pixel, repair by edges); the slow update is
the sigma-delta filter of Manzanera and Richefeu, "A robust and computationally efficient motion
detection algorithm based on sigma-delta background estimation", 2004.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.motion.picture import Picture, gradient, order_statistic, shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Size

FLOOR = (2.2, 1.6, 1.6)
"""Least noise of L, a, b, in grey levels."""
UNIT = 16.0
"""A difference of one sigma, in the units of `Background.difference`."""
MOST_NOISE = 1.5
"""Of the usual noise of a picture: where too few frames tell it from what passes."""
BLACK = 40.8
"""16 of L, in its unit here."""
SAME_LIGHT = 0.01
"""A change of L by less than this share is none: one level of eight bits is 0.7 %."""
SAME_SHADE = 0.03
"""Share of L by which places under one light differ at most in how it changed for them."""
FAR_MORE = 1.5
"""Times as many places as under the usual light: under another, the usual is but a large shadow."""
GREY_CHROMA = 2.0
"""Below this standard deviation of a and b a clip counts as grey, and only L is looked at."""


@dataclass(slots=True)
class Background:
    """Median picture and noise of a scene, both in Lab at working size.

    `picture` is (height, width, 3) uint8; `gain` is UNIT / sigma, float32, of the same shape.
    """

    picture: Picture
    gain: Picture
    is_grey: bool

    @classmethod
    def learn(cls, samples: Sequence[Picture]) -> Background:
        """From Lab pictures of one scene, spread over time; one is enough for a first guess."""
        picture = order_statistic(samples, 0.5)
        chroma = float(picture[..., 1:].reshape(-1, 2).std(axis=0).max())
        spread = max(
            float(np.abs(sample[::4, ::4, 1:].astype(np.int16) - 128).max()) for sample in samples
        )
        is_grey = chroma < GREY_CHROMA and spread < 4 * GREY_CHROMA
        return cls(picture, _gain(samples, picture), is_grey)

    def difference(self, lab: Picture) -> Picture:
        """Largest difference over the channels, uint16, one sigma being UNIT."""
        return cv2.blur(self.in_sigmas(cv2.absdiff(self.lit(lab), self.picture)), (3, 3))

    def in_sigmas(self, away: Picture) -> Picture:
        """The largest over the channels of a difference, uint16, one sigma being UNIT."""
        planes = cv2.split(cv2.multiply(away, self.gain, dtype=cv2.CV_16U))
        return planes[0] if self.is_grey else cv2.max(planes[0], cv2.max(planes[1], planes[2]))

    def calmed(self) -> Background:
        """With noise nowhere much above its median."""
        usual = np.median(self.gain, axis=(0, 1))
        return replace(self, gain=np.maximum(self.gain, np.float32(usual / MOST_NOISE)))

    def lit(self, lab: Picture) -> Picture:
        """A picture of the scene, in the light of the background."""
        return relit(lab, self.picture)

    def seen_through(self, warp: Picture) -> Background:
        """As a camera sees it from which `warp` (3, 3) leads here; nothing is known outside."""
        size = self.picture.shape[1::-1]
        picture = cv2.warpPerspective(
            self.picture, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        gain = cv2.warpPerspective(self.gain, warp, size, flags=cv2.INTER_NEAREST)
        return Background(picture, gain, self.is_grey)

    def shrunk(self, size: Size) -> Background:
        """At a smaller size."""
        return replace(self, picture=shrink(self.picture, size), gain=shrink(self.gain, size))

    def drift(self, lab: Picture, free: Mask) -> None:
        """Move one grey level towards `lab` where `free`."""
        step = np.sign(lab.astype(np.int16) - self.picture).astype(np.int8)
        step[~free] = 0
        self.picture = (self.picture + step).astype(np.uint8)

    def copy_from(self, lab: Picture, where: Mask) -> None:
        """Take `lab` for background under `where`: what was there was never an object."""
        self.picture[where] = lab[where]


def relit(lab: Picture, reference: Picture, least: float = SAME_LIGHT) -> Picture:
    """A picture in the light of another of the same scene; itself if they differ by no more.

    Less light scales L + 16, a and b alike (CIE 1976: all three are made of cube roots).
    """
    now, then = (one[::8, ::8, 0] + np.float32(BLACK) for one in (lab, reference))
    ratio = _common(then / now)
    if abs(ratio - 1) < least:
        return lab
    levels = np.arange(256, dtype=np.float64)[:, None]
    origin = np.array([-BLACK, 128, 128])
    table = np.clip(np.rint(origin + ratio * (levels - origin)), 0, 255).astype(np.uint8)
    return cv2.LUT(lab, table[None])


def _common(ratios: Picture) -> float:
    """The median, unless far more lie close together elsewhere: half of the picture is in a shadow
    that is not everywhere as dark, the rest is as it was.
    """
    middle = float(np.median(ratios))
    if abs(middle - 1) < SAME_LIGHT:
        return middle
    found = [middle, *np.quantile(ratios, np.arange(0.1, 1, 0.1))]
    near = [np.abs(ratios - one) < SAME_SHADE * one for one in found]
    counts = [np.count_nonzero(one) for one in near]
    best = int(np.argmax(counts))
    return float(np.median(ratios[near[best]])) if counts[best] > FAR_MORE * counts[0] else middle


def _gain(samples: Sequence[Picture], picture: Picture) -> Picture:
    """UNIT over sigma: the noise between neighbours in time, or of the calm third about B."""
    away = [cv2.absdiff(sample, picture) for sample in samples]
    calm = np.minimum(2.2 * order_statistic(away, 0.35), 6.0)
    steps = [cv2.absdiff(first, second) for first, second in pairwise(samples)]
    noise = calm
    if steps:
        quick = 1.4826 / np.sqrt(2) * order_statistic(steps, 0.5).astype(np.float32)
        # An object that is often there spoils the first; the second has seen it at most a third.
        noise = np.maximum(calm, np.minimum(quick, 6.0))
    noise = cv2.blur(noise.astype(np.float32), (5, 5))
    floor = np.array(FLOOR, np.float32)
    return np.asarray(UNIT / np.sqrt(noise**2 + floor**2), np.float32)


def ghost_ratio(mask: Mask, picture: Picture, background: Picture) -> float:
    """Above 1 where the mask's outline is an edge of the background, below where of the picture.

    `picture` and `background` are `edges_in` the mask's window.
    """
    solid = mask.astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    ring = (cv2.dilate(solid, kernel) - cv2.erode(solid, kernel, borderValue=0)).astype(np.bool_)
    if not ring.any():
        return 1.0
    return float((background[ring].mean() + 4) / (picture[ring].mean() + 4))


def edges_in(lab: Picture, window: tuple[slice, slice]) -> Picture:
    """Gradient of L in a part of the picture."""
    rows, columns = window
    top, left = max(0, rows.start - 1), max(0, columns.start - 1)
    part = np.ascontiguousarray(lab[top : rows.stop + 1, left : columns.stop + 1, 0])
    edges = gradient(part)[rows.start - top :, columns.start - left :]
    return edges[: rows.stop - rows.start, : columns.stop - columns.start]
