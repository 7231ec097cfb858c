from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sammot.metrics.comparison import EPSILON, best_pairs, ratio

if TYPE_CHECKING:
    from sammot.metrics.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Identity:
    """Counts of the identity metrics."""

    true_positives: int
    false_negatives: int
    false_positives: int

    def __add__(self, other: Identity) -> Identity:
        return Identity(
            self.true_positives + other.true_positives,
            self.false_negatives + other.false_negatives,
            self.false_positives + other.false_positives,
        )

    def scores(self) -> dict[str, float]:
        hits, misses, extras = self.true_positives, self.false_negatives, self.false_positives
        return {
            "IDF1": ratio(2 * hits, 2 * hits + misses + extras),
            "IDP": ratio(hits, hits + extras),
            "IDR": ratio(hits, hits + misses),
            "IDTP": hits,
            "IDFN": misses,
            "IDFP": extras,
        }


def identity(comparison: Comparison, *, threshold: float = 0.5) -> Identity:
    """IDF1, IDP and IDR: each identity is paired with one track for the whole clip.

    The pairing with the most common frames is also the one with the fewest errors, because a
    frame that two identities share saves one miss and one false alarm.

    Source: Ristani et al., "Performance measures and a data set for multi-target,
    multi-camera tracking", 2016, section 3.
    """
    together = np.zeros((len(comparison.truth_frames), len(comparison.track_frames)))
    for pair in comparison.frames:
        is_close = pair.similarity >= threshold - EPSILON
        together[pair.truth[:, None], pair.tracks] += is_close
    hits = int(together[best_pairs(together)].sum())
    return Identity(
        hits,
        int(comparison.truth_frames.sum()) - hits,
        int(comparison.track_frames.sum()) - hits,
    )
