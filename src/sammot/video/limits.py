from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a video may be, and what looking at it may cost.

    `max_pixels` is width x height of one picture. The costs bound the child process that opens
    the untrusted file: CPU time, memory beyond the interpreter's own, and time on the wall.
    """

    max_bytes: int
    max_seconds: float
    max_pixels: int
    max_frames: int
    cpu_seconds: int
    memory_bytes: int
    wall_seconds: float
