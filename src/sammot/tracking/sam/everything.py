"""The model asked at a grid of points: all objects of a picture, each once.

Source: Segment Anything (arXiv 2304.02643), section 4 and appendix B: masks that the model thinks
well of, and that hardly change when the threshold does, less the duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from sammot.tracking.mask import Box
from sammot.tracking.sam.duplicates import distinct
from sammot.tracking.track import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.sam.propagator import SamPropagator

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
    """Looks for all that is there."""

    def __init__(self, propagator: SamPropagator, *, least_share: float) -> None:
        self._propagator = propagator
        self._least_share = least_share

    def find(self, frame: Frame) -> Sequence[Detection]:
        """The objects that the model sees, the best first."""
        segmenter = self._propagator.segmenter
        found = []
        for logits, quality in segmenter.at_points(
            self._propagator.pixels(frame), _grid(segmenter.side), BATCH
        ):
            is_good = (quality >= LEAST_QUALITY) & (_stability(logits) >= LEAST_STABILITY)
            found += [
                Detection(Box.around(mask), float(one), mask=mask)
                for one, mask in zip(quality[is_good], (logits[is_good] > 0).numpy(), strict=True)
                if self._has_size(mask)
            ]
        return distinct(found, MOST_ALIKE)

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
