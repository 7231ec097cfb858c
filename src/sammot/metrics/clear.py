from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sammot.metrics.comparison import EPSILON, best_pairs, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.metrics.comparison import Comparison, FramePair

_KEEPING: Final = 1000.0
"""More than any sum of similarities: a correspondence that holds is never given up."""
_NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Clear:
    """Counts of the CLEAR MOT metrics."""

    true_positives: int
    false_negatives: int
    false_positives: int
    switches: int
    fragmentations: int
    localisation: float
    """Sum of the similarities of the true positives."""
    mostly_tracked: int
    partly_tracked: int
    mostly_lost: int

    def __add__(self, other: Clear) -> Clear:
        return Clear(
            self.true_positives + other.true_positives,
            self.false_negatives + other.false_negatives,
            self.false_positives + other.false_positives,
            self.switches + other.switches,
            self.fragmentations + other.fragmentations,
            self.localisation + other.localisation,
            self.mostly_tracked + other.mostly_tracked,
            self.partly_tracked + other.partly_tracked,
            self.mostly_lost + other.mostly_lost,
        )

    def scores(self) -> dict[str, float]:
        """MOTP is a mean similarity (greater is better); MOTA can be below 0."""
        hits, boxes = self.true_positives, self.true_positives + self.false_negatives
        return {
            "MOTA": ratio(hits - self.false_positives - self.switches, boxes),
            "MOTP": ratio(self.localisation, hits),
            "Recall": ratio(hits, boxes),
            "Precision": ratio(hits, hits + self.false_positives),
            "TP": hits,
            "FN": self.false_negatives,
            "FP": self.false_positives,
            "IDSW": self.switches,
            "Frag": self.fragmentations,
            "MT": self.mostly_tracked,
            "PT": self.partly_tracked,
            "ML": self.mostly_lost,
        }


def clear(comparison: Comparison, *, threshold: float = 0.5) -> Clear:
    """MOTA, MOTP, identity switches, fragmentations, and how much of each object is tracked.

    An object is mostly tracked over 80 % of its frames, mostly lost under 20 %. A frame in
    which there are no tracks at all, or no truth, leaves the correspondences as they are; so
    TrackEval counts, whose numbers these equal.

    Source: Bernardin and Stiefelhagen, "Evaluating multiple object tracking performance: the
    CLEAR MOT metrics", 2008, section 2; Li, Huang and Nevatia, CVPR 2009, for MT, PT and ML.
    """
    count = len(comparison.truth_frames)
    book = _Book(count)
    hits = 0
    localisation = 0.0
    for pair in comparison.frames:
        if pair.similarity.size:
            rows, columns = _correspondences(pair, book.now, threshold)
            book.enter(pair.truth[rows], pair.tracks[columns])
            hits += len(rows)
            localisation += float(pair.similarity[rows, columns].sum())
    tracked = book.frames / np.maximum(comparison.truth_frames, 1)
    mostly, lost = int((tracked > 0.8).sum()), int((tracked < 0.2).sum())
    return Clear(
        hits,
        int(comparison.truth_frames.sum()) - hits,
        int(comparison.track_frames.sum()) - hits,
        book.switches,
        int(np.maximum(book.starts - 1, 0).sum()),
        localisation,
        mostly,
        count - mostly - lost,
        lost,
    )


def _correspondences(
    pair: FramePair, now: NDArray[np.int64], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns that match: first those that matched before, then the most alike."""
    is_kept = now[pair.truth][:, None] == pair.tracks
    is_close = pair.similarity >= threshold - EPSILON
    score = np.where(is_close, pair.similarity + _KEEPING * is_kept, 0.0)
    rows, columns = best_pairs(score)
    good = score[rows, columns] > EPSILON
    return rows[good], columns[good]


class _Book:
    """Who follows whom: what CLEAR remembers from frame to frame."""

    def __init__(self, count: int) -> None:
        self.now = np.full(count, _NOBODY)
        self.last = np.full(count, _NOBODY)
        self.frames = np.zeros(count, np.int64)
        self.starts = np.zeros(count, np.int64)
        self.switches = 0

    def enter(self, truth: NDArray[np.int64], tracks: NDArray[np.int64]) -> None:
        before = self.last[truth]
        self.switches += int(((before != _NOBODY) & (before != tracks)).sum())
        self.starts[truth] += self.now[truth] == _NOBODY
        self.frames[truth] += 1
        self.now[:] = _NOBODY
        self.now[truth] = self.last[truth] = tracks
