"""The background of a scene from a few pictures spread over it.

A median fails where objects rest for most of the time. Here each pixel offers the colours it has
shown (modes); a colour is background if it was shown often AND if the calm pixels around have such
colours; neighbours that would have to show different moments pay for it. Solved by min-sum belief
propagation (Felzenszwalb and Huttenlocher 2006) at a small size. The seams are those of Agarwala
et al., "Interactive digital photomontage", 2004.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from sammot.tracking.motion.background import Background
from sammot.tracking.motion.picture import Size, order_statistic, shrink
from sammot.tracking.motion.regions import Regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.motion.picture import Picture

SMALL = 240
"""Long side at which the modes are chosen, in pixels."""
TOLERANCE = (12, 7, 7)
"""Colours nearer than this in L, a and b are the same mode."""
MODES = 4
CALM = 0.8
"""A pixel that shows one colour in this share of the pictures is background without question."""
ISLAND = 0.015
"""A calm place smaller than this share of the picture is not believed at once."""
RARE = 0.05
"""A colour shown in a smaller share is never background."""
FORBIDDEN = 30.0


class Modes(NamedTuple):
    """`colours` (k, h, w, 3) uint8, `support` (k, h, w) as a share, `members` (k, n, h, w) bool."""

    colours: Picture
    support: Picture
    members: Picture


def learn_background(samples: Sequence[Picture]) -> Background:
    """From Lab pictures of one scene, in order of time; few pictures give their plain median."""
    background = Background.learn(samples)
    if len(samples) < 8:
        return background
    size = Size(*samples[0].shape[:2]).fitted(SMALL)
    smalls = [shrink(sample, size) for sample in samples]
    modes = find_modes(smalls)
    calm = _wide(modes.support[0] >= CALM)
    if calm.all() or not calm.any():
        return background
    likely = likeness(modes.colours, calm)
    chosen = choose(modes, likely, calm)
    _apply(background, samples, modes, chosen, _doubtful(modes, likely, chosen, calm))
    return background


def _wide(calm: Picture) -> Picture:
    """Without the islands: in a busy place, what is calm may be what often rests there."""
    islands = Regions.of(calm.view(np.uint8))
    return islands.only(islands.areas >= ISLAND * calm.size) > 0


def find_modes(samples: Sequence[Picture]) -> Modes:
    """The most frequent colours of each pixel, the most frequent first."""
    stack = np.stack(samples)
    near = _alike(stack)
    alive = np.ones(stack.shape[:3], np.bool_)
    rows, columns = np.ogrid[: stack.shape[1], : stack.shape[2]]
    colours, support, members = [], [], []
    for _rank in range(MODES):
        density = np.stack([(one & alive).sum(axis=0, dtype=np.uint8) for one in near]) * alive
        best = density.argmax(axis=0)
        mine = near[best, :, rows, columns].transpose(2, 0, 1) & alive
        colours.append(stack[best, rows, columns])
        support.append(density.max(axis=0) / np.float32(len(stack)))
        members.append(mine)
        alive &= ~mine
    return Modes(np.stack(colours), np.stack(support), np.stack(members))


def _alike(stack: Picture) -> Picture:
    """(n, n, h, w): whether two samples show the same colour."""
    count, height, width, _ = stack.shape
    near = np.ones((count, count, height, width), np.bool_)
    planes = np.ascontiguousarray(np.moveaxis(stack, 3, 0))
    for first in range(count):
        for second in range(first):
            for plane, limit in zip(planes, TOLERANCE, strict=True):
                near[first, second] &= cv2.absdiff(plane[first], plane[second]) <= limit
            near[second, first] = near[first, second]
    return near


def likeness(colours: Picture, calm: Picture) -> Picture:
    """Share of each mode's colour among the calm pixels around it, (k, h, w) float32."""
    height, width = calm.shape
    radius = 2 * (max(height, width) // 16) + 1
    bins = _bins(colours)
    total = cv2.boxFilter(
        calm.astype(np.float32), -1, (radius, radius), normalize=False,
        borderType=cv2.BORDER_CONSTANT,
    ) + 1  # fmt: skip
    found = np.zeros(bins.shape, np.float32)
    for number in np.unique(bins[0][calm]):
        here = ((bins[0] == number) & calm).astype(np.float32)
        around = cv2.boxFilter(
            here, -1, (radius, radius), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        found += np.take(_nearness(int(number)), bins) * (around / total)
    return found


def _bins(colours: Picture) -> Picture:
    """Number of the Lab bin, 8 x 8 x 8; the middle half of a and b holds nearly every colour."""
    lightness = colours[..., 0].astype(np.int32) // 32
    chroma = np.clip((colours[..., 1:].astype(np.int32) - 64) // 16, 0, 7)
    number: Picture = (lightness * 8 + chroma[..., 0]) * 8 + chroma[..., 1]
    return number


def _nearness(number: int) -> Picture:
    """How far a bin counts for each, (512,): [1 2 1] / 4 along the three colour axes.

    So a bin's border does not matter.
    """
    lightness, first, second = (
        np.maximum(0.5 - 0.25 * np.abs(np.arange(8) - place), 0)
        for place in np.unravel_index(number, (8, 8, 8))
    )
    weights: Picture = lightness[:, None, None] * first[:, None] * second
    return weights.astype(np.float32).ravel()


def choose(modes: Modes, likely: Picture, calm: Picture) -> Picture:
    """Number of the mode that is background, (h, w)."""
    data = -np.log(modes.support + 0.02) - 1.5 * np.log(likely + 0.003)
    data[:, calm] = 0
    data[1:, calm] = FORBIDDEN
    data[1:][modes.support[1:] < RARE] = FORBIDDEN
    colours = modes.colours.astype(np.float32)
    apart = np.abs(colours[:, None] - colours[None]).max(axis=-1)
    return _least_cost(data.astype(np.float32), np.minimum(apart / 20, 1))


def _least_cost(data: Picture, apart: Picture, rounds: int = 40) -> Picture:
    """Min-sum belief propagation on the grid, messages damped by half; deterministic."""
    across = apart[..., :-1] + apart[..., 1:]
    down = apart[..., :-1, :] + apart[..., 1:, :]
    right, left, lower, upper = (np.zeros_like(data) for _ in range(4))
    for _ in range(rounds):
        total = data + right + left + lower + upper
        to_right = ((total - left)[:, None, :, :-1] + across).min(axis=0)
        to_left = ((total - right)[:, None, :, 1:] + across).min(axis=0)
        to_lower = ((total - upper)[:, None, :-1] + down).min(axis=0)
        to_upper = ((total - lower)[:, None, 1:] + down).min(axis=0)
        for message, target in (
            (to_right, right[..., 1:]), (to_left, left[..., :-1]),
            (to_lower, lower[:, 1:]), (to_upper, upper[:, :-1]),
        ):  # fmt: skip
            np.add(0.5 * target, 0.5 * (message - message.min(axis=0)), out=target)
    answer: Picture = (data + right + left + lower + upper).argmin(axis=0)
    return answer


def _doubtful(modes: Modes, likely: Picture, chosen: Picture, calm: Picture) -> Picture:
    """Thin places where no mode looks like background and none is frequent, uint8.

    These are the outlines of what rested there.
    """
    best, support = (
        np.take_along_axis(one, chosen[None], axis=0)[0] for one in (likely, modes.support)
    )
    odd = ((best < 0.012) & (support < 0.25) & ~calm).astype(np.uint8)
    doubtful: Picture = odd - cv2.morphologyEx(odd, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return doubtful


def _apply(
    background: Background, samples: Sequence[Picture], modes: Modes, chosen: Picture,
    doubtful: Picture,
) -> None:  # fmt: skip
    """Median of the samples that show the chosen mode, at working size."""
    height, width = samples[0].shape[:2]
    members = np.take_along_axis(modes.members, chosen[None, None], axis=0)[0]
    members[:, doubtful.astype(np.bool_)] = False
    valid = [
        cv2.resize(one.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
        for one in members
    ]
    picture = order_statistic(samples, 0.5, valid)
    hole = cv2.resize(doubtful, (width, height), interpolation=cv2.INTER_NEAREST)
    if hole.any():
        picture = cv2.inpaint(picture, hole, 3, cv2.INPAINT_TELEA)
    background.picture = picture
