"""The thresholds of the trajectory manager."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManagerConfig:
    """Thresholds; scores in the engine's own unit, lengths as shares of a track's own size.

    The size of a track is the square root of its area. `tolerance` is how many frames a confirmed
    track may be hidden, `doubtful_tolerance` an unconfirmed one. A track is confirmed once it has
    travelled `confirm_travel` of its size, at least `least_travel` and at most `sure_travel`
    pixels, in no more than 1 / `straightness` times the length of its path; it takes twice of
    all that if its size is below `tiny` of the picture's long side. If `confirms_at_rest`, one that
    rests is confirmed after `resting_hits`, or `large_hits` if its size is at least `large` of the
    picture's long side. `beside` is how far around a track its small parts may lie, `touching` its
    large ones (over `part_size` of it).

    The rest tells engines that know objects from those that know motion. `certain` is the score
    that a detection counts for when it is sure. Without `must_move`, whatever was seen
    `confirm_hits` times is confirmed. Without `absorbs`, nothing is a part of another track, and
    two tracks with one mask (`overlap` of both together) are a conflict: the one that scores lower
    by `score_gap` loses, else the one whose scores vary more by `spread_gap`, else the younger.
    With `refreshes`, a pending track takes the mask of a detection that matches it.
    """

    reliable: float = 0.7
    pending: float = 0.5
    suspicious: float = 0.3
    tolerance: int = 50
    doubtful_tolerance: int = 2
    history: int = 10
    free_share: float = 0.7
    confirm_hits: int = 6
    confirm_travel: float = 0.5
    least_travel: float = 5.0
    sure_travel: float = 12.0
    straightness: float = 0.2
    tiny: float = 0.04
    confirms_at_rest: bool = True
    resting_hits: int = 12
    large: float = 0.045
    large_hits: int = 5
    resting_size: float = 0.15
    beside: float = 0.2
    touching: float = 0.1
    part_size: float = 0.35
    overlap: float = 0.8
    together_hits: int = 15
    certain: float = 1.0
    must_move: bool = True
    absorbs: bool = True
    refreshes: bool = False
    score_gap: float = 2.0
    spread_gap: float = 0.2
