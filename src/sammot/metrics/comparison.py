from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

EPSILON = float(np.finfo(np.float64).eps)
"""Room for rounding where a similarity is held against a threshold."""


class FramePair(NamedTuple):
    """One frame: which identities are there, and how alike they are.

    `truth` is (n,) and `tracks` (m,), int64, counted from 0 over the clip; `similarity` is
    (n, m), float64, 0..1.
    """

    truth: NDArray[np.int64]
    tracks: NDArray[np.int64]
    similarity: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Truth and tracks of one clip side by side: all that HOTA, CLEAR and Identity look at."""

    frames: tuple[FramePair, ...]
    truth_frames: NDArray[np.int64]
    """(identities of the truth,): in how many frames each is."""
    track_frames: NDArray[np.int64]
    """(identities of the tracks,): the same."""


class Counts(Protocol):
    """What a metric counts; counts of several clips add up to those of all of them."""

    def __add__(self, other: Self) -> Self: ...

    def scores(self) -> Mapping[str, float]:
        """By the field's names; shares are 0..1."""


def compare(frames: Iterable[tuple[Sequence[int], Sequence[int], ArrayLike]]) -> Comparison:
    """Build a comparison from (truth ids, track ids, similarity) of one frame after another."""
    truth_index: dict[int, int] = {}
    track_index: dict[int, int] = {}
    pairs = [
        FramePair(
            _indices(truth, truth_index),
            _indices(tracks, track_index),
            np.asarray(similarity, np.float64).reshape(len(truth), len(tracks)),
        )
        for truth, tracks, similarity in frames
    ]
    return Comparison(
        tuple(pairs),
        _occurrences([pair.truth for pair in pairs], len(truth_index)),
        _occurrences([pair.tracks for pair in pairs], len(track_index)),
    )


def _indices(ids: Sequence[int], known: dict[int, int]) -> NDArray[np.int64]:
    return np.array([known.setdefault(int(one), len(known)) for one in ids], np.int64)


def _occurrences(parts: list[NDArray[np.int64]], count: int) -> NDArray[np.int64]:
    joined = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    return np.bincount(joined, minlength=count).astype(np.int64)


def best_pairs(score: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the one-to-one assignment with the greatest sum."""
    rows, columns = linear_sum_assignment(score, maximize=True)
    return np.asarray(rows, np.int64), np.asarray(columns, np.int64)


def ratio(part: float, whole: float) -> float:
    """A share; 0 of nothing."""
    return float(part) / max(1.0, float(whole))
