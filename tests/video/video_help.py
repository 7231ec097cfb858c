from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sammot.video import Limits, Probe
from sammot.video.inspection import inspect
from sammot.video.prober import unpacked

GENEROUS = Limits(
    max_bytes=10**9,
    max_seconds=3600,
    max_pixels=4096 * 4096,
    max_frames=100_000,
    cpu_seconds=30,
    memory_bytes=2**30,
    wall_seconds=60,
)

Made = Callable[[str], Path]
"""Gives the clip of a kind of `clips.KINDS`."""


def look(path: Path) -> Probe:
    """What `probe` finds, without the cost of a child process."""
    most = {"max_pixels": GENEROUS.max_pixels, "max_frames": GENEROUS.max_frames}
    return unpacked(inspect(str(path), max_seconds=GENEROUS.max_seconds, **most))[0]
