"""What torchvision documents of its `roi_align`, sample by sample."""

from __future__ import annotations

import math

import pytest

from sam_models import torch
from sammot.tracking.sam.roi import roi_align

SIZE, HEIGHT, WIDTH = 3, 6, 8


def value(picture: list[list[float]], x: float, y: float) -> float:
    """The picture between its pixels; 0 beyond its edges, and the edge's pixel on them."""
    if not (-1 <= x <= WIDTH and -1 <= y <= HEIGHT):
        return 0.0
    x, y = min(max(x, 0), WIDTH - 1), min(max(y, 0), HEIGHT - 1)
    left, top = min(int(x), WIDTH - 2), min(int(y), HEIGHT - 2)
    right, below = x - left, y - top
    return (
        picture[top][left] * (1 - right) * (1 - below)
        + picture[top][left + 1] * right * (1 - below)
        + picture[top + 1][left] * (1 - right) * below
        + picture[top + 1][left + 1] * right * below
    )


def cell(picture: list[list[float]], box: list[float], row: int, column: int) -> float:
    x1, y1, x2, y2 = box
    width, height = max(x2 - x1, 1) / SIZE, max(y2 - y1, 1) / SIZE
    across, down = math.ceil(width), math.ceil(height)
    found = [
        value(
            picture,
            x1 + (column + (i + 0.5) / across) * width,
            y1 + (row + (j + 0.5) / down) * height,
        )
        for i in range(across)
        for j in range(down)
    ]
    return sum(found) / len(found)


BOXES = [[1.0, 1.0, 4.0, 4.0], [0.0, 0.0, 8.0, 6.0], [2.3, 1.1, 7.9, 5.2], [3.0, 3.0, 3.2, 3.1],
         [-4.0, -3.0, 3.0, 2.0], [5.0, 4.0, 11.0, 9.0]]  # fmt: skip


@pytest.mark.parametrize("box", BOXES)
def test_a_box_is_cut_out_as_documented(box: list[float]) -> None:
    features = torch.rand(1, 2, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(0))
    ours = roi_align(features, [torch.tensor([box])], SIZE)
    assert ours.shape == (1, 2, SIZE, SIZE)
    for channel in range(2):
        picture = features[0, channel].tolist()
        expected = [[cell(picture, box, row, at) for at in range(SIZE)] for row in range(SIZE)]
        torch.testing.assert_close(ours[0, channel], torch.tensor(expected), atol=1e-5, rtol=1e-5)


def test_boxes_are_of_their_own_picture() -> None:
    features = torch.stack([torch.zeros(1, HEIGHT, WIDTH), torch.ones(1, HEIGHT, WIDTH)])
    boxes = [torch.tensor(BOXES[:2]), torch.tensor(BOXES[:1])]
    assert roi_align(features, boxes, SIZE).mean((1, 2, 3)).tolist() == [0, 0, 1]
