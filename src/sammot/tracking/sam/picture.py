"""Pictures into the model, and masks in and out of it, as its published processor does it.

The processor itself needs torchvision, which not every build of torch carries.
"""

from __future__ import annotations

from math import gcd
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
    mean, deviation = 255 * torch.tensor(colours)[:, :, None, None]
    return _resized(image, size).sub_(mean).div_(deviation)


def squeezed(image: NDArray[np.uint8], size: Size) -> torch.Tensor:
    """An RGB picture as (3, height, width), float32, 0 to 1."""
    return _resized(image, size).div_(255)


def _resized(image: NDArray[np.uint8], size: Size) -> torch.Tensor:
    """In whole numbers, which is several times as fast and what the processor does as well."""
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None]
    pixels = functional.interpolate(
        pixels, size, mode="bilinear", align_corners=False, antialias=True
    )
    return pixels[0].to(torch.float32, memory_format=torch.contiguous_format)


def model_mask(mask: Mask, side: int) -> torch.Tensor:
    """A mask as (1, 1, side, side), float32, 0 or 1."""
    given = torch.from_numpy(np.ascontiguousarray(mask)).float()[None, None]
    resized = functional.interpolate(
        given, (side, side), mode="bilinear", align_corners=False, antialias=True
    )
    return (resized >= 0.5).float()


def enlarged(
    logits: NDArray[np.float32], side: int, size: Size
) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """The model's logits for a mask, first at its input's size, then at `size`: a part outside of
    which all are negative, and its place (rows, columns). Empty where no logit is positive.
    """
    if not (logits > 0).any():
        return (slice(0), slice(0)), np.zeros((0, 0), np.float32)
    rows, down = _window(logits.max(1) > 0, side, size[0])
    columns, across = _window(logits.max(0) > 0, side, size[1])
    part, times = logits[rows, columns], side // len(logits)
    full = cv2.resize(part, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
    wanted = (across.stop - across.start, down.stop - down.start)
    values = cv2.resize(full, wanted, interpolation=cv2.INTER_LINEAR)
    return (down, across), np.asarray(values, np.float32)


def _window(is_positive: NDArray[np.bool_], side: int, length: int) -> tuple[slice, slice]:
    """A part of an axis, in the model's cells and in the picture's pixels: what is positive with
    two cells around it, widened to where a cell and a pixel begin at the same place.
    """
    cells = len(is_positive)
    count = gcd(cells, side, length)
    step, found = cells // count, np.flatnonzero(is_positive)
    start = max(0, int(found[0]) - 2) // step
    stop = min(count, -(-(int(found[-1]) + 3) // step))
    pixels = length // count
    return slice(start * step, stop * step), slice(start * pixels, stop * pixels)
