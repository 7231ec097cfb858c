"""Which tracks there are: birth, doubt, refresh, death, and one object told from two.

Source: SAM2MOT (arXiv 2504.04519), sections 3.2 and 3.3: objects are added only in free area,
removed after a tolerance, graded by their recent scores, and re-prompted by a matching detection.
Ours: a track counts only once it has moved or held out (confirmation), and what is born beside a
larger track and never leaves it is a part of it (absorption).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.conflicts import losers
from sammot.tracking.history import History
from sammot.tracking.manager_config import ManagerConfig
from sammot.tracking.mask import Box
from sammot.tracking.nearness import Surroundings
from sammot.tracking.parts import Parts
from sammot.tracking.renewal import renewals
from sammot.tracking.track import Detection, Origin, TrackId, TrackState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.state import State
    from sammot.tracking.track import Prediction


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after one frame.

    `retract` are tracks whose masks in this frame are another track's object. `merged` says into
    which track a dropped one went if it was a part of it all along, `attached` beside which larger
    one each small track lies that has not shown that it is an object.
    """

    add: Mapping[TrackId, Detection]
    refresh: Mapping[TrackId, Detection]
    drop: frozenset[TrackId]
    retract: frozenset[TrackId]
    merged: Mapping[TrackId, TrackId]
    attached: Mapping[TrackId, TrackId]


class TrajectoryManager:
    """Decides, frame by frame, which tracks begin, go on and end."""

    def __init__(self, config: ManagerConfig | None = None) -> None:
        self.config = config or ManagerConfig()
        self._tracks: dict[TrackId, History] = {}
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
        retract = (
            frozenset() if self.config.absorbs else losers(self._tracks, predictions, self.config)
        )
        self._observe({id_: one for id_, one in predictions.items() if id_ not in retract})
        drop = self._expired()
        masks = {id_: one.mask for id_, one in predictions.items() if id_ not in drop | retract}
        add, corrected = self._told(detections, drop)
        found = [one for one in detections if one.subject is None]
        if self.config.absorbs:
            decision = self._with_parts(found, masks, drop)
            return replace(
                decision, add={**add, **decision.add}, refresh={**decision.refresh, **corrected}
            )
        near = Surroundings(masks, self.config.beside)
        refresh = self._renewed(masks, found)
        for detection in found:
            if near.free_share(detection) >= self.config.free_share:
                add[self._born(detection)] = detection
        self._forget(drop, {})
        return Decision(add, {**refresh, **corrected}, frozenset(drop), retract - drop, {}, {})

    def _told(
        self, detections: Sequence[Detection], drop: set[TrackId]
    ) -> tuple[dict[TrackId, Detection], dict[TrackId, Detection]]:
        """What the user shows is obeyed: the tracks that it begins, and those that it corrects."""
        known = {
            track.subject: id_
            for id_, track in self._tracks.items()
            if track.subject is not None and id_ not in drop
        }
        told = [one for one in detections if one.subject is not None]
        add = {self._born(one): one for one in told if one.subject not in known}
        return add, {known[one.subject]: one for one in told if one.subject in known}

    def _with_parts(
        self, detections: Sequence[Detection], masks: Mapping[TrackId, Mask], drop: set[TrackId]
    ) -> Decision:
        """What is beside a track may be a part of it, but for those that the user showed."""
        found = {id_: one for id_, one in self._tracks.items() if one.subject is None}
        near = Surroundings(
            {id_: mask for id_, mask in masks.items() if id_ in found}, self.config.beside
        )
        parts = Parts(found, near, self.config)
        merged = parts.merged(drop)
        grown: dict[TrackId, Mask] = {}
        for id_, into in merged.items():
            grown[into] = grown.get(into, near.mask_of(into)) | near.mask_of(id_)
        add: dict[TrackId, Detection] = {}
        for detection in detections:
            if detection.mask is None or near.free_share(detection) < self.config.free_share:
                continue
            host = self._place(detection, detection.mask, parts, add)
            if host is not None:
                host = merged.get(host, host)
                grown[host] = grown.get(host, near.mask_of(host)) | detection.mask
        refresh = {id_: Detection(Box.around(mask), 1.0, mask=mask) for id_, mask in grown.items()}
        ever = {id_: into for id_, into in merged.items() if parts.was_always(id_, into)}
        attached = self._attached(parts, merged)
        self._forget(drop, merged)
        return Decision(add, refresh, frozenset(drop | set(merged)), frozenset(), ever, attached)

    def _attached(self, parts: Parts, merged: Mapping[TrackId, TrackId]) -> dict[TrackId, TrackId]:
        """What lies beside a larger track must show that it is an object when it is away."""
        for id_ in parts.attached:
            if not self._has_travelled(self._tracks[id_]):
                self._tracks[id_].free_hits = 0
        return {
            id_: merged.get(host, host)
            for id_, host in parts.attached.items()
            if not self._tracks[id_].is_confirmed
        }

    def _renewed(
        self, masks: Mapping[TrackId, Mask], detections: Sequence[Detection]
    ) -> dict[TrackId, Detection]:
        """Pending tracks with the detection that sets each right."""
        if not self.config.refreshes:
            return {}
        pending = [id_ for id_ in masks if self.state(id_) is TrackState.PENDING]
        return renewals(masks, pending, [one for one in detections if one.subject is None])

    def is_confirmed(self, track_id: TrackId) -> bool:
        """Whether the track has shown that it is an object."""
        track = self._tracks.get(track_id)
        return track is not None and track.is_confirmed

    def label(self, track_id: TrackId) -> str | None:
        """What the track's first detection called it."""
        track = self._tracks.get(track_id)
        return None if track is None else track.label

    def state(self, track_id: TrackId) -> TrackState:
        """How far the track is to be trusted now."""
        track = self._tracks.get(track_id)
        if track is None or track.missed:
            return TrackState.LOST
        for state, least in (
            (TrackState.RELIABLE, self.config.reliable),
            (TrackState.PENDING, self.config.pending),
        ):
            if track.trust >= least:
                return state
        return TrackState.SUSPICIOUS

    def save(self) -> State:
        """Numbers and lists."""
        tracks = {str(id_): asdict(track) for id_, track in self._tracks.items()}
        return {"next": self._next, "tracks": tracks}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        self._next = state["next"]
        ids = sorted(int(key) for key in state["tracks"])
        self._tracks = {TrackId(id_): History(**state["tracks"][str(id_)]) for id_ in ids}

    def _observe(self, predictions: Mapping[TrackId, Prediction]) -> None:
        for id_, track in self._tracks.items():
            one = predictions.get(id_)
            if one is None or not one.mask.any():
                track.missed += 1
                continue
            track.seen(one.mask, one.score, self.config.history, one.rest)
        usual = _usual([one.area for one in self._tracks.values() if not one.missed])
        for track in self._tracks.values():
            track.is_confirmed = track.is_confirmed or self._convinces(track, usual)

    def _convinces(self, track: History, usual_area: float) -> bool:
        """It went somewhere; or it rests, is real, and not small beside the others."""
        config = self.config
        least_hits = self._times(track) * config.confirm_hits
        if track.hits < least_hits or track.trust < config.suspicious:
            return False
        if not config.must_move or self._has_travelled(track):
            return True
        is_large = track.size >= config.large * self._long_side
        return config.confirms_at_rest and (
            track.free_hits >= (config.large_hits if is_large else config.resting_hits)
            and track.trust >= config.reliable
            and track.area >= config.resting_size * usual_area
        )

    def _has_travelled(self, track: History) -> bool:
        """Far, for its size, and on no mere zigzag."""
        config, times = self.config, self._times(track)
        least = min(config.confirm_travel * track.size, config.sure_travel)
        least = times * max(least, config.least_travel)
        return track.travel > max(least, times * config.straightness * track.path)

    def _times(self, track: History) -> int:
        """How many times the usual evidence is asked for."""
        is_tiny = self.config.must_move and track.size < self.config.tiny * self._long_side
        return 2 if is_tiny else 1

    def _expired(self) -> set[TrackId]:
        config = self.config
        gone = set()
        for id_, track in self._tracks.items():
            limit = config.tolerance if track.is_confirmed else config.doubtful_tolerance
            is_ghost = len(track.scores) == config.history and track.trust < (
                0.5 * config.suspicious if track.is_confirmed else config.suspicious
            )
            if track.missed > limit or (is_ghost and not track.missed):
                gone.add(id_)
        return gone

    def _place(
        self, detection: Detection, mask: Mask, parts: Parts, add: dict[TrackId, Detection]
    ) -> TrackId | None:
        """A detection in free area begins a track, or belongs to the track beside it: which.

        What a track itself let go of (origin: propagated) is never given back to it.
        """
        if detection.origin is not Origin.PROPAGATED:
            host = parts.host_of(mask, float(np.count_nonzero(mask)), set(add))
            if host is not None:
                return host
        add[self._born(detection)] = detection
        return None

    def _born(self, detection: Detection) -> TrackId:
        """A new track."""
        id_ = TrackId(self._next)
        self._next += 1
        self._tracks[id_] = History.born(detection, self.config.certain * detection.score)
        return id_

    def _forget(self, drop: set[TrackId], merged: Mapping[TrackId, TrackId]) -> None:
        """A merged track leaves its standing to the other."""
        for id_, into in merged.items():
            self._tracks[into].is_confirmed |= self._tracks[id_].is_confirmed
        for id_ in drop | set(merged):
            del self._tracks[id_]


def _usual(areas: Sequence[float]) -> float:
    """The area that half of all pixels of the tracks lie below; 0 without any."""
    ranked = np.sort(np.asarray(areas, np.float64))
    if ranked.size == 0:
        return 0.0
    return float(ranked[np.searchsorted(np.cumsum(ranked), 0.5 * ranked.sum())])
