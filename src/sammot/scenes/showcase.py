"""The clip that a first visitor sees: a living-room floor from above, and its traffic."""

from __future__ import annotations

from typing import Final

from sammot.scenes.spec import Actor, Shot, Turn, Waypoint

_W = Waypoint

_VACUUM = Actor(
    "vacuum", (0.27, 0.27), (222, 224, 226),
    (_W(0, 0.14, 0.80), _W(2.6, 0.50, 0.80), _W(3.1, 0.52, 0.79), _W(5.0, 0.56, 0.45),
     _W(6.0, 0.70, 0.30), _W(9, 0.92, 0.24)),
    Turn.HEADING,
)  # fmt: skip
_RED_CAR = Actor(
    "car", (0.24, 0.125), (204, 38, 36),
    (_W(0, -0.12, 0.24), _W(1.6, 0.34, 0.34), _W(3.0, 0.78, 0.46), _W(3.8, 1.12, 0.52),
     _W(5.0, 1.12, 0.62), _W(6.6, 0.60, 0.62), _W(9, -0.02, 0.46)),
    Turn.HEADING,
)  # fmt: skip
_TEAL_CAR = Actor(
    "car", (0.24, 0.125), (20, 138, 150),
    (_W(0, 0.92, 0.66), _W(1.8, 0.58, 0.50), _W(3.4, 0.24, 0.20), _W(4.6, 0.16, 0.42),
     _W(6.2, 0.36, 0.86), _W(9, 1.06, 0.88)),
    Turn.HEADING,
)  # fmt: skip
_DUCK = Actor(
    "duck", (0.15, 0.115), (250, 208, 48),
    (_W(0, 0.30, 0.56), _W(1.5, 0.42, 0.62), _W(3.4, 0.42, 0.62), _W(5.6, 0.24, 0.70),
     _W(9, 0.18, 0.30)),
    Turn.HEADING,
)  # fmt: skip
_LADYBIRD = Actor(
    "ladybird", (0.085, 0.065), (214, 40, 32),
    (_W(0, 0.62, 0.14), _W(3, 0.46, 0.22), _W(6, 0.50, 0.14), _W(9, 0.34, 0.16)),
    Turn.HEADING,
)  # fmt: skip
_BALL = Actor(
    "ball", (0.22, 0.22), (222, 52, 60),
    (_W(0.6, -0.12, 0.62), _W(3.2, 0.46, 0.40), _W(4.4, 0.70, 0.60), _W(5.4, 0.80, 0.84),
     _W(9, 0.56, 0.66)),
    Turn.ROLLING,
)  # fmt: skip
_STOOL = Actor("stool", (0.34, 0.34), (92, 112, 132), (_W(0, 0.79, 0.50),), scenery=True)
_PLANT = Actor("plant", (0.52, 0.52), (64, 122, 66), (_W(0, 0.07, 0.06),), scenery=True)

SHOWCASE: Final = Shot(
    (_LADYBIRD, _DUCK, _VACUUM, _RED_CAR, _TEAL_CAR, _BALL, _STOOL, _PLANT),
    seconds=9,
    ground="planks",
    shadow=0.42,
)
