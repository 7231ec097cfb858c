"""Features of a box, cut out at a fixed size: what torchvision's `roi_align` does.

SAM 3 looks at examples through it, and torchvision does not load beside every build of torch.
Source: Mask R-CNN (arXiv 1703.06870), section 3, with torchvision's rules: a pixel's value stands
at its number; a box is at least one pixel large; each cell is the mean of as many regular samples
as it has pixels, rounded up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence


def roi_align(features: torch.Tensor, boxes: Sequence[torch.Tensor], size: int) -> torch.Tensor:
    """Boxes (n, 4) for each of the features (b, c, height, width), in their pixels: x1 y1 x2 y2.

    The answer is (all n, c, size, size), in the order of the boxes.
    """
    height, width = features.shape[2:]
    cells = [
        torch.einsum("ph,chw,qw->cpq", _row(y1, y2, size, height, features), picture,
                     _row(x1, x2, size, width, features))
        for picture, some in zip(features, boxes, strict=True)
        for x1, y1, x2, y2 in some.tolist()
    ]  # fmt: skip
    return torch.stack(cells)


def _row(start: float, stop: float, size: int, pixels: int, like: torch.Tensor) -> torch.Tensor:
    """How much each pixel counts in each cell along one axis: (size, pixels)."""
    length = max(stop - start, 1.0)
    samples = -int(-length / size // 1)  # rounded up
    places = start + (torch.arange(size * samples) + 0.5) * length / (size * samples)
    is_outside = (places < -1) | (places > pixels)
    places = places.clamp(0, pixels - 1)
    distance = (places[:, None] - torch.arange(pixels)).abs()
    weights = (1 - distance).clamp(min=0) * ~is_outside[:, None]
    return weights.view(size, samples, pixels).mean(1).to(like)
