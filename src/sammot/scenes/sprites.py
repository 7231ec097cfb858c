"""How actors look: each drawing paints on a canvas four times too large, front to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from sammot.scenes.grounds import cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Colour = tuple[int, int, int]
    Drawing = Callable[["Canvas", Colour, np.random.Generator], None]

_OVERSAMPLING: Final = 4


class Canvas:
    """An RGB picture with coverage; shapes are given in fractions of its width and height."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = np.zeros((height, width, 3), np.float32)
        self.cover = np.zeros((height, width), np.uint8)

    def disc(self, centre: tuple[float, float], radii: tuple[float, float]) -> NDArray[np.bool_]:
        """The pixels of an ellipse; radii in fractions of width and height."""
        x = (np.arange(self.width)[None, :] + 0.5) / self.width - centre[0]
        y = (np.arange(self.height)[:, None] + 0.5) / self.height - centre[1]
        return np.asarray((x / radii[0]) ** 2 + (y / radii[1]) ** 2 <= 1)

    def bar(
        self, left: float, top: float, right: float, bottom: float, *, round_by: float = 0.0
    ) -> NDArray[np.bool_]:
        """The pixels of a rectangle whose corners have radius `round_by` of the height."""
        radius = max(round_by * self.height, 1e-3)
        x = np.arange(self.width)[None, :] + 0.5
        y = np.arange(self.height)[:, None] + 0.5
        dx = np.maximum(left * self.width + radius - x, x - (right * self.width - radius))
        dy = np.maximum(top * self.height + radius - y, y - (bottom * self.height - radius))
        return np.asarray(np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) <= radius)

    def outline(self, points: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
        """The pixels of a polygon."""
        picture = np.zeros((self.height, self.width), np.uint8)
        corners = np.array(points) * (self.width, self.height)
        cv2.fillPoly(picture, [corners.astype(np.int32)], 1)
        return picture > 0

    def paint(self, where: NDArray[np.bool_], colour: Sequence[float], *, on: bool = False) -> None:
        """Colour pixels; with `on`, only those that are covered already."""
        if on:
            where = where & (self.cover > 0)
        self.image[where] = colour
        self.cover[where] = 255

    def shade(self, *, rim: float) -> None:
        """Darken towards the edge of what is covered, as light from above does."""
        padded = cv2.copyMakeBorder(self.cover, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
        inside = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
        depth = np.clip(inside / (0.22 * min(self.width, self.height)), 0, 1)
        self.image *= (1 - rim * (1 - depth) ** 2)[..., None].astype(np.float32)

    def grain(self, rng: np.random.Generator, *, by: float) -> None:
        """Give covered pixels a texture of relative amplitude `by`."""
        cell = min(self.width, self.height) / 5
        noise = cloud((self.height, self.width), (cell, cell), rng, octaves=3)
        self.image *= (1 + by * noise)[..., None]


def ball(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A beach ball: six sectors, a white cap."""
    del rng
    x = (np.arange(canvas.width)[None, :] + 0.5) / canvas.width - 0.5
    y = (np.arange(canvas.height)[:, None] + 0.5) / canvas.height - 0.5
    whole = canvas.disc((0.5, 0.5), (0.49, 0.49))
    canvas.paint(whole, (246, 244, 238))
    angle = (np.arctan2(y, x) / np.pi * 3 + 3 + 1.5 * np.hypot(x, y)) % 6
    canvas.paint(whole & (angle < 1), colour)
    canvas.paint(whole & (angle >= 2) & (angle < 3), (252, 196, 40))
    canvas.paint(whole & (angle >= 4) & (angle < 5), (44, 122, 196))
    canvas.paint(canvas.disc((0.5, 0.5), (0.09, 0.09)), (250, 250, 250))
    canvas.shade(rim=0.45)


def disc(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A speckled disc."""
    canvas.paint(canvas.disc((0.5, 0.5), (0.49, 0.49)), colour)
    canvas.grain(rng, by=0.12)
    canvas.shade(rim=0.3)


def crate(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A striped box."""
    canvas.paint(canvas.bar(0.01, 0.01, 0.99, 0.99, round_by=0.05), colour)
    darker = tuple(0.55 * channel for channel in colour)
    for left in (0.12, 0.44, 0.76):
        canvas.paint(canvas.bar(left, 0.01, left + 0.12, 0.99), darker, on=True)
    canvas.grain(rng, by=0.06)


def pebble(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """An irregular, mottled lump."""
    turns = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = np.full(72, 0.4)
    for harmonic in range(2, 6):
        radius += 0.06 / harmonic * np.cos(harmonic * turns + rng.uniform(0, 2 * np.pi))
    points = [
        (0.5 + r * np.cos(t), 0.5 + r * np.sin(t)) for r, t in zip(radius, turns, strict=True)
    ]
    canvas.paint(canvas.outline(points), colour)
    canvas.grain(rng, by=0.18)
    canvas.shade(rim=0.3)


def car(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A toy car from above."""
    del rng
    for left in (0.14, 0.68):
        canvas.paint(canvas.bar(left, 0.01, left + 0.17, 0.99, round_by=0.06), (32, 32, 36))
    canvas.paint(canvas.bar(0.01, 0.07, 0.99, 0.93, round_by=0.3), colour)
    canvas.shade(rim=0.4)
    pale = tuple(min(255.0, 1.25 * channel + 25) for channel in colour)
    canvas.paint(canvas.bar(0.02, 0.44, 0.98, 0.56), (245, 245, 240), on=True)
    canvas.paint(canvas.bar(0.2, 0.16, 0.74, 0.84, round_by=0.2), (38, 52, 66))
    canvas.paint(canvas.bar(0.3, 0.2, 0.6, 0.8, round_by=0.14), pale)
    canvas.paint(canvas.bar(0.3, 0.44, 0.6, 0.56), (245, 245, 240))
    for centre in (0.22, 0.78):
        canvas.paint(canvas.disc((0.95, centre), (0.03, 0.08)), (255, 244, 190))
        canvas.paint(canvas.disc((0.035, centre), (0.02, 0.07)), (150, 12, 18))


def vacuum(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A robot vacuum cleaner from above."""
    del rng
    canvas.paint(canvas.disc((0.5, 0.5), (0.49, 0.49)), (44, 46, 52))
    canvas.paint(canvas.disc((0.49, 0.5), (0.43, 0.44)), colour)
    canvas.shade(rim=0.35)
    canvas.paint(canvas.disc((0.42, 0.5), (0.17, 0.17)), (58, 62, 70))
    canvas.paint(canvas.disc((0.42, 0.5), (0.13, 0.13)), (24, 26, 30))
    canvas.paint(canvas.bar(0.68, 0.4, 0.74, 0.6, round_by=0.03), (40, 44, 50))
    canvas.paint(canvas.disc((0.8, 0.5), (0.025, 0.025)), (70, 220, 140))


def ladybird(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A ladybird from above."""
    del rng
    canvas.paint(canvas.disc((0.82, 0.5), (0.17, 0.26)), (28, 26, 28))
    canvas.paint(canvas.disc((0.43, 0.5), (0.42, 0.48)), colour)
    canvas.shade(rim=0.35)
    canvas.paint(canvas.bar(0.02, 0.47, 0.84, 0.53), (28, 26, 28), on=True)
    for x, y in ((0.25, 0.27), (0.25, 0.73), (0.55, 0.22), (0.55, 0.78), (0.43, 0.37)):
        canvas.paint(canvas.disc((x, y), (0.085, 0.1)), (28, 26, 28), on=True)
    for y in (0.36, 0.64):
        canvas.paint(canvas.disc((0.88, y), (0.04, 0.06)), (244, 244, 240))


def duck(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A rubber duck from above."""
    del rng
    canvas.paint(canvas.outline([(0.02, 0.5), (0.22, 0.3), (0.22, 0.7)]), colour)
    canvas.paint(canvas.disc((0.42, 0.5), (0.34, 0.44)), colour)
    canvas.paint(canvas.bar(0.8, 0.38, 0.99, 0.62, round_by=0.12), (236, 120, 28))
    canvas.shade(rim=0.3)
    warm = tuple(0.86 * channel for channel in colour)
    for y in (0.27, 0.73):
        canvas.paint(canvas.disc((0.36, y), (0.2, 0.12)), warm, on=True)
    canvas.paint(canvas.disc((0.68, 0.5), (0.2, 0.27)), tuple(min(255, c + 14) for c in colour))
    for y in (0.33, 0.67):
        canvas.paint(canvas.disc((0.76, y), (0.03, 0.045)), (30, 28, 26))


def post(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A board, a beam or a pillar, as long as it is made."""
    canvas.paint(np.ones((canvas.height, canvas.width), np.bool_), colour)
    canvas.grain(rng, by=0.08)


def plant(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A pot plant from above: leaves around a pot."""
    canvas.paint(canvas.disc((0.5, 0.5), (0.2, 0.2)), (156, 84, 58))
    canvas.paint(canvas.disc((0.5, 0.5), (0.16, 0.16)), (66, 48, 38))
    along = np.linspace(0, 1, 24)
    width = 0.075 * np.sin(np.pi * along**0.8)
    for number in range(11):
        turn = 2 * np.pi * number / 11 + rng.uniform(-0.15, 0.15)
        side = np.array([-np.sin(turn), np.cos(turn)])
        ahead = np.array([np.cos(turn), np.sin(turn)])
        spine = 0.5 + rng.uniform(0.38, 0.48) * along[:, None] * ahead
        tone = rng.uniform(0.75, 1.15)
        for half, light in ((width[:, None] * side, tone), (0.006 * side, 1.35 * tone)):
            leaf = np.concatenate([spine + half, (spine - half)[::-1]])
            canvas.paint(canvas.outline([tuple(p) for p in leaf]), [light * c for c in colour])


def stool(canvas: Canvas, colour: Colour, rng: np.random.Generator) -> None:
    """A round upholstered stool from above."""
    del rng
    canvas.paint(canvas.disc((0.5, 0.5), (0.49, 0.49)), tuple(0.72 * c for c in colour))
    canvas.paint(canvas.disc((0.5, 0.5), (0.45, 0.45)), colour)
    canvas.shade(rim=0.35)
    canvas.paint(canvas.disc((0.5, 0.5), (0.025, 0.025)), tuple(0.6 * c for c in colour))


DRAWINGS: Final[Mapping[str, Drawing]] = {
    drawing.__name__: drawing
    for drawing in (
        ball, disc, crate, pebble, car, vacuum, ladybird, duck, post, plant, stool,
    )
}  # fmt: skip


def draw(
    drawing: str, width: float, height: float, colour: Colour, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A sprite as premultiplied RGBA, float32 0..255, smooth-edged, (height + 2, width + 2, 4)."""
    columns, rows = max(1, round(width)), max(1, round(height))
    canvas = Canvas(columns * _OVERSAMPLING, rows * _OVERSAMPLING)
    DRAWINGS[drawing](canvas, colour, rng)
    opaque = canvas.cover.astype(np.float32)
    colours = np.clip(canvas.image, 0, 255) * (opaque[..., None] / 255)
    large = np.concatenate([colours, opaque[..., None]], axis=2)
    small = cv2.resize(large, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.pad(np.asarray(small, np.float32), ((1, 1), (1, 1), (0, 0)))
