"""What is no object does not become a track: each track is an object, and each object one track.

The scenes have exact truth; each disturbs the same two or three objects in another way.
"""

from __future__ import annotations

import numpy as np
import pytest
from motion_clips import identities, track_scene

from sammot import scenes
from sammot.scenes import Actor, Light, Scene, Shot, Turn, Waypoint

WANDERERS = scenes.make("shake").shots[0].actors
BALL = Actor(
    "ball", (0.2, 0.2), (196, 44, 40), (Waypoint(0, -0.15, 0.5), Waypoint(4, 1.15, 0.5)),
    Turn.ROLLING,
)  # fmt: skip


def plant(x: float, y: float, period: float, phase: float) -> Actor:
    """Swings by some pixels, as in a breeze."""
    times = np.arange(0, 4 + period / 4, period / 4)
    angles = 2 * np.pi * times / period + phase
    path = zip(times, x + 0.012 * np.sin(angles), y + 0.006 * np.cos(angles), strict=True)
    waypoints = tuple(Waypoint(*(float(value) for value in point)) for point in path)
    return Actor("plant", (0.4, 0.4), (64, 122, 66), waypoints, scenery=True)


def only_objects_are_tracks(shot: Shot, *, noise: float = 2.0) -> bool:
    scene = Scene((shot,), 320, 180, 30.0, round(30 * shot.seconds), noise)
    truth, results = track_scene(scene)
    found = identities(truth, results)
    real = sorted({identity for seen in truth.values() for identity in seen})
    mostly = [max(set(seen), key=seen.count) for seen in found.values()]
    return sorted(mostly) == real


@pytest.mark.parametrize("ground", ["tiles", "mottled", "planks"])
def test_shadows_do_not_become_tracks(ground: str) -> None:
    assert only_objects_are_tracks(Shot(WANDERERS, 5, ground=ground, shadow=0.5))


@pytest.mark.parametrize("noise", [8.0, 12.0])
def test_noise_does_not_become_tracks(noise: float) -> None:
    assert only_objects_are_tracks(Shot(WANDERERS, 5), noise=noise)


def test_leaves_that_wave_do_not_become_tracks() -> None:
    places = ((0.15, 0.2, 1), (0.5, 0.15, 0.8), (0.85, 0.25, 1), (0.2, 0.85, 1), (0.8, 0.8, 0.8))
    plants = (plant(*place, phase) for phase, place in enumerate(places))
    assert only_objects_are_tracks(Shot((*plants, BALL), 4))


@pytest.mark.parametrize(
    "light",
    [Light(drift=0.25, period=3), Light(step=0.45, step_at=2), Light(step=1.4, step_at=2)],
    ids=["a slow wave", "a lamp goes out", "a lamp goes on"],
)
def test_changing_light_does_not_become_tracks(light: Light) -> None:
    assert only_objects_are_tracks(Shot(WANDERERS, 5, light=light))
