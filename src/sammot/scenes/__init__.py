"""Clips with exact masks and identities, for tests, benchmarks and the demonstration."""

from sammot.scenes.presets import PRESETS, make
from sammot.scenes.scene import Scene
from sammot.scenes.spec import Actor, Camera, Light, Shot, Turn, Waypoint

__all__ = [
    "PRESETS",
    "Actor",
    "Camera",
    "Light",
    "Scene",
    "Shot",
    "Turn",
    "Waypoint",
    "make",
]
