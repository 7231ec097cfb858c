"""Masks, boxes, numbers and trails over a picture."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import rlemasklib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sammot.tracking.track import Observation, TrackId

Colour = tuple[int, int, int]
"""RGB, 0 to 255."""

_FONT = cv2.FONT_HERSHEY_DUPLEX
_DARK_INK: Colour = (11, 11, 15)
_LIGHT_INK: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Style:
    """What is drawn; `trail` is how many past frames a track's path shows, 0 for no path."""

    masks: bool = True
    boxes: bool = True
    numbers: bool = True
    trail: int = 0
    fill: float = 0.45


@cache
def palette() -> tuple[Colour, ...]:
    """The colours of tracks in turn; `palette.json` is shared with the page."""
    text = resources.files("sammot.video").joinpath("palette.json").read_text("ascii")
    return tuple((int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)) for c in json.loads(text))


def colour_of(track_id: int) -> Colour:
    """A track has one colour everywhere: in the page and in the exported video."""
    return palette()[(track_id - 1) % len(palette())]


class Painter:
    """Draws the observations of frame after frame; it remembers the trails."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._trails: defaultdict[TrackId, deque[tuple[int, int]]] = defaultdict(
            lambda: deque(maxlen=style.trail)
        )

    def paint(
        self, image: NDArray[np.uint8], observations: Sequence[Observation]
    ) -> NDArray[np.uint8]:
        """A copy of an RGB picture (height, width, 3) with everything drawn over it."""
        canvas = image.copy()
        line = max(2, round(min(canvas.shape[:2]) / 540))
        if self._style.masks:
            for observation in observations:
                fill_mask(canvas, observation, self._style.fill, line)
        if self._style.trail:
            self._paint_trails(canvas, observations, line)
        for observation in observations:
            colour = colour_of(observation.track_id)
            corner = round(observation.box.x1), round(observation.box.y1)
            if self._style.boxes:
                far = round(observation.box.x2) - 1, round(observation.box.y2) - 1
                cv2.rectangle(canvas, corner, far, colour, line)
            if self._style.numbers:
                _chip(canvas, f"#{observation.track_id}", corner, colour)
        return canvas

    def _paint_trails(
        self, canvas: NDArray[np.uint8], observations: Sequence[Observation], line: int
    ) -> None:
        seen = {observation.track_id for observation in observations}
        for track_id in [known for known in self._trails if known not in seen]:
            del self._trails[track_id]
        for observation in observations:
            box, trail = observation.box, self._trails[observation.track_id]
            trail.append((round((box.x1 + box.x2) / 2), round((box.y1 + box.y2) / 2)))
            points = np.array(trail, np.int32).reshape(-1, 1, 2)
            colour = colour_of(observation.track_id)
            cv2.polylines(canvas, [points], False, colour, line, cv2.LINE_AA)


class _Region(NamedTuple):
    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(cls, observation: Observation) -> _Region:
        """The observation's box in whole pixels inside the picture."""
        box, rle = observation.box, observation.rle
        left, top = max(0, int(np.floor(box.x1))), max(0, int(np.floor(box.y1)))
        right = min(rle.width, int(np.ceil(box.x2)))
        bottom = min(rle.height, int(np.ceil(box.y2)))
        return cls(left, top, max(0, right - left), max(0, bottom - top))


def fill_mask(
    canvas: NDArray[np.uint8], observation: Observation, opacity: float, edge: int
) -> None:
    """Tint an observation's mask in place, with a solid inner edge of `edge` pixels.

    Only the inside of the box is decoded and touched.
    """
    region = _Region.of(observation)
    if not region.width or not region.height:
        return
    rle = {"size": [observation.rle.height, observation.rle.width]}
    coded = {**rle, "counts": observation.rle.counts.encode("ascii")}
    mask = rlemasklib.decode(rlemasklib.crop(coded, np.array(region, np.float64)))
    mask = np.ascontiguousarray(mask, np.uint8)
    colour = colour_of(observation.track_id)
    part = canvas[region.top :, region.left :][: region.height, : region.width]
    solid = np.full_like(part, colour)
    cv2.copyTo(cv2.addWeighted(part, 1 - opacity, solid, opacity, 0), mask, part)
    kernel = np.ones((2 * edge + 1, 2 * edge + 1), np.uint8)
    inner = cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    cv2.copyTo(solid, mask - inner, part)


def _chip(canvas: NDArray[np.uint8], text: str, corner: tuple[int, int], colour: Colour) -> None:
    """A label standing on `corner`, or hanging from the picture's edge where there is no room."""
    scale = max(0.45, min(canvas.shape[:2]) / 1200)
    (width, height), below = cv2.getTextSize(text, _FONT, scale, 1)
    pad = max(2, round(4 * scale))
    full_width, full_height = width + 2 * pad, height + below + pad
    left = min(max(0, corner[0]), max(0, canvas.shape[1] - full_width))
    top = max(0, corner[1] - full_height)
    cv2.rectangle(canvas, (left, top), (left + full_width, top + full_height), colour, cv2.FILLED)
    at = left + pad, top + height + pad
    cv2.putText(canvas, text, at, _FONT, scale, _ink_on(colour), 1, cv2.LINE_AA)


def _ink_on(colour: Colour) -> Colour:
    """Dark or light, whichever reads better. Source: WCAG 2, relative luminance."""
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return _DARK_INK if float(linear @ (0.2126, 0.7152, 0.0722)) > 0.22 else _LIGHT_INK
