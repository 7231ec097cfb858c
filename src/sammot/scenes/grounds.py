"""What the scenes are played on: RGB pictures, float32 0..255, (height, width, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Image = NDArray[np.float32]
    Ground = Callable[[tuple[int, int], float, np.random.Generator], Image]


def cloud(
    size: tuple[int, int], cell: tuple[float, float], rng: np.random.Generator, *, octaves: int = 4
) -> Image:
    """Smooth noise of mean 0 and deviation about 1, (height, width).

    `cell` is the (height, width) in pixels of the coarsest detail; each octave halves it.
    """
    height, width = size
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        rows = int(height * 2**octave / max(cell[0], 1)) + 4
        columns = int(width * 2**octave / max(cell[1], 1)) + 4
        seeds = rng.standard_normal((min(rows, height + 4), min(columns, width + 4)), np.float32)
        total += np.asarray(
            cv2.resize(seeds, (width, height), interpolation=cv2.INTER_CUBIC), np.float32
        ) / np.float32(2**octave)
    return np.asarray(total / (float(total.std()) + 1e-6), np.float32)


def _tinted(shade: Image, colour: tuple[float, float, float]) -> Image:
    return np.asarray(shade[..., None] * np.array(colour, np.float32), np.float32)


def plain(size: tuple[int, int], unit: float, rng: np.random.Generator) -> Image:
    """An even, faintly uneven surface."""
    return _tinted(1 + 0.015 * cloud(size, (unit, unit), rng, octaves=2), (168, 172, 170))


def mottled(size: tuple[int, int], unit: float, rng: np.random.Generator) -> Image:
    """Gravel and earth: texture at every scale, with corners to hold on to."""
    coarse = cloud(size, (unit * 0.6, unit * 0.6), rng, octaves=3)
    stones = np.tanh(2 * cloud(size, (unit * 0.05, unit * 0.05), rng, octaves=2))
    fine = cloud(size, (4, 4), rng, octaves=2)
    warm = cloud(size, (unit * 0.3, unit * 0.3), rng, octaves=3)
    image = _tinted(
        np.asarray(1 + 0.05 * coarse + 0.13 * stones + 0.04 * fine, np.float32), (128, 128, 112)
    )
    image[..., 0] += 5 * warm
    image[..., 2] -= 5 * warm
    return image


def tiles(size: tuple[int, int], unit: float, rng: np.random.Generator) -> Image:
    """Square stone tiles, each of its own shade, with dark joints."""
    side = max(unit / 6, 3.0)
    rows = (np.arange(size[0]) / side)[:, None]
    columns = (np.arange(size[1]) / side)[None, :]
    shades = rng.uniform(0.88, 1.08, (int(rows.max()) + 1, int(columns.max()) + 1))
    shade = shades[rows.astype(int), columns.astype(int)]
    joint = np.minimum(_edge_distance(rows), _edge_distance(columns)) * side
    shade = shade * np.clip(0.6 + joint / 4, 0.6, 1)
    shade = shade + 0.03 * cloud(size, (side / 2, side / 2), rng, octaves=4)
    return _tinted(np.asarray(shade, np.float32), (186, 178, 166))


def _edge_distance(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    within = cells % 1
    return np.minimum(within, 1 - within)


def planks(size: tuple[int, int], unit: float, rng: np.random.Generator) -> Image:
    """A wooden floor: staggered boards with grain and nails, lit from the upper left."""
    height, width = size
    board, length = max(unit / 7, 4.0), max(unit * 0.8, 16.0)
    y = (np.arange(height) / board)[:, None]
    row = y.astype(int)
    x = np.arange(width)[None, :] / length + rng.uniform(0, 1, row.max() + 1)[row]
    shades = rng.uniform(0.84, 1.08, (int(row.max()) + 1, int(x.max()) + 2))
    fibre = cloud(size, (board * 0.04, length * 0.25), rng, octaves=2)
    grain = cloud(size, (board * 0.22, length * 0.7), rng, octaves=3)
    rings = np.sin(14 * cloud(size, (board * 1.5, length * 0.8), rng, octaves=1))
    joint = np.minimum(_edge_distance(y) * board, _edge_distance(x) * length)
    nail = np.hypot((_edge_distance(y) - 0.2) * board, (_edge_distance(x) * length) - 0.12 * board)
    shade = shades[row, x.astype(int)] * (1 + 0.035 * grain + 0.02 * rings + 0.025 * fibre)
    shade *= np.clip(0.72 + joint / 3, 0.72, 1) * np.clip(nail / (0.045 * board), 0.45, 1)
    glow = np.hypot(
        (np.arange(height)[:, None] / height) + 0.1, (np.arange(width)[None, :] / width) + 0.1
    )
    return _tinted(np.asarray(shade * (1.13 - 0.22 * glow), np.float32), (214, 172, 124))


GROUNDS: Final[Mapping[str, Ground]] = {
    "plain": plain,
    "mottled": mottled,
    "tiles": tiles,
    "planks": planks,
}
