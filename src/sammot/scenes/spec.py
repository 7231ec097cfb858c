from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Waypoint(NamedTuple):
    """Where an actor's centre is `time` seconds into its shot.

    `x` and `y` are fractions of the picture's width and height; outside 0..1 is out of view
    while the camera has not moved.
    """

    time: float
    x: float
    y: float


class Turn(StrEnum):
    """How an actor turns while it moves."""

    FIXED = "fixed"
    HEADING = "heading"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class Actor:
    """One thing in the scene; actors later in a shot stand in front of earlier ones.

    `drawing` names a function of `sprites`; `size` is (width, height) as a fraction of the
    picture's shorter side, for a drawing whose front points to the right. Scenery has no
    identity: it hides others and is never in the truth. An actor whose path ends where it
    began keeps its identity when the shot is played again; any other gets a new one.
    """

    drawing: str
    size: tuple[float, float]
    colour: tuple[int, int, int]
    path: tuple[Waypoint, ...]
    turn: Turn = Turn.FIXED
    scenery: bool = False


@dataclass(frozen=True, slots=True)
class Camera:
    """How the view moves over the world.

    `shake` is the amplitude of hand-held sway as a fraction of the shorter side, `roll` that of
    its rotation in degrees; `pan` is how far (x, y), in widths and heights, the view travels and
    comes back once per play of the shot.
    """

    shake: float = 0.0
    roll: float = 0.0
    pan: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Light:
    """How brightness changes: a slow wave of relative amplitude `drift` every `period` seconds,
    and a sudden factor `step` from `step_at` seconds on.
    """

    drift: float = 0.0
    period: float = 6.0
    step: float = 1.0
    step_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Shot:
    """What one uninterrupted take shows; it is played again every `seconds`.

    `ground` names a function of `grounds`; `shadow` is the darkness, 0..1, of the soft shadows
    that all actors cast on the ground and on what lies behind them.
    """

    actors: tuple[Actor, ...]
    seconds: float
    ground: str = "mottled"
    camera: Camera = Camera()
    light: Light = Light()
    shadow: float = 0.0
