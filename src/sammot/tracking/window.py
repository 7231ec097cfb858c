"""What becomes of a window of frames: looked at, tracked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sammot.tracking.frame import Frame
    from sammot.tracking.state import State
    from sammot.tracking.track import Origin, Prediction, TrackId, TrackState


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames of a window, looked at together; `looked` is what the next look depends on."""

    frames: list[Frame]
    looked: State


@dataclass(slots=True)
class Draft:
    """One frame's masks before it is known which tracks will last.

    `proven` are those that counted as objects by then; `attached` says beside which larger track
    each other one lies.
    """

    frame: Frame
    masks: dict[TrackId, Prediction]
    states: dict[TrackId, TrackState]
    born: Mapping[TrackId, Origin]
    proven: frozenset[TrackId]
    attached: Mapping[TrackId, TrackId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A window's masks, and all that it takes to report them.

    `proven` are the tracks that count as objects; `into` says which one each that was a part
    belongs to; `labels` what each is called.
    """

    drafts: list[Draft]
    proven: frozenset[TrackId]
    into: Mapping[TrackId, TrackId]
    labels: Mapping[TrackId, str | None]

    def owner(self, track_id: TrackId, draft: Draft) -> TrackId:
        """Whose a track's mask is: its own, or that of the object that it is a part of."""
        final = self._final(track_id)
        while final not in self.proven and track_id in draft.attached:
            track_id = draft.attached[track_id]
            final = self._final(track_id)
        return final

    def _final(self, track_id: TrackId) -> TrackId:
        while track_id in self.into:
            track_id = self.into[track_id]
        return track_id
