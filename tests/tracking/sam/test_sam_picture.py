"""What the library's processor is documented to do: resize with smoothing, rescale, normalise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam_models import torch
from sammot.tracking.sam.picture import HALF, IMAGENET, Colours, enlarged, model_input, model_mask


@pytest.mark.parametrize("colours", [IMAGENET, HALF])
def test_a_picture_of_the_models_size_is_only_normalised(colours: Colours) -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    expected = (image / 255.0 - np.array(colours[0])) / np.array(colours[1])
    np.testing.assert_allclose(
        model_input(image, (32, 32), colours).numpy(), expected.transpose(2, 0, 1), atol=1e-5
    )


def weights(given: int, wanted: int) -> NDArray[np.float64]:
    """The linear filter with smoothing: a triangle as wide as a pixel of the smaller picture."""
    scale = given / wanted
    centres = (np.arange(wanted) + 0.5) * scale
    distance = np.abs(np.arange(given) + 0.5 - centres[:, None])
    triangle = np.clip(1 - distance / max(scale, 1), 0, None)
    return np.asarray(triangle / triangle.sum(1, keepdims=True))


@pytest.mark.parametrize("size", [(64, 96), (17, 23), (128, 64)])
def test_a_picture_is_resized_by_a_triangle_filter(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    down, across = weights(size[0], 32), weights(size[1], 32)
    expected = np.einsum("ih,hwc,jw->ijc", down, image.astype(np.float64), across)
    ours = model_input(image, (32, 32), IMAGENET).numpy().transpose(1, 2, 0)
    ours = ours * IMAGENET[1] + IMAGENET[0]
    # Whole numbers after each axis, as the processor's.
    assert np.abs(ours * 255 - expected).max() <= 1.01


def test_the_picture_fills_the_square_whatever_its_shape() -> None:
    image = np.zeros((20, 80, 3), np.uint8)
    image[:, 40:] = 255
    row = model_input(image, (16, 16), HALF)[0, 8]
    assert row[2] < 0 < row[13]


def test_a_mask_becomes_nought_and_one() -> None:
    mask = np.zeros((10, 20), np.bool_)
    mask[2:7, 3:11] = True
    given = model_mask(mask, 64)
    assert given.shape == (1, 1, 64, 64)
    assert set(np.unique(given.numpy())) == {0.0, 1.0}
    assert abs(float(given.mean()) - mask.mean()) < 0.02


@pytest.mark.parametrize("size", [(45, 80), (360, 640), (48, 64), (33, 101)])
@pytest.mark.parametrize("corner", [(0, 0), (5, 9), (12, 2)])
def test_logits_are_enlarged_as_the_processor_does_it_where_any_is_positive(
    size: tuple[int, int], corner: tuple[int, int]
) -> None:
    rng, (top, left) = np.random.default_rng(0), corner
    logits = rng.uniform(-9, -1, (16, 16)).astype(np.float32)
    logits[top : top + 4, left : left + 3] = rng.normal(0, 5, (4, 3))
    tensor = torch.from_numpy(logits)[None, None]
    interpolate = torch.nn.functional.interpolate
    at_input = interpolate(tensor, (64, 64), mode="bilinear", align_corners=False)
    expected = interpolate(at_input, size, mode="bilinear", align_corners=False)[0, 0].numpy()
    place, values = enlarged(logits, 64, size)
    shown = expected[place] > 0
    assert shown.sum() == (expected > 0).sum() > 0
    np.testing.assert_array_equal(values > 0, shown)
    np.testing.assert_allclose(values[shown], expected[place][shown], atol=1e-3)


def test_of_a_mask_that_is_not_seen_nothing_is_enlarged() -> None:
    place, values = enlarged(np.full((16, 16), -1, np.float32), 64, (45, 80))
    assert np.zeros((45, 80))[place].size == values.size == 0
