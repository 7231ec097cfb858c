"""How far each point goes against the camera's motion, before and after, in the frames looked at.

An object moves in parts and by turns: a leg rests between two steps, a head while a paw strikes.
Over a second or two nearly all of it has gone somewhere, and the background nowhere. So points are
carried along the flow, forwards with the range of where they have been and backwards with that of
where they will be, as long as the flow back leads to where it came from.

Beside an object the flow is often the object's, and slackens little by little, so that points slip
off it unnoticed, and the background behind it seems to have come along. There the picture says
otherwise: the camera's motion alone explains it better than the flow does.

Source: long-term motion as in Ochs, Malik and Brox, "Segmentation of moving objects by long term
video analysis", 2014; the test of the flow as in Sundaram, Brox and Keutzer, 2010; the two
explanations compared are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from sammot.tracking.motion.flow import LEAST_SIDE, Glance, Way, flow_between
from sammot.tracking.motion.picture import Picture, Size, length, shrink
from sammot.tracking.motion.ranges import Ranges, brought
from sammot.tracking.motion.residual import bulge, camera_motion, origins, reached, residual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sammot.tracking.state import State

ASTRAY, ASTRAY_SHARE = 0.35, 0.1
"""How far from its start a point may end that goes with the flow and back, in pixels of half the
size, and more by this share of its own step; else it was covered, or the flow is wrong."""
AROUND, LEAST_STEP = 7, 0.05
"""What moves by more than the second, in pixels of half the size, does not if the camera's motion
explains the picture better than the flow does, in a square of the first many pixels a side."""
ROUNDS = 3
"""Of smoothing the flow: where it is carried on over many frames, more of it finds nothing more;
with one, less of slow objects is seen."""
HALVE = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
"""From a pixel to where it lies in the picture of half the size."""


def _nothing() -> Picture:
    return np.zeros((0, 0), np.uint8)


class _Move(NamedTuple):
    """From one frame to the next: the flow at full size, and at half that; ahead, back, the step
    beyond the camera's motion, whether it is believed, and the ranges of before; all float16 but
    the homography, and the exact flow.
    """

    flow: Picture
    ahead: Picture
    back: Picture
    step: Picture
    good: Picture
    past: Ranges
    camera: Picture


@dataclass(slots=True)
class Outlook:
    """Looks at the frames that come next.

    `is_exact` asks for the flow that `Steps` gives: what users show is followed by that. `last` is
    the last one's grey picture, `past` where each pixel of half the size was in the frames before.
    """

    is_exact: bool = False
    last: Picture = field(default_factory=_nothing)
    past: Ranges = field(default_factory=lambda: Ranges.nothing((0, 0)))

    def look(self, greys: Sequence[Picture]) -> list[Glance]:
        """See `Flows`."""
        moves = [self._move(grey) for grey in greys]
        # As a snapshot holds it.
        self.past = self.past.brief().exact()
        return _glances(moves) if moves else []

    def end_shot(self) -> None:
        """See `Flows`."""
        self.last, self.past = _nothing(), Ranges.nothing((0, 0))

    def save(self) -> State:
        """The last picture, and the ranges."""
        return {"last": self.last, "past": list(self.past.brief())}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self.last, self.past = state["last"], Ranges(*state["past"]).exact()

    def _move(self, grey: Picture) -> _Move:
        half = Size(*grey.shape).half
        last, self.last = self.last, grey
        if last.shape != grey.shape or min(grey.shape) < LEAST_SIDE:
            self.past = Ranges.nothing(half)
            none = np.zeros((*half, 2), np.float16)
            flow = np.zeros((*grey.shape, 2), np.float16)
            return _Move(flow, none, none, none, none[..., 0], self.past.brief(), np.eye(3))
        if self.is_exact:
            flow = flow_between(grey, last, precise=True)
        else:
            flow = flow_between(grey, last, precise=True, rounds=ROUNDS)
        ahead = _halved(flow_between(last, grey, precise=True, rounds=ROUNDS), half)
        back = _halved(flow, half)
        places = origins(back)
        past = self.past.carried(places)
        taken = (reached(past.extent(), np.zeros(half, np.uint8)) > 0.5).view(np.uint8)
        whole = cv2.resize(taken, grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
        camera = camera_motion(flow, whole)
        step = residual(back, HALVE @ camera @ np.linalg.inv(HALVE))
        step -= bulge(step, taken)
        good = _believed(shrink(grey, half), shrink(last, half), back, step)
        self.past = past.grown(step, good * _followed(back, places, ahead, step))
        kept = flow if self.is_exact else _brief(flow)
        return _Move(
            kept, _brief(ahead), _brief(back), _brief(step), _brief(good), self.past.brief(), camera
        )  # fmt: skip


def _glances(moves: Sequence[_Move]) -> list[Glance]:
    """Add what comes after each frame, the last first."""
    glances: list[Glance] = []
    future = Ranges.nothing(moves[-1].past.known.shape)
    for number in range(len(moves) - 1, -1, -1):
        move = moves[number]
        if number + 1 < len(moves):
            future = _before(moves[number + 1], future)
        both = move.past.exact().joined(future)
        step = length(*cv2.split(move.step.astype(np.float32)))
        known = np.minimum(255, both.known).astype(np.uint8)
        way = Way(move.camera, _brief(2 * step), _brief(2 * both.extent()), known)
        glances.append(Glance(move.flow, way))
    return glances[::-1]


def _before(move: _Move, future: Ranges) -> Ranges:
    """The ranges of what comes, one frame earlier."""
    ahead, back, step, good = (
        one.astype(np.float32) for one in (move.ahead, move.back, move.step, move.good)
    )  # fmt: skip
    places = origins(ahead)
    undone = -brought(step, places)
    was_good = (brought(good, places) > 0.5).astype(np.float32)
    followed = was_good * _followed(ahead, places, back, undone)
    return future.carried(places).grown(undone, followed)


def _brief(picture: Picture) -> Picture:
    """Half the memory."""
    return picture.astype(np.float16)


def _halved(flow: Picture, half: Size) -> Picture:
    return cv2.resize(flow, half[::-1], interpolation=cv2.INTER_AREA) * np.float32(0.5)


def _followed(
    there: Picture, places: tuple[Picture, Picture], back: Picture, step: Picture
) -> Picture:
    """1 where going along the flow, to `places`, and back leads to the start, else 0, float32."""
    astray = there + cv2.remap(
        back, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(1e3, 1e3)
    )
    limit = ASTRAY + ASTRAY_SHARE * length(*cv2.split(step))
    return (length(*cv2.split(astray)) < limit).astype(np.float32)


def _believed(now: Picture, last: Picture, back: Picture, step: Picture) -> Picture:
    """0 where the camera's motion alone explains the picture better than the flow, else 1."""
    errors = []
    for flow in (back - step, back):
        came = cv2.remap(last, *origins(flow), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        away = now.astype(np.float32) - came
        errors.append(cv2.blur(away * away, (AROUND, AROUND)))
    is_wrong = (errors[1] > errors[0]) & (length(*cv2.split(step)) > LEAST_STEP)
    return (~is_wrong).astype(np.float32)
