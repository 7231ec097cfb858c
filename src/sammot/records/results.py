from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChunkBounds:
    """Frames `start` <= n < `stop` of a job, stored as one."""

    chunk: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """One track over the frames that are ready; `segments` are half-open runs of frames."""

    track_id: int
    label: str | None
    segments: tuple[tuple[int, int], ...]
    score_sum: float

    @property
    def first_frame(self) -> int:
        return self.segments[0][0]

    @property
    def last_frame(self) -> int:
        return self.segments[-1][1] - 1

    @property
    def frame_total(self) -> int:
        return sum(stop - start for start, stop in self.segments)

    @property
    def mean_score(self) -> float:
        return self.score_sum / self.frame_total


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; `total` counts the whole."""

    items: list[T]
    next_cursor: str | None
    total: int
