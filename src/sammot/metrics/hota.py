from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sammot.metrics.comparison import EPSILON, best_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.metrics.comparison import Comparison

    Array = NDArray[np.float64]

ALPHAS: Final = np.arange(1, 20) / 20
"""The localisation thresholds 0.05, 0.1 .. 0.95."""


@dataclass(frozen=True, slots=True)
class Hota:
    """Counts of the HOTA metrics; every array is (19,), one entry for each of `ALPHAS`."""

    true_positives: Array
    false_negatives: Array
    false_positives: Array
    localisation: Array
    """Sum of the similarities of the true positives."""
    association: Array
    """Sum over the true positives of A(c), of its recall and of its precision."""
    association_recall: Array
    association_precision: Array

    def __add__(self, other: Hota) -> Hota:
        return Hota(
            self.true_positives + other.true_positives,
            self.false_negatives + other.false_negatives,
            self.false_positives + other.false_positives,
            self.localisation + other.localisation,
            self.association + other.association,
            self.association_recall + other.association_recall,
            self.association_precision + other.association_precision,
        )

    def by_alpha(self) -> dict[str, Array]:
        """Every metric at every threshold, (19,); LocA is 1 where nothing matches."""
        hits, misses, extras = self.true_positives, self.false_negatives, self.false_positives
        detection = _share(hits, hits + misses + extras)
        association = _share(self.association, hits)
        return {
            "HOTA": np.sqrt(detection * association),
            "DetA": detection,
            "AssA": association,
            "DetRe": _share(hits, hits + misses),
            "DetPr": _share(hits, hits + extras),
            "AssRe": _share(self.association_recall, hits),
            "AssPr": _share(self.association_precision, hits),
            "LocA": np.where(hits > 0, self.localisation / np.maximum(hits, 1), 1.0),
        }

    def scores(self) -> dict[str, float]:
        """Each metric averaged over the thresholds."""
        return {name: float(values.mean()) for name, values in self.by_alpha().items()}


def hota(comparison: Comparison) -> Hota:
    """Higher Order Tracking Accuracy.

    Source: Luiten et al., arXiv 2009.07736, section 5. As in the authors' own evaluation, one
    assignment a frame, weighted by how well two identities agree over the whole clip, serves
    all thresholds.
    """
    truth, tracks, similarity = _match(comparison)
    key = truth * max(1, len(comparison.track_frames)) + tracks
    sums = np.zeros((4, len(ALPHAS)))
    hits = np.zeros(len(ALPHAS))
    for step, alpha in enumerate(ALPHAS):
        good = similarity >= alpha - EPSILON
        hits[step] = np.count_nonzero(good)
        sums[0, step] = similarity[good].sum()
        _, first, together = np.unique(key[good], return_index=True, return_counts=True)
        whole = comparison.truth_frames[truth[good][first]]
        claimed = comparison.track_frames[tracks[good][first]]
        for row, against in enumerate((whole + claimed - together, whole, claimed), start=1):
            sums[row, step] = (together * together / against).sum()
    return Hota(
        hits,
        comparison.truth_frames.sum() - hits,
        comparison.track_frames.sum() - hits,
        *sums,
    )


def _match(comparison: Comparison) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Truth, track and similarity of every matched pair of every frame."""
    agreement = _agreement(comparison)
    truth, tracks, similarity = [], [], []
    for pair in comparison.frames:
        rows, columns = best_pairs(agreement[pair.truth[:, None], pair.tracks] * pair.similarity)
        truth.append(pair.truth[rows])
        tracks.append(pair.tracks[columns])
        similarity.append(pair.similarity[rows, columns])
    if not truth:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(truth), np.concatenate(tracks), np.concatenate(similarity)


def _agreement(comparison: Comparison) -> Array:
    """How well each identity of the truth and each track agree over the clip: (n, m), 0..1.

    A Jaccard index over frames, in which a frame counts by the pair's similarity relative to
    all similarity that either of the two has in it.
    """
    together = np.zeros((len(comparison.truth_frames), len(comparison.track_frames)))
    for pair in comparison.frames:
        either = pair.similarity.sum(axis=0) + pair.similarity.sum(axis=1)[:, None]
        either -= pair.similarity
        together[pair.truth[:, None], pair.tracks] += np.divide(
            pair.similarity, either, out=np.zeros_like(either), where=either > EPSILON
        )
    whole = comparison.truth_frames[:, None] + comparison.track_frames
    return np.asarray(together / np.maximum(whole - together, EPSILON))


def _share(part: Array, whole: Array) -> Array:
    return np.asarray(part / np.maximum(whole, 1))
