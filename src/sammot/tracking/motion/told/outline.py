"""The mask of an object in the frame in which a user shows it.

Source: Rother, Kolmogorov and Blake, "GrabCut", 2004; begun, inside a box, from the colours that
are rarer around it, since most of a box may be background.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.motion.cut import SEED
from sammot.tracking.motion.picture import gradient
from sammot.tracking.motion.told.pose import Pose
from sammot.tracking.motion.told.votes import COLOURS, LEVELS, colour_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.track import Detection, Point

AROUND = 1.4
"""How far around a box the background is learnt, in half widths and heights."""
ROUNDS, BUDGET = 3, 40_000
"""Of GrabCut, and pixels: a larger window is brought down to this."""
RARER = 1.5
"""Times as common in a box as around it: the colours that lead from a mask to the box's sides."""
LEAST_FILLED = 0.12
"""Of a box: with less, nothing in it differs from what is around, and an ellipse stands in."""
DOT = 0.01
"""Of the picture's long side: the radius of what a click surely means."""
ALIKE = 20
"""Grey levels of L, a and b by which what a click takes away may differ from its place."""
GAP = 0.05
"""Share of a box by which its object may stay away from a side."""
LEAST_TIGHT = 0.6
"""Share of a told box in the box around what evidence finds in it, for that to be the object."""
MOST_BESIDE = 0.5
"""Share of its regions that may lie outside the box."""
RADII = (0.05, 0.1, 0.2, 0.35)
"""Of the picture's long side: how far around a click an object may reach."""


def outline(lab: Picture, told: Detection, claims: Picture, before: Mask | None) -> Mask:
    """What the user meant: `claims` (h, w) numbers the regions that evidence takes for objects;
    `before` is the object's mask by itself in this frame, if it is being followed.
    """
    if told.mask is not None:
        return told.mask
    if told.box.area > 0 and not _only_points(told):
        return _within(lab, told.box, told.points, claims)
    if before is not None and any(_hits(before, one) for one in told.points if one.inside):
        return _corrected(lab, told.points, before)
    region = _claimed(told.points, claims)
    return _grown(lab, told.points) if region is None else region


def evident(box: Box, claims: Picture) -> Mask | None:
    """What the evidence takes for an object in a box, if it fills the box as an object does that
    a user draws a box around, and hardly leaves it.
    """
    x1, y1, x2, y2 = pixels(box, claims.shape)
    inside = np.zeros(claims.shape, np.bool_)
    inside[y1:y2, x1:x2] = claims[y1:y2, x1:x2] > 0
    count = np.count_nonzero(inside)
    if count < LEAST_FILLED * (x2 - x1) * (y2 - y1):
        return None
    whole = np.isin(claims, np.unique(claims[inside]))
    if count < MOST_BESIDE * np.count_nonzero(whole):
        return None
    tight = Box.around(inside).area >= LEAST_TIGHT * (x2 - x1) * (y2 - y1)
    return inside if tight else None


def pixels(box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The whole pixels of a box in a picture, at least two along each axis."""
    height, width = shape[:2]
    x1, y1 = int(min(max(0, box.x1), width - 2)), int(min(max(0, box.y1), height - 2))
    return x1, y1, max(x1 + 2, min(width, round(box.x2))), max(y1 + 2, min(height, round(box.y2)))


def _only_points(told: Detection) -> bool:
    """Whether the box is nothing but the one around the points."""
    inside = [one for one in told.points if one.inside]
    xs, ys = [one.x for one in inside], [one.y for one in inside]
    return bool(inside) and told.box == Box(min(xs), min(ys), max(xs), max(ys))


def _within(lab: Picture, box: Box, points: Sequence[Point], claims: Picture) -> Mask:
    """What differs, inside a box, from what is around it."""
    height, width = lab.shape[:2]
    x1, y1, x2, y2 = pixels(box, lab.shape)
    inside = np.zeros((height, width), np.bool_)
    inside[y1:y2, x1:x2] = True
    shown = None if points else evident(box, claims)
    if shown is not None:
        return shown
    claimed = inside & (claims > 0)
    if np.count_nonzero(claimed) >= 2 * LEAST_FILLED * np.count_nonzero(inside):
        likely = claimed
    else:
        likely = inside & _rarer(lab, inside)
    kinds: Picture = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kinds[~inside] = cv2.GC_BGD
    found = _cut(lab, _dotted(kinds, points), Pose.of(inside)) & inside
    if np.count_nonzero(found) >= LEAST_FILLED * np.count_nonzero(inside):
        return _reaching(found, inside & _rarer(lab, inside, RARER), (x1, y1, x2, y2))
    if np.count_nonzero(likely) >= LEAST_FILLED * np.count_nonzero(inside):
        return likely
    oval = np.zeros((height, width), np.uint8)
    middle, half = ((x1 + x2) // 2, (y1 + y2) // 2), ((x2 - x1 + 1) // 2, (y2 - y1 + 1) // 2)
    cv2.ellipse(oval, middle, half, 0, 0, 360, (1,), -1)
    return (oval > 0) & inside


def _reaching(found: Mask, likely: Mask, box: tuple[int, int, int, int]) -> Mask:
    """With what leads from the mask to the sides of the box that it does not reach: a box that a
    user draws is tight.

    Source: Lempitsky et al., "Image segmentation with a bounding box prior", 2009.
    """
    x1, y1, x2, y2 = box
    reached, gap_x, gap_y = Box.around(found), GAP * (x2 - x1), GAP * (y2 - y1)
    strips = np.zeros(found.shape, np.bool_)
    if reached.x1 - x1 > gap_x:
        strips[y1:y2, x1 : int(reached.x1)] = True
    if x2 - reached.x2 > gap_x:
        strips[y1:y2, int(reached.x2) : x2] = True
    if reached.y1 - y1 > gap_y:
        strips[y1 : int(reached.y1), x1:x2] = True
    if y2 - reached.y2 > gap_y:
        strips[int(reached.y2) : y2, x1:x2] = True
    if not strips.any():
        return found
    whole = found | (likely & strips)
    _, labels = cv2.connectedComponents(whole.astype(np.uint8))
    return np.isin(labels, np.unique(labels[found]))


def _rarer(lab: Picture, inside: Mask, times: float = 1.0) -> Mask:
    """Pixels whose colour is so many times as common inside the box as around it."""
    rows, columns = Pose.of(inside).window(AROUND, lab.shape)
    numbers, own = colour_numbers(lab[rows, columns]), inside[rows, columns]
    shares = [_shares(numbers[chosen]) for chosen in (own, ~own)]
    is_rarer = shares[0] > times * shares[1]
    result = np.zeros(inside.shape, np.bool_)
    result[rows, columns] = is_rarer[numbers]
    return result


def _shares(numbers: Picture) -> Picture:
    """How common each colour is, and those a little lighter or darker, (COLOURS,)."""
    counts = np.bincount(numbers, minlength=COLOURS).astype(np.float32)
    smooth: Picture = cv2.GaussianBlur(counts.reshape(LEVELS[0], -1), (1, 3), 0.7)
    return smooth.ravel() / max(1, numbers.size)


def _cut(lab: Picture, kinds: Picture, pose: Pose) -> Mask:
    """GrabCut in the window around a pose; `kinds` are OpenCV's."""
    rows, columns = pose.window(AROUND, lab.shape)
    part, seeds = lab[rows, columns], kinds[rows, columns]
    result = np.zeros(kinds.shape, np.bool_)
    scale = min(1.0, float(np.sqrt(BUDGET / seeds.size)))
    size = (max(2, round(seeds.shape[1] * scale)), max(2, round(seeds.shape[0] * scale)))
    small: Picture = cv2.resize(seeds, size, interpolation=cv2.INTER_NEAREST)
    known = np.bincount(small.ravel(), minlength=4)
    if min(known[0] + known[2], known[1] + known[3]) < 12:
        result[rows, columns] = seeds & 1
        return result
    cv2.setRNGSeed(SEED)
    picture = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    behind, ahead = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        picture, small, (0, 0, *size), behind, ahead, ROUNDS, cv2.GC_INIT_WITH_MASK
    )  # fmt: skip
    soft = cv2.resize((small & 1).astype(np.float32), seeds.shape[::-1])
    result[rows, columns] = soft > 0.5
    return result


def _dotted(kinds: Picture, points: Sequence[Point]) -> Picture:
    """The kinds with what the clicks say for sure."""
    radius = max(1, round(DOT * max(kinds.shape)))
    for one in points:
        kind = cv2.GC_FGD if one.inside else cv2.GC_BGD
        cv2.circle(kinds, (int(one.x), int(one.y)), radius, (kind,), -1)
    return kinds


def _hits(mask: Mask, point: Point) -> bool:
    """Whether a click is on a mask or close to it."""
    radius = max(4, round(0.25 * np.sqrt(np.count_nonzero(mask))))
    height, width = mask.shape
    x, y = min(int(point.x), width - 1), min(int(point.y), height - 1)
    near = mask[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
    return bool(near.any())


def _corrected(lab: Picture, points: Sequence[Point], before: Mask) -> Mask:
    """The mask that it had, with the clicks."""
    pose = Pose.of(before)
    for one in points:
        pose = pose._replace(
            across=max(pose.across, abs(one.x - pose.x)), down=max(pose.down, abs(one.y - pose.y))
        )
    kinds: Picture = np.full(before.shape, cv2.GC_BGD, np.uint8)
    kinds[pose.window(1.0, before.shape)] = cv2.GC_PR_BGD
    kinds[before] = cv2.GC_PR_FGD
    for one in points:
        if not one.inside:
            kinds[_alike(lab, one) & before] = cv2.GC_BGD
    return _cut(lab, _dotted(kinds, points), pose)


def _alike(lab: Picture, point: Point) -> Mask:
    """What hangs together with a click and has its colour."""
    height, width = lab.shape[:2]
    filled = np.zeros((height + 2, width + 2), np.uint8)
    place = (min(int(point.x), width - 1), min(int(point.y), height - 1))
    flags = 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    limits = (ALIKE, ALIKE, ALIKE)
    cv2.floodFill(lab.copy(), filled, place, (0, 0, 0), limits, limits, flags)
    return filled[1:-1, 1:-1] > 0


def _claimed(points: Sequence[Point], claims: Picture) -> Mask | None:
    """The region that holds all clicks on the object and none beside it."""
    height, width = claims.shape
    numbers = [
        (int(claims[min(int(one.y), height - 1), min(int(one.x), width - 1)]), one.inside)
        for one in points
    ]
    on, beside = (
        {number for number, inside in numbers if inside is side} for side in (True, False)
    )
    number = max(on, default=0)
    if number == 0 or len(on) > 1 or number in beside:
        return None
    region: Mask = claims == number
    return region


def _grown(lab: Picture, points: Sequence[Point]) -> Mask:
    """Around clicks alone: of several sizes, the one whose outline is the strongest edge."""
    inside = [(one.x, one.y) for one in points if one.inside]
    low, high = np.min(inside, axis=0), np.max(inside, axis=0)
    edges = gradient(np.ascontiguousarray(lab[..., 0])) + sum(
        gradient(np.ascontiguousarray(lab[..., plane])) for plane in (1, 2)
    )
    best, most = np.zeros(lab.shape[:2], np.bool_), -1.0
    nothing = np.zeros(lab.shape[:2], np.int32)
    for radius in RADII:
        reach = radius * max(lab.shape)
        found = _within(lab, Box(*(low - reach), *(high + reach)), points, nothing)
        found = _connected(found, inside)
        strength = _edge(found, edges, (*(low - reach), *(high + reach)))
        if strength > most:
            best, most = found, strength
    return best


def _connected(mask: Mask, places: Sequence[tuple[float, float]]) -> Mask:
    """The regions with the clicks on them."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    height, width = mask.shape
    numbers = {int(labels[min(int(y), height - 1), min(int(x), width - 1)]) for x, y in places}
    return np.isin(labels, sorted(numbers - {0}))


def _edge(mask: Mask, edges: Picture, box: tuple[float, ...]) -> float:
    """Mean strength of the picture's edges along an outline; where the box cut it off, none."""
    solid = mask.astype(np.uint8)
    rim = solid - cv2.erode(solid, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(rim)
    if rows.size == 0:
        return -1.0
    x1, y1, x2, y2 = box
    is_cut = (columns <= x1 + 1.5) | (columns >= x2 - 2.5) | (rows <= y1 + 1.5) | (rows >= y2 - 2.5)
    return float(np.where(is_cut, 0, cv2.dilate(edges, np.ones((3, 3)))[rows, columns]).mean())
