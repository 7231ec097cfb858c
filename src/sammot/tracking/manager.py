"""Which tracks there are: birth, doubt, refresh, death, and one object told from two.

Source: SAM2MOT (arXiv 2504.04519), sections 3.2 and 3.3: objects are added only in free area,
removed after a tolerance, graded by their recent scores, and re-prompted by a matching detection.
Ours: a track counts only once it has moved or held out (confirmation), and what is born beside a
larger track and never leaves it is a part of it (absorption).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.nearness import Surroundings
from sammot.tracking.track import Detection, TrackId, TrackState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.state import State
    from sammot.tracking.track import Prediction


@dataclass(frozen=True, slots=True)
class ManagerConfig:
    """Thresholds; scores in the engine's own unit, lengths as shares of a track's own size.

    The size of a track is the square root of its area. `tolerance` is how many frames a confirmed
    track may be hidden, `doubtful_tolerance` an unconfirmed one.
    """

    reliable: float = 0.7
    pending: float = 0.5
    suspicious: float = 0.3
    tolerance: int = 50
    doubtful_tolerance: int = 2
    history: int = 10
    free_share: float = 0.7
    confirm_hits: int = 4
    confirm_travel: float = 0.25
    resting_hits: int = 12
    resting_size: float = 0.35
    beside: float = 0.2


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after one frame; `merged` says into which track a dropped one went."""

    add: Mapping[TrackId, Detection]
    refresh: Mapping[TrackId, Detection]
    drop: frozenset[TrackId]
    merged: Mapping[TrackId, TrackId]


@dataclass(slots=True)
class _Memory:
    """What is known of one track; `low` and `high` bound its centres (x, y) since its birth."""

    area: float
    low: list[float]
    high: list[float]
    hits: int = 0
    missed: int = 0
    alone: int = 0
    is_confirmed: bool = False
    scores: list[float] = field(default_factory=list)

    @property
    def size(self) -> float:
        return float(np.sqrt(max(1.0, self.area)))

    @property
    def travel(self) -> float:
        """Diagonal of the box of its centres, in pixels."""
        return float(np.hypot(self.high[0] - self.low[0], self.high[1] - self.low[1]))

    @property
    def trust(self) -> float:
        """Mean of the recent scores."""
        return float(np.mean(self.scores)) if self.scores else 0.0

    def seen(self, mask: Mask, score: float, history: int) -> None:
        rows, columns = np.nonzero(mask)
        centre = (float(columns.mean()), float(rows.mean()))
        self.low = [min(a, b) for a, b in zip(self.low, centre, strict=True)]
        self.high = [max(a, b) for a, b in zip(self.high, centre, strict=True)]
        self.area += (rows.size - self.area) * (0.1 if self.hits else 1.0)
        self.hits, self.missed = self.hits + 1, 0
        self.scores = [*self.scores, score][-history:]


class TrajectoryManager:
    """Decides, frame by frame, which tracks begin, go on and end."""

    def __init__(self, config: ManagerConfig | None = None) -> None:
        self.config = config or ManagerConfig()
        self._tracks: dict[TrackId, _Memory] = {}
        self._next = 1

    def update(
        self,
        frame: Frame,
        predictions: Mapping[TrackId, Prediction],
        detections: Sequence[Detection],
    ) -> Decision:
        """Take in one frame; masks of predictions and detections share one shape."""
        del frame  # The masks say it all; other managers may look at the picture.
        self._observe(predictions)
        drop = self._expired()
        near = Surroundings(
            {id_: one.mask for id_, one in predictions.items() if id_ not in drop},
            self.config.beside,
        )
        merged = self._absorb(near, drop)
        refresh = {into: near.mask_of(id_) for id_, into in merged.items()}
        add: dict[TrackId, Detection] = {}
        for detection in detections:
            self._place(detection, near, add, refresh)
        prompts = {
            id_: Detection(Box.around(mask), 1.0, mask=mask)
            for id_, extra in refresh.items()
            for mask in [extra | near.mask_of(id_)]
        }
        drop |= set(merged)
        for id_ in drop:
            del self._tracks[id_]
        return Decision(add, prompts, frozenset(drop), merged)

    def is_confirmed(self, track_id: TrackId) -> bool:
        """Whether the track has shown that it is an object."""
        memory = self._tracks.get(track_id)
        return memory is not None and memory.is_confirmed

    def state(self, track_id: TrackId) -> TrackState:
        """How far the track is to be trusted now."""
        memory = self._tracks.get(track_id)
        if memory is None or memory.missed:
            return TrackState.LOST
        for state, least in (
            (TrackState.RELIABLE, self.config.reliable),
            (TrackState.PENDING, self.config.pending),
        ):
            if memory.trust >= least:
                return state
        return TrackState.SUSPICIOUS

    def save(self) -> State:
        """Numbers and lists."""
        names = ("area", "low", "high", "hits", "missed", "alone", "is_confirmed", "scores")
        tracks = {
            str(id_): {name: getattr(memory, name) for name in names}
            for id_, memory in self._tracks.items()
        }
        return {"next": self._next, "tracks": tracks}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._next = state["next"]
        ids = sorted(int(key) for key in state["tracks"])
        self._tracks = {TrackId(id_): _Memory(**state["tracks"][str(id_)]) for id_ in ids}

    def _observe(self, predictions: Mapping[TrackId, Prediction]) -> None:
        for id_, memory in self._tracks.items():
            one = predictions.get(id_)
            if one is None or not one.mask.any():
                memory.missed += 1
                continue
            memory.seen(one.mask, one.score, self.config.history)
        sizes = [m.area for m in self._tracks.values() if m.is_confirmed and m.travel > m.size]
        usual = float(np.median(sizes)) if sizes else 0.0
        for memory in self._tracks.values():
            memory.is_confirmed = memory.is_confirmed or self._convinces(memory, usual)

    def _convinces(self, memory: _Memory, usual_area: float) -> bool:
        """It moved by a part of its size; or it rests, is as large as what moves, and is real."""
        config = self.config
        if memory.hits < config.confirm_hits or memory.trust < config.suspicious:
            return False
        if memory.travel > max(2.0, config.confirm_travel * memory.size):
            return True
        return (
            memory.hits >= config.resting_hits
            and memory.trust >= config.reliable
            and memory.area >= config.resting_size * usual_area
        )

    def _expired(self) -> set[TrackId]:
        config = self.config
        gone = set()
        for id_, memory in self._tracks.items():
            limit = config.tolerance if memory.is_confirmed else config.doubtful_tolerance
            is_ghost = len(memory.scores) == config.history and memory.trust < (
                0.5 * config.suspicious if memory.is_confirmed else config.suspicious
            )
            if memory.missed > limit or (is_ghost and not memory.missed):
                gone.add(id_)
        return gone

    def _absorb(self, near: Surroundings, drop: set[TrackId]) -> dict[TrackId, TrackId]:
        """Unconfirmed tracks that were never away from a larger one are parts of it."""
        merged: dict[TrackId, TrackId] = {}
        for id_, memory in self._tracks.items():
            if memory.is_confirmed or memory.missed or id_ in drop:
                continue
            host = near.host_of(near.mask_of(id_), self._hosts(memory.area, drop, id_))
            if host is None:
                memory.alone += 1
            elif memory.alone <= 1:
                merged[id_] = host
        return merged

    def _hosts(self, area: float, drop: set[TrackId], but: TrackId | None = None) -> list[TrackId]:
        return [
            id_
            for id_, memory in self._tracks.items()
            if id_ != but and id_ not in drop and not memory.missed
            and memory.area > area and (memory.is_confirmed or memory.area > 2 * area)
        ]  # fmt: skip

    def _place(
        self,
        detection: Detection,
        near: Surroundings,
        add: dict[TrackId, Detection],
        refresh: dict[TrackId, Mask],
    ) -> None:
        """A detection begins a track in free area, or belongs to the track beside it."""
        if detection.mask is None or near.free_share(detection.mask) < self.config.free_share:
            return
        host = near.host_of(
            detection.mask, self._hosts(float(np.count_nonzero(detection.mask)), set())
        )
        if host is not None:
            refresh[host] = refresh[host] | detection.mask if host in refresh else detection.mask
            return
        id_ = TrackId(self._next)
        self._next += 1
        add[id_] = detection
        memory = _Memory(0.0, [np.inf] * 2, [-np.inf] * 2)
        memory.seen(detection.mask, detection.score, self.config.history)
        memory.alone = 1
        self._tracks[id_] = memory
