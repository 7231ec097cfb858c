"""Which tracks and detections of one frame are parts of larger tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sammot.tracking.history import History
    from sammot.tracking.manager_config import ManagerConfig
    from sammot.tracking.mask import Mask
    from sammot.tracking.nearness import Surroundings
    from sammot.tracking.track import TrackId

EARLY = 6
"""Frames for which one side of an object may be seen before the other is hidden."""


class Parts:
    """Judges one frame: `tracks` are all there are, `near` holds those that are seen.

    `attached` says, after `merged`, beside which larger track each small one lies.
    """

    def __init__(
        self, tracks: Mapping[TrackId, History], near: Surroundings, config: ManagerConfig
    ) -> None:
        self._tracks = tracks
        self._near = near
        self._config = config
        self.attached: dict[TrackId, TrackId] = {}

    def merged(self, drop: set[TrackId]) -> dict[TrackId, TrackId]:
        """Into which track each goes that is no object of its own; none of them is in `drop`."""
        merged = self._same()
        merged |= self._absorbed(drop | set(merged))
        return {id_: _end_of(merged, id_) for id_ in merged}

    def was_always(self, part: TrackId, whole: TrackId) -> bool:
        """Whether the part's frames so far are the whole's: it was hardly ever away from it, or
        the whole was hidden nearly all the while and came back as this.
        """
        track, host = self._tracks[part], self._tracks[whole]
        return track.alone <= 0.3 * track.hits or track.hits <= host.unseen + EARLY

    def host_of(
        self, mask: Mask, area: float, but: set[TrackId], usual: TrackId | None = None
    ) -> TrackId | None:
        """The larger track that a mask may be a part of; the usual one, if it still may."""
        small: list[TrackId] = []
        large: list[TrackId] = []
        for id_, track in self._tracks.items():
            if id_ in but or track.missed or track.area <= area:
                continue
            if track.is_confirmed or track.area > 2 * area:
                is_small = area < self._config.part_size * track.area
                (small if is_small else large).append(id_)
        host = None
        if usual is not None and usual in small:
            host = self._near.host_of(mask, [usual])
        host = self._near.host_of(mask, small) if host is None else host
        if host is None:
            host = self._near.touching(mask, large, self._config.touching)
        return host

    def _same(self) -> dict[TrackId, TrackId]:
        """Of two tracks with one mask, the younger goes into the elder."""
        return {young: old for old, young in self._near.overlapping(self._config.overlap)}

    def _absorbed(self, but: set[TrackId]) -> dict[TrackId, TrackId]:
        """Which tracks are parts of a larger one: unconfirmed ones that were never away from it,
        and small ones that have long moved with it.
        """
        merged: dict[TrackId, TrackId] = {}
        for id_, track in self._tracks.items():
            if track.missed or id_ in but:
                continue
            others = but | {id_} | set(merged)
            mask = self._near.mask_of(id_)
            host = self.host_of(mask, track.area, others, track.host)
            if host is None:
                track.alone += 1
                continue
            if self._is_small(track, self._tracks[host]):
                self.attached[id_] = host
            track.stays_with(host, self._tracks[host], self._config.together_hits)
            if self._is_part(track, self._tracks[host]):
                merged[id_] = host
        return merged

    def _is_part(self, track: History, host: History) -> bool:
        """What is beside `host` is of it: at once if it was never away, else after a while."""
        if not track.is_confirmed and track.alone <= 1:
            return True
        return self._is_small(track, host) and track.moves_with(host, self._config.together_hits)

    def _is_small(self, track: History, host: History) -> bool:
        return track.area < self._config.part_size * host.area


def _end_of(merged: Mapping[TrackId, TrackId], track_id: TrackId) -> TrackId:
    """Where a chain of merged tracks ends."""
    while track_id in merged:
        track_id = merged[track_id]
    return track_id
