from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, NewType

from sammot.tracking.mask import RLE, Box, Mask

TrackId = NewType("TrackId", int)
"""From 1, never reused within a job; made by the manager alone."""


class TrackState(StrEnum):
    """How far a track's own prediction is to be trusted (SAM2MOT, section 3.2)."""

    RELIABLE = "reliable"
    PENDING = "pending"
    SUSPICIOUS = "suspicious"
    LOST = "lost"


class Origin(StrEnum):
    """Who said so."""

    DETECTED = "detected"
    PROPAGATED = "propagated"
    PROMPTED = "prompted"


class Point(NamedTuple):
    """A place in the picture, in pixels, on an object or (`inside` false) beside it."""

    x: float
    y: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Detection:
    """What a proposer (or a user's click) claims to see in one frame; `score` in 0..1.

    Without a mask its box counts; `points` are where a user clicked. `subject` is the user's own
    number for what was prompted.
    """

    box: Box
    score: float
    label: str | None = None
    mask: Mask | None = None
    origin: Origin = Origin.DETECTED
    points: tuple[Point, ...] = ()
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a propagator believes of one track in this frame; `score` in the engine's unit.

    `confidence`, 0 to 1, is how often such a mask is right; without it, the score is reported.
    `rest` is where (x, y) its last centre would be now if it rested while the camera moved;
    without it, the camera stands still.
    """

    mask: Mask
    score: float
    confidence: float | None = None
    rest: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What is reported of one track in one frame; `score` in 0..1."""

    track_id: TrackId
    box: Box
    rle: RLE
    score: float
    state: TrackState = TrackState.RELIABLE
    origin: Origin = Origin.PROPAGATED
    label: str | None = None


@dataclass(frozen=True, slots=True)
class FrameResult:
    """Everything reported of one frame; observations in the order of their track ids."""

    index: int
    time: float
    observations: tuple[Observation, ...]
