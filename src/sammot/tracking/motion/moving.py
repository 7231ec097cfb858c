"""For a moving camera: what moves against the rest, helped by colour.

Source: our measured notes; guided filter (He et al. 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from sammot.tracking.motion.credit import Credit
from sammot.tracking.motion.cut import cut
from sammot.tracking.motion.detect import fill_holes
from sammot.tracking.motion.faith import judged
from sammot.tracking.motion.flow import LEAST_SIDE
from sammot.tracking.motion.picture import Picture, gradient, guided, length, spread
from sammot.tracking.motion.regions import Regions
from sammot.tracking.motion.residual import (
    camera_motion,
    carried,
    moving,
    origins,
    residual,
    travelled,
)
from sammot.tracking.motion.sighting import Sighting
from sammot.tracking.motion.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.flow import Glance
    from sammot.tracking.motion.parameters import Parameters
    from sammot.tracking.motion.patch import Patch
    from sammot.tracking.state import State

BINS = (16, 12, 12)
CHROMA = np.clip((np.arange(256) - 32) // 16, 0, BINS[2] - 1).astype(np.uint8)
"""The bin of each a and b; the extremes are rare, and share one."""
LASTING, CALM, HASTY = 0.85, 3.0, 6.0
"""Where the camera moves by fewer than CALM pixels a frame, what moved counts for LASTING of
itself a frame later: limbs rest between two moves. Above HASTY it counts for nothing."""

HELD = np.float32(77) / np.float32(255)
"""Least probability of what is held, about 0.3: a track without evidence is no ghost yet."""
NEW_SHARE, KNOWN_SHARE = 0.25, 0.05
"""Of the evidence of the surest region: what another one needs; less where a track was."""


class MovingEvidence:
    """Residual flow against the camera's motion, joined with learnt colours."""

    sees_in_part: ClassVar[bool] = True

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._colours = np.zeros((2, int(np.prod(BINS))), np.float32)
        self._likely: Picture = np.zeros((1, 1), np.float32)
        self._credit = Credit()
        self._travel = Travel()

    def sight(self, index: int, lab: Picture, glance: Glance, taken: Picture) -> Sighting:
        """See `Evidence`."""
        del index
        grey = np.ascontiguousarray(lab[..., 0])
        height, width = grey.shape
        nothing = np.zeros((max(1, height // 2), max(1, width // 2), 2), np.float32)
        if self._likely.shape != grey.shape or min(grey.shape) < LEAST_SIDE:
            self._likely = np.zeros(grey.shape, np.float32)
            return Sighting(np.zeros(grey.shape, np.uint8), nothing)
        flow = glance.flow.astype(np.float32)
        places = origins(flow)
        before = carried(taken, places)
        camera = glance.way.camera if glance.way else camera_motion(flow, before)
        evidence = self._motion(grey, flow, camera, before, places)
        last = self._lasting(flow, places)
        if glance.way:
            far, weight = (cv2.resize(one, (width, height)) for one in judged(glance.way, before))
            evidence, last = evidence + weight * (far - evidence), (1 - weight) * last
        likely = np.maximum(self._with_colour(lab, evidence * _texture(grey)), last)
        # Whole steps, so that a snapshot holds it exactly.
        self._likely = np.round(np.clip(likely, 0, 1) * 255).astype(np.float32) / 255
        half = cv2.resize(flow, nothing.shape[1::-1], interpolation=cv2.INTER_AREA) * 0.5
        evident = self._solid(before)
        solid = self._credit.extended(evident, before, places)
        self._likely = np.where(solid > evident, np.maximum(self._likely, HELD), self._likely)
        return Sighting(_whole(lab, solid), half, camera)

    def cut(self) -> None:
        """Forget what was seen."""
        self._likely = np.zeros((1, 1), np.float32)
        self._colours = np.zeros_like(self._colours)
        self._credit = Credit()
        self._travel = Travel()

    def realness(self, patch: Patch) -> float:
        """Mean probability under the mask."""
        values = patch.of(self._likely)
        return float(values.mean()) if values.size else 0.0

    def learn(self, taken: Picture) -> None:
        """Nothing: the colours were learnt on sight."""

    def absorb(self, patch: Patch) -> None:
        """Nothing to absorb into."""

    def save(self) -> State:
        """The colours, what may last, and what has gone how far."""
        likely = np.round(self._likely * 255).astype(np.uint8)
        return {
            "colours": self._colours, "likely": likely, "credit": self._credit.frames,
            "travel": self._travel.steps.astype(np.float16),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._colours = state["colours"]
        self._likely = state["likely"].astype(np.float32) / 255
        self._credit = Credit(state["credit"])
        self._travel = Travel(state["travel"].astype(np.float32))

    def _motion(
        self, grey: Picture, flow: Picture, camera: Picture, taken: Picture,
        places: tuple[Picture, Picture],
    ) -> Picture:  # fmt: skip
        """Probability of own motion, from one frame's step and, if all is slow, from several."""
        step = residual(flow, camera)
        evidence = moving(length(step[..., 0], step[..., 1]), taken)
        self._travel.add(step, places)
        trust = self._travel.trust()
        if trust > 0:
            height, width = grey.shape
            far = travelled(self._travel.distance((height, width)), taken)
            evidence = (1 - trust) * evidence + trust * far
        return evidence

    def _with_colour(self, lab: Picture, evidence: Picture) -> Picture:
        bins = _bins(lab)
        size = int(np.prod(BINS))
        seen = np.stack([
            np.bincount(bins.ravel(), weights=weight.ravel(), minlength=size)
            for weight in (evidence, 1 - evidence)
        ])  # fmt: skip
        self._colours = (0.9 * self._colours + 0.1 * _smooth(seen)).astype(np.float32)
        share = self._colours / np.maximum(self._colours.sum(axis=1, keepdims=True), 1e-9)
        ratio = np.clip(np.log((share[0] + 1e-5) / (share[1] + 1e-5)), -3, 3)
        sure = np.clip(evidence, 0.01, 0.99)
        odds = np.log(sure / (1 - sure)) + 0.5 * (np.take(ratio, bins) - 0.5)
        probability = (1 / (1 + np.exp(-odds))).astype(np.float32)
        return guided(np.ascontiguousarray(lab[..., 0]), probability, 6, 1e-3)

    def _lasting(self, flow: Picture, places: tuple[Picture, Picture]) -> Picture:
        """What is left of the last frame's probabilities, brought here from `places`."""
        speed = float(np.median(length(flow[::8, ::8, 0], flow[::8, ::8, 1])))
        share = LASTING * float(np.clip((HASTY - speed) / (HASTY - CALM), 0, 1))
        if share == 0:
            return np.zeros_like(self._likely)
        return cv2.remap(self._likely, *places, cv2.INTER_LINEAR) * np.float32(share)

    def _solid(self, before: Picture) -> Picture:
        """Regions likely enough; those where tracks were (`before`, uint8) more easily."""
        solid = (self._likely > 0.5).astype(np.uint8)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
        closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, kernel)
        filled = fill_holes(closed, 0.01 * solid.size)
        regions = Regions.of(filled)
        mass, known = regions.sums(self._likely), regions.sums(before)
        share = np.where(known > 0.5 * regions.areas, KNOWN_SHARE, NEW_SHARE)
        is_large = regions.areas >= 0.002 * solid.size
        return regions.only(is_large & (mass >= share * mass.max()))


def _texture(grey: Picture) -> Picture:
    """How much the flow is to be believed, float32."""
    return np.clip(cv2.blur(gradient(grey), (15, 15)) / 12, 0.2, 1)


def _whole(lab: Picture, solid: Picture) -> Picture:
    """What moves, completed by its colours."""
    kept = cut(lab, solid)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return fill_holes(cv2.morphologyEx(kept, cv2.MORPH_OPEN, kernel), 0.01 * kept.size)


def _bins(lab: Picture) -> Picture:
    """Number of each pixel's colour bin, int32."""
    planes: Sequence[Picture] = cv2.split(lab)
    chroma = np.take(CHROMA, planes[1]) * np.uint8(BINS[2]) + np.take(CHROMA, planes[2])
    bins: Picture = (planes[0] >> 4).astype(np.int32)
    bins *= BINS[1] * BINS[2]
    bins += chroma
    return bins


def _smooth(seen: Picture) -> Picture:
    """[1 2 1] / 4 along each colour axis."""
    return spread(seen.reshape(2, *BINS), (1, 2, 3)).reshape(2, -1)
