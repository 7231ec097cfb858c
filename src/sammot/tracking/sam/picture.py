"""Pictures into the model, and masks in and out of it, as its published processor does it.

The processor itself needs torchvision, which not every build of torch carries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.tracking.mask import Mask

Size = tuple[int, int]
"""(height, width)."""
Colours = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Of red, green and blue, 0 to 1: what is taken off, and what the rest is divided by."""

IMAGENET: Final[Colours] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""The mean and the deviation of ImageNet's pictures, on which most models were trained."""
HALF: Final[Colours] = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""SAM 3's."""


def model_input(image: NDArray[np.uint8], size: Size, colours: Colours = IMAGENET) -> torch.Tensor:
    """An RGB picture as (3, height, width), float32: squeezed to `size`, and normalised."""
    mean, deviation = torch.tensor(colours)[:, :, None, None]
    return (squeezed(image, size) - mean) / deviation


def squeezed(image: NDArray[np.uint8], size: Size) -> torch.Tensor:
    """An RGB picture as (3, height, width), float32, 0 to 1."""
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    pixels = functional.interpolate(
        pixels, size, mode="bilinear", align_corners=False, antialias=True
    )
    return pixels.round().clamp(0, 255)[0] / 255


def model_mask(mask: Mask, side: int) -> torch.Tensor:
    """A mask as (1, 1, side, side), float32, 0 or 1."""
    given = torch.from_numpy(np.ascontiguousarray(mask)).float()[None, None]
    resized = functional.interpolate(
        given, (side, side), mode="bilinear", align_corners=False, antialias=True
    )
    return (resized >= 0.5).float()


def enlarged(logits: NDArray[np.float32], side: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """The model's logits for a mask, first at its input's size, then at `size` (height, width)."""
    full = cv2.resize(logits, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(full, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
