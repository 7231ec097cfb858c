from __future__ import annotations

import numpy as np
import pytest
from motion_clips import frames_of

from sammot.tracking.frame import Frame


@pytest.fixture(scope="session")
def texture() -> np.ndarray:
    """A still, textured picture, (120, 160, 3)."""
    generator = np.random.default_rng(7)
    coarse = generator.integers(60, 190, (15, 20, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))


@pytest.fixture(scope="session")
def two_discs(texture: np.ndarray) -> list[Frame]:
    """A red and a blue disc that cross the picture on two rows, 90 frames."""
    rows, columns = np.indices(texture.shape[:2])
    generator = np.random.default_rng(3)
    images = []
    for index in range(90):
        image = texture.copy()
        for x, y, colour in (
            (10 + index * 1.5, 35, (230, 20, 20)),
            (150 - index * 1.5, 85, (20, 30, 230)),
        ):
            image[(columns - x) ** 2 + (rows - y) ** 2 < 12**2] = colour
        noise = generator.normal(0, 2, image.shape)
        images.append(np.clip(image + noise, 0, 255).astype(np.uint8))
    return frames_of(images)
