"""The model asked at a grid of points: all objects of a picture, each once.

Source: Segment Anything (arXiv 2304.02643), section 4 and appendix B: masks that the model thinks
well of, and that hardly change when the threshold does, less the duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from sammot.tracking.mask import Box
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.sam.propagator import SamPropagator
    from sammot.tracking.state import State

POINTS_ACROSS: Final = 16
BATCH: Final = 32
"""Points that the model is asked at a time."""
LEAST_QUALITY: Final = 0.7
LEAST_STABILITY: Final = 0.9
STABILITY_OFFSET: Final = 1.0
"""Logits by which the threshold is moved up and down."""
MOST_ALIKE: Final = 0.7
"""Intersection over union from which two masks are one object."""
LARGEST_SHARE: Final = 0.5
"""Of the picture: what is larger is its ground."""


class Everything:
    """Looks at every so-many-th frame for all that is there."""

    def __init__(self, propagator: SamPropagator, *, every: int, least_share: float) -> None:
        self._propagator = propagator
        self._every = every
        self._least_share = least_share

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """The objects that the model sees, the best first."""
        if frame.index % self._every:
            return []
        segmenter = self._propagator.segmenter
        masks, qualities = [], []
        for logits, quality in segmenter.at_points(
            self._propagator.pixels(frame), _grid(segmenter.side), BATCH
        ):
            is_good = (quality >= LEAST_QUALITY) & (_stability(logits) >= LEAST_STABILITY)
            found = (logits > 0) & is_good[:, None, None]
            masks += [mask for mask in found.numpy() if self._has_size(mask)]
            qualities += [
                float(one)
                for one, mask in zip(quality, found.numpy(), strict=True)
                if self._has_size(mask)
            ]
        order = np.argsort(-np.array(qualities), kind="stable")
        return [
            Detection(Box.around(masks[number]), qualities[number], mask=masks[number])
            for number in _distinct(masks, order)
        ]

    def save(self) -> State:
        """Nothing."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""

    def _has_size(self, mask: Mask) -> bool:
        share = int(np.count_nonzero(mask)) / mask.size
        return 0 < share <= LARGEST_SHARE and share >= self._least_share


def _grid(side: int) -> torch.Tensor:
    """Points (n, 2) in the middles of the cells of a grid, in pixels of the model's input."""
    middles = (torch.arange(POINTS_ACROSS) + 0.5) * side / POINTS_ACROSS
    return torch.cartesian_prod(middles, middles).flip(1)


def _stability(logits: torch.Tensor) -> torch.Tensor:
    """How alike the masks at a lower and at a higher threshold are: their IoU."""
    inner = (logits > STABILITY_OFFSET).flatten(1).sum(1)
    outer = (logits > -STABILITY_OFFSET).flatten(1).sum(1)
    return inner / outer.clamp(min=1)


def _distinct(masks: Sequence[Mask], order: NDArray[np.int64]) -> list[int]:
    """The masks that are not like a better one."""
    if not masks:
        return []
    flat = np.array([mask.reshape(-1) for mask in masks], np.float32)
    common = flat @ flat.T
    areas = np.diag(common)
    alike = common / (areas[:, None] + areas[None, :] - common)
    kept: list[int] = []
    for number in order:
        if not kept or alike[number, kept].max() < MOST_ALIKE:
            kept.append(int(number))
    return kept
