"""Which tracks there are: birth, doubt, refresh, death, and one object told from two.

Source: SAM2MOT (arXiv 2504.04519), sections 3.2 and 3.3: objects are added only in free area,
removed after a tolerance, graded by their recent scores, and re-prompted by a matching detection.
Ours: a track counts only once it has moved or held out (confirmation), and what is born beside a
larger track and never leaves it is a part of it (absorption).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.mask import Box
from sammot.tracking.nearness import Surroundings
from sammot.tracking.track import Detection, Origin, TrackId, TrackState

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
    track may be hidden, `doubtful_tolerance` an unconfirmed one. A track is confirmed once it has
    travelled `confirm_travel` of its size, at least `least_travel` and at most `sure_travel`
    pixels, in no more than 1 / `straightness` times the length of its path; it takes twice of
    all that if its size is below `tiny` of the picture's long side. One that
    rests is confirmed after `resting_hits`, or `large_hits` if its size is at least `large` of the
    picture's long side. `beside` is how far
    around a track its small parts may lie, `touching` its large ones (over `part_size` of it).
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
    resting_hits: int = 12
    large: float = 0.045
    large_hits: int = 5
    resting_size: float = 0.15
    beside: float = 0.2
    touching: float = 0.1
    part_size: float = 0.35
    overlap: float = 0.8
    together_hits: int = 15


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after one frame.

    `merged` says into which track a dropped one went if it was a part of it all along.
    """

    add: Mapping[TrackId, Detection]
    refresh: Mapping[TrackId, Detection]
    drop: frozenset[TrackId]
    merged: Mapping[TrackId, TrackId]


CHANGED = 0.25
"""Share of its area by which a mask may change from frame to frame."""


@dataclass(slots=True)
class _Memory:
    """What is known of one track; `low` and `high` bound its centres (x, y) since its birth.

    `unseen` is how many frames it had been hidden when it was last seen; `alone` counts frames in
    which it lay beside no larger track.
    """

    area: float
    low: list[float]
    high: list[float]
    centre: list[float] = field(default_factory=list)
    path: float = 0.0
    last_area: int = 0
    hits: int = 0
    missed: int = 0
    unseen: int = 0
    alone: int = 0
    is_confirmed: bool = False
    scores: list[float] = field(default_factory=list)
    host: int = 0
    host_hits: int = 0
    offsets: list[float] = field(default_factory=list)
    host_centres: list[float] = field(default_factory=list)

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
        centre = [float(columns.mean()), float(rows.mean())]
        if self.centre:
            self._step_to(centre, rows.size)
        self.centre, self.last_area = centre, rows.size
        self.low = [min(a, b) for a, b in zip(self.low, centre, strict=True)]
        self.high = [max(a, b) for a, b in zip(self.high, centre, strict=True)]
        self.area += (rows.size - self.area) * (0.1 if self.hits else 1.0)
        self.hits, self.missed, self.unseen = self.hits + 1, 0, self.missed
        self.scores = [*self.scores, score][-history:]

    def _step_to(self, centre: list[float], area: int) -> None:
        """Count a step of the path; a mask that changes much has not travelled, it was mistaken."""
        step = [now - then for now, then in zip(centre, self.centre, strict=True)]
        if abs(area - self.last_area) > CHANGED * max(area, self.last_area):
            self.low = [a + b for a, b in zip(self.low, step, strict=True)]
            self.high = [a + b for a, b in zip(self.high, step, strict=True)]
        else:
            self.path += float(np.hypot(step[0], step[1]))

    def stays_with(self, host_id: int, host: _Memory, together_hits: int) -> None:
        """It lies beside `host` in this frame."""
        # Bounds over a long time would hold any turn of the host.
        if self.host != host_id or self.host_hits >= 3 * together_hits:
            self.host, self.host_hits = host_id, 0
            self.offsets, self.host_centres = [], []
        self.host_hits += 1
        offset = [a - b for a, b in zip(self.centre, host.centre, strict=True)]
        self.offsets = _bounds(self.offsets, offset)
        self.host_centres = _bounds(self.host_centres, host.centre)

    def moves_with(self, host: _Memory, hits: int) -> bool:
        """For `hits` frames it has kept its place beside a host that moved; or for twice as many
        it has not left its side.
        """
        if self.host_hits < hits:
            return False
        wandered, moved = _diagonal(self.offsets), _diagonal(self.host_centres)
        if wandered >= 0.5 * host.size:
            return False
        return self.host_hits >= 2 * hits or wandered < max(0.5 * moved, 0.1 * host.size)


def _usual(areas: Sequence[float]) -> float:
    """The area that half of all pixels of the tracks lie below; 0 without any."""
    ranked = np.sort(np.asarray(areas, np.float64))
    if ranked.size == 0:
        return 0.0
    return float(ranked[np.searchsorted(np.cumsum(ranked), 0.5 * ranked.sum())])


def _bounds(bounds: list[float], point: Sequence[float]) -> list[float]:
    """Bounds (low x, low y, high x, high y) widened to hold a point."""
    if not bounds:
        return [*point, *point]
    low = [min(a, b) for a, b in zip(bounds[:2], point, strict=True)]
    return low + [max(a, b) for a, b in zip(bounds[2:], point, strict=True)]


def _diagonal(bounds: Sequence[float]) -> float:
    return float(np.hypot(bounds[2] - bounds[0], bounds[3] - bounds[1])) if bounds else 0.0


def _end_of(merged: Mapping[TrackId, TrackId], track_id: TrackId) -> TrackId:
    """Where a chain of merged tracks ends."""
    while track_id in merged:
        track_id = merged[track_id]
    return track_id


class TrajectoryManager:
    """Decides, frame by frame, which tracks begin, go on and end."""

    def __init__(self, config: ManagerConfig | None = None) -> None:
        self.config = config or ManagerConfig()
        self._tracks: dict[TrackId, _Memory] = {}
        self._next = 1
        self._long_side = 1

    def update(
        self,
        frame: Frame,
        predictions: Mapping[TrackId, Prediction],
        detections: Sequence[Detection],
    ) -> Decision:
        """Take in one frame; masks of predictions and detections share one shape."""
        self._long_side = max(frame.image.shape[:2])
        for one in predictions.values():
            self._long_side = max(one.mask.shape)
            break
        self._observe(predictions)
        drop = self._expired()
        near = Surroundings(
            {id_: one.mask for id_, one in predictions.items() if id_ not in drop},
            self.config.beside,
        )
        merged = self._same(near)
        merged |= self._absorb(near, drop | set(merged))
        merged = {id_: _end_of(merged, id_) for id_ in merged}
        grown: dict[TrackId, Mask] = {}
        for id_, into in merged.items():
            grown[into] = grown.get(into, near.mask_of(into)) | near.mask_of(id_)
        add: dict[TrackId, Detection] = {}
        for detection in detections:
            host = self._place(detection, near, add)
            if host is not None and detection.mask is not None:
                host = merged.get(host, host)
                grown[host] = grown.get(host, near.mask_of(host)) | detection.mask
        refresh = {id_: Detection(Box.around(mask), 1.0, mask=mask) for id_, mask in grown.items()}
        return self._decided(add, refresh, drop, merged)

    def _decided(
        self,
        add: dict[TrackId, Detection],
        refresh: dict[TrackId, Detection],
        drop: set[TrackId],
        merged: dict[TrackId, TrackId],
    ) -> Decision:
        """Forget what is dropped; a merged track leaves its standing to the other."""
        ever = {id_: into for id_, into in merged.items() if self._was_always(id_, into)}
        for id_, into in merged.items():
            self._tracks[into].is_confirmed |= self._tracks[id_].is_confirmed
        for id_ in drop | set(merged):
            del self._tracks[id_]
        return Decision(add, refresh, frozenset(drop | set(merged)), ever)

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
        names = [one.name for one in fields(_Memory)]
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
        usual = _usual([one.area for one in self._tracks.values() if not one.missed])
        for memory in self._tracks.values():
            memory.is_confirmed = memory.is_confirmed or self._convinces(memory, usual)

    def _convinces(self, memory: _Memory, usual_area: float) -> bool:
        """It went somewhere; or it rests, is real, and not small beside the others."""
        config = self.config
        times = 2 if memory.size < config.tiny * self._long_side else 1
        if memory.hits < times * config.confirm_hits or memory.trust < config.suspicious:
            return False
        least = min(config.confirm_travel * memory.size, config.sure_travel)
        least = times * max(least, config.least_travel)
        if memory.travel > max(least, times * config.straightness * memory.path):
            return True
        is_large = memory.size >= config.large * self._long_side
        return (
            memory.hits >= (config.large_hits if is_large else config.resting_hits)
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

    def _was_always(self, part: TrackId, whole: TrackId) -> bool:
        """Whether the part's frames so far are the whole's: it was hardly ever away from it, or
        the whole was hidden all the while and came back as this.
        """
        memory, host = self._tracks[part], self._tracks[whole]
        return memory.alone <= 0.3 * memory.hits or host.unseen >= memory.hits - 1

    def _same(self, near: Surroundings) -> dict[TrackId, TrackId]:
        """Of two tracks with one mask, the younger goes into the elder."""
        return {young: old for old, young in near.overlapping(self.config.overlap)}

    def _absorb(self, near: Surroundings, drop: set[TrackId]) -> dict[TrackId, TrackId]:
        """Which tracks are parts of a larger one: unconfirmed ones that were never away from it,
        and small ones that have long moved with it.
        """
        merged: dict[TrackId, TrackId] = {}
        for id_, memory in self._tracks.items():
            if memory.missed or id_ in drop:
                continue
            but = drop | {id_} | set(merged)
            host = self._host(near, near.mask_of(id_), memory.area, but, TrackId(memory.host))
            if host is None:
                memory.alone += 1
                continue
            memory.stays_with(host, self._tracks[host], self.config.together_hits)
            if memory.is_confirmed or memory.alone > 1:
                is_small = memory.area < self.config.part_size * self._tracks[host].area
                if is_small and memory.moves_with(self._tracks[host], self.config.together_hits):
                    merged[id_] = host
            else:
                merged[id_] = host
        return merged

    def _host(
        self,
        near: Surroundings,
        mask: Mask,
        area: float,
        but: set[TrackId],
        usual: TrackId | None = None,
    ) -> TrackId | None:
        """The larger track that a mask may be a part of; the usual one, if it still may."""
        small: list[TrackId] = []
        large: list[TrackId] = []
        for id_, memory in self._tracks.items():
            if id_ in but or memory.missed or memory.area <= area:
                continue
            if memory.is_confirmed or memory.area > 2 * area:
                is_small = area < self.config.part_size * memory.area
                (small if is_small else large).append(id_)
        host = near.host_of(mask, [usual]) if usual in small else None
        host = near.host_of(mask, small) if host is None else host
        return near.touching(mask, large, self.config.touching) if host is None else host

    def _place(
        self,
        detection: Detection,
        near: Surroundings,
        add: dict[TrackId, Detection],
    ) -> TrackId | None:
        """A detection begins a track in free area, or belongs to the track beside it: which.

        What a track itself let go of (origin: propagated) is never given back to it.
        """
        mask = detection.mask
        if mask is None or near.free_share(mask) < self.config.free_share:
            return None
        is_parted = detection.origin is Origin.PROPAGATED
        host = None
        if not is_parted:
            host = self._host(near, mask, float(np.count_nonzero(mask)), set(add))
        if host is not None:
            return host
        id_ = TrackId(self._next)
        self._next += 1
        add[id_] = detection
        memory = _Memory(0.0, [np.inf] * 2, [-np.inf] * 2)
        memory.seen(mask, detection.score, self.config.history)
        memory.alone = 2 if is_parted else 1
        self._tracks[id_] = memory
        return None
