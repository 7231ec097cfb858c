"""What a user shows the engine: this is an object, here, in that frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sammot.errors import InvalidInput
from sammot.tracking.frame import ClipInfo
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import Point

MOST_PROMPTS: Final = 1000
MOST_POINTS: Final = 100
MOST_COUNTS: Final = 1 << 20
"""Characters of one mask: far more than any mask drawn by hand or by a model takes."""
LONGEST_RUN: Final = 35
"""Bits of one run length."""
_KEYS: Final = ("object", "frame", "points", "box", "mask")


@dataclass(frozen=True, slots=True)
class UserPrompt:
    """One object in one frame, in the original's pixels: a mask, or points and a box.

    `subject` is the user's own number of the object; prompts of one number are one object.
    """

    subject: int
    frame: int
    points: tuple[Point, ...] = ()
    box: Box | None = None
    mask: RLE | None = None

    @property
    def bounds(self) -> Box:
        """The box, else one around the points that are on the object."""
        if self.box is not None:
            return self.box
        xs = [point.x for point in self.points if point.inside]
        ys = [point.y for point in self.points if point.inside]
        return Box(min(xs), min(ys), max(xs), max(ys)) if xs else Box(0, 0, 0, 0)


def parse(given: object) -> tuple[UserPrompt, ...]:
    """Prompts from JSON: objects with `object`, `frame`, and `points`, `box` or `mask`.

    A point is {x, y, inside}, a box [x, y, width, height], a mask COCO's {size, counts}.

    Raises:
        InvalidInput: they do not mean anything.

    """
    if not isinstance(given, list) or len(given) > MOST_PROMPTS:
        raise InvalidInput(f"Prompts must be a list of at most {MOST_PROMPTS}.")
    prompts = tuple(_prompt(number, one) for number, one in enumerate(given))
    seen = {(one.subject, one.frame) for one in prompts}
    if len(seen) < len(prompts):
        raise InvalidInput("Two prompts are for the same object in the same frame: join them.")
    return prompts


def check(prompts: Iterable[UserPrompt], clip: ClipInfo) -> None:
    """Raise InvalidInput where a prompt lies outside the clip or its picture."""
    for one in prompts:
        if clip.frame_count is not None and one.frame >= clip.frame_count:
            raise InvalidInput(
                f"A prompt is for frame {one.frame}; the video ends with {clip.frame_count - 1}."
            )
        box = one.box or Box(0, 0, 0, 0)
        places = [(point.x, point.y) for point in one.points]
        if any(
            not (0 <= x <= clip.width and 0 <= y <= clip.height)
            for x, y in [*places, (box.x1, box.y1), (box.x2, box.y2)]
        ):
            raise InvalidInput(
                f"A prompt in frame {one.frame} lies outside the picture,"
                f" which is {clip.width} x {clip.height}."
            )
        if one.mask is not None and (one.mask.width, one.mask.height) != (clip.width, clip.height):
            raise InvalidInput(
                f"The mask of a prompt is {one.mask.width} x {one.mask.height};"
                f" the picture is {clip.width} x {clip.height}."
            )


def _prompt(number: int, given: object) -> UserPrompt:
    where = f"prompts[{number}]"
    if not isinstance(given, Mapping) or not set(given) <= set(_KEYS):
        raise InvalidInput(f"{where} must be an object with {', '.join(_KEYS)}.")
    points = tuple(_point(where, one) for one in _list(where, "points", given.get("points", [])))
    box = None if given.get("box") is None else _box(where, given["box"])
    mask = None if given.get("mask") is None else _mask(where, given["mask"])
    if (mask is not None) == bool(points or box is not None):
        raise InvalidInput(f"{where} needs either a mask, or points or a box.")
    if mask is None and box is None and not any(point.inside for point in points):
        raise InvalidInput(f"{where} needs at least one point on the object.")
    return UserPrompt(
        _whole(where, "object", given), _whole(where, "frame", given), points, box, mask
    )


def _whole(where: str, name: str, given: Mapping[str, object]) -> int:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise InvalidInput(f"{where}.{name} must be a number from 0 on.")
    return value


def _list(where: str, name: str, value: object) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > MOST_POINTS:
        raise InvalidInput(f"{where}.{name} must be a list of at most {MOST_POINTS}.")
    return value


def _point(where: str, given: object) -> Point:
    if not isinstance(given, Mapping) or not isinstance(given.get("inside", True), bool):
        raise InvalidInput(f"{where}.points must have x, y, and inside: true or false.")
    x, y = _numbers(where, "points", [given.get("x"), given.get("y")], 2)
    return Point(x, y, bool(given.get("inside", True)))


def _box(where: str, given: object) -> Box:
    x, y, width, height = _numbers(where, "box", given, 4)
    if width <= 0 or height <= 0:
        raise InvalidInput(f"{where}.box must have a width and a height.")
    return Box(x, y, x + width, y + height)


def _numbers(where: str, name: str, given: object, count: int) -> list[float]:
    numbers = [
        float(one)
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e6
    ]
    if len(numbers) != count or not isinstance(given, list) or len(given) != count:
        raise InvalidInput(f"{where}.{name} must have {count} numbers.")
    return numbers


def _mask(where: str, given: object) -> RLE:
    """A mask whose runs fill its size, so that decoding it is safe."""
    fault = InvalidInput(f"{where}.mask must be an RLE mask: size [height, width] and counts.")
    if not isinstance(given, Mapping):
        raise fault
    height, width = (int(one) for one in _numbers(where, "mask.size", given.get("size"), 2))
    counts = given.get("counts")
    if not isinstance(counts, str) or not 0 < len(counts) <= MOST_COUNTS:
        raise fault
    if not re.fullmatch(r"[0-o]+", counts):
        raise fault
    runs = _runs(counts)
    if min(height, width) <= 0 or min(runs, default=-1) < 0 or sum(runs) != height * width:
        raise fault
    if not any(runs[1::2]):
        raise InvalidInput(f"{where}.mask is empty.")
    return RLE(height, width, counts)


def _runs(counts: str) -> list[int]:
    """The run lengths of COCO's text: base 32, least first; from the third on, differences.

    Empty where the text is none.
    """
    runs: list[int] = []
    value, shift = 0, 0
    for character in counts:
        code = ord(character) - 48
        value |= (code & 31) << shift
        shift += 5
        if shift > LONGEST_RUN:
            return []
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    return [] if shift else runs
