from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sammot.errors import InvalidInput
from sammot.scenes.scene import Scene
from sammot.scenes.showcase import SHOWCASE
from sammot.scenes.spec import Actor, Camera, Light, Shot, Turn, Waypoint

if TYPE_CHECKING:
    from collections.abc import Mapping

_RED, _BLUE, _GREEN = (196, 44, 40), (36, 84, 190), (30, 140, 70)
_AMBER, _WHITE, _DARK = (236, 170, 36), (236, 234, 226), (40, 42, 48)


def _across(y: float, start: float, stop: float, *, back: bool = False) -> tuple[Waypoint, ...]:
    """From beyond one side to beyond the other, at height `y`."""
    left, right = Waypoint(start, -0.25, y), Waypoint(stop, 1.25, y)
    return (Waypoint(start, 1.25, y), Waypoint(stop, -0.25, y)) if back else (left, right)


def _path(*points: tuple[float, float, float]) -> tuple[Waypoint, ...]:
    return tuple(Waypoint(*point) for point in points)


def _crossing() -> Shot:
    twins = ((0.14, 0.14), _AMBER)
    actors = (
        Actor("disc", *twins, _path((0, 0.1, 0.3), (2.5, 0.5, 0.5), (5, 0.9, 0.7))),
        Actor("disc", *twins, _path((0, 0.1, 0.72), (2.5, 0.5, 0.52), (5, 0.9, 0.28))),
        Actor("car", (0.3, 0.15), _BLUE, _across(0.42, 0, 3, back=True), Turn.HEADING),
    )
    return Shot(actors, seconds=5)


def _occlusion() -> Shot:
    actors = (
        Actor("pebble", (0.22, 0.18), _RED, _across(0.35, 0, 5)),
        Actor("crate", (0.16, 0.2), _BLUE, _across(0.65, 0.5, 5, back=True)),
        Actor("post", (0.12, 1.2), _DARK, _path((0, 0.38, 0.5)), scenery=True),
        Actor("post", (0.3, 0.5), (120, 86, 60), _path((0, 0.68, 0.6)), scenery=True),
    )
    return Shot(actors, seconds=5)


def _wanderers() -> tuple[Actor, ...]:
    return (
        Actor("car", (0.28, 0.14), _RED, _across(0.3, 0, 4.5), Turn.HEADING),
        Actor("ball", (0.2, 0.2), _GREEN, _across(0.55, 0.5, 5, back=True), Turn.ROLLING),
        Actor("pebble", (0.16, 0.13), _WHITE, _path((0, 0.3, 0.85), (2.5, 0.7, 0.75),
                                                    (5, 0.3, 0.85))),
    )  # fmt: skip


def _shake() -> Shot:
    return Shot(_wanderers(), seconds=5, camera=Camera(shake=0.012, roll=0.3))


def _pan() -> Shot:
    actors = (
        Actor("car", (0.28, 0.14), _RED, _path((0, 0.2, 0.35), (2.5, 1.2, 0.4), (5, 0.2, 0.35)),
              Turn.HEADING),
        Actor("ball", (0.2, 0.2), _AMBER, _path((0, 0.8, 0.7), (2.5, 1.3, 0.65), (5, 0.8, 0.7)),
              Turn.ROLLING),
        Actor("pebble", (0.2, 0.18), _WHITE, _path((0.5, 1.8, 0.55), (4, 0.4, 0.5))),
    )  # fmt: skip
    return Shot(actors, seconds=5, camera=Camera(shake=0.003, pan=(0.8, 0.05)))


def _shadow() -> Shot:
    return Shot(_wanderers(), seconds=5, ground="tiles", shadow=0.5)


def _resting() -> Shot:
    actors = (
        Actor("car", (0.26, 0.13), _BLUE, _path((0, -0.2, 0.3), (2, 0.35, 0.35), (6, 0.35, 0.35),
                                                (8, 1.25, 0.3)), Turn.HEADING),
        Actor("pebble", (0.2, 0.16), _WHITE, _path((0, 0.7, 0.7), (5, 0.7, 0.7), (8, 0.4, 0.6))),
        Actor("disc", (0.1, 0.1), _RED, _path((0, 0.55, 1.2), (2, 0.5, 0.6), (8, 0.5, 0.6))),
    )  # fmt: skip
    return Shot(actors, seconds=8)


def _many() -> Shot:
    rng = np.random.default_rng(7)
    actors = []
    for number in range(16):
        size = float(rng.uniform(0.05, 0.12))
        colour = tuple(int(value) for value in rng.integers(30, 240, 3))
        start, y, drift = rng.uniform(0, 2.5), rng.uniform(0.08, 0.92), rng.uniform(-0.3, 0.3)
        ends = (-0.1, 1.1) if number % 2 else (1.1, -0.1)
        path = _path((start, ends[0], y), (start + 3.4, ends[1], float(np.clip(y + drift, 0, 1))))
        drawing = ("disc", "pebble", "crate", "ladybird")[number % 4]
        turn = Turn.HEADING if drawing == "ladybird" else Turn.FIXED
        actors.append(Actor(drawing, (size * 1.2, size), colour, path, turn))  # type: ignore[arg-type]
    return Shot(tuple(actors), seconds=6)


def _returning() -> Shot:
    actors = (
        Actor("ball", (0.24, 0.24), _RED, _path((0, 0.3, 0.4), (2, 1.2, 0.4), (3.2, 1.2, 0.5),
                                                (5, 0.4, 0.55)), Turn.ROLLING),
        Actor("duck", (0.16, 0.12), (246, 206, 50), _path((0, 0.5, 0.8), (2.5, 0.2, 0.7),
                                                          (5, 0.6, 0.8)), Turn.HEADING),
    )  # fmt: skip
    return Shot(actors, seconds=5)


def _light() -> Shot:
    return Shot(_wanderers(), seconds=5, light=Light(drift=0.15, period=4, step=0.75, step_at=3))


def _cut() -> tuple[Shot, Shot]:
    return Shot(_wanderers(), seconds=5), Shot(_crossing().actors, seconds=5, ground="tiles")


_SHOTS: Final[Mapping[str, tuple[Shot, ...]]] = {
    "crossing": (_crossing(),),
    "occlusion": (_occlusion(),),
    "returning": (_returning(),),
    "resting": (_resting(),),
    "shadow": (_shadow(),),
    "light": (_light(),),
    "shake": (_shake(),),
    "pan": (_pan(),),
    "many": (_many(),),
    "cut": _cut(),
    "demonstration": (SHOWCASE,),
}

PRESETS: Final = tuple(_SHOTS)
"""Names that `make` knows."""


def make(  # noqa: PLR0913 - a clip has that many properties, all optional
    preset: str,
    *,
    width: int = 640,
    height: int = 360,
    fps: float = 30.0,
    seconds: float | None = None,
    frame_count: int | None = None,
    noise: float = 2.0,
    grey: bool = False,
    seed: int = 0,
) -> Scene:
    """A scene of the catalogue, at any size, rate and length.

    The length is `frame_count`, else `seconds`, else that of one play of its shots; a longer
    one plays them again.

    Raises: InvalidInput for an unknown name or an impossible size or length.
    """
    if preset not in _SHOTS:
        raise InvalidInput(f"No scene is called {preset!r}; there are {', '.join(PRESETS)}.")
    shots = _SHOTS[preset]
    if frame_count is None:
        length = sum(shot.seconds for shot in shots) if seconds is None else seconds
        frame_count = round(length * fps)
    return Scene(shots, width, height, fps, frame_count, noise, grey, seed)
