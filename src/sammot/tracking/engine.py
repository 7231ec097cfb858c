from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol, TypeAlias

from sammot.errors import InvalidInput
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.manager import Decision, TrajectoryManager
from sammot.tracking.mask import RLE, Box, Mask
from sammot.tracking.state import State, pack, unpack
from sammot.tracking.track import (
    Detection,
    FrameResult,
    Observation,
    Origin,
    Prediction,
    TrackId,
    TrackState,
)
from sammot.tracking.window import Draft, Piece, Tracked


class Proposer(Protocol):
    """Claims to see objects."""

    def propose(self, frame: Frame) -> Sequence[Detection]:
        """Detections in this frame; asked once for every frame, after the propagator."""

    def save(self) -> State:
        """Everything that the next answer depends on, but what the propagator saves."""

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""


class Propagator(Protocol):
    """Believes where its tracks are."""

    def propagate(self, frame: Frame) -> Mapping[TrackId, Prediction]:
        """Masks of the tracks that it sees in this frame."""

    def prompt(
        self, frame: Frame, prompts: Mapping[TrackId, Detection]
    ) -> Mapping[TrackId, Prediction]:
        """Begin or correct tracks; called once for every frame, with nothing if need be."""

    def retract(self, track_ids: Iterable[TrackId]) -> None:
        """The masks of these tracks in this frame were another object: they were not seen."""

    def forget(self, track_ids: Iterable[TrackId]) -> None:
        """These tracks have ended."""

    def save(self) -> State:
        """Everything the next frame depends on."""

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""


class Lookout(Protocol):
    """Looks at frames before they are tracked; what tracking finds does not matter to it."""

    def look(self, frames: Iterable[Frame]) -> list[Frame]:
        """Look at a piece of a window, after all earlier frames; the frames, less what nobody needs
        after this. Called from a thread of its own.
        """

    def save(self) -> State:
        """Everything the next look depends on."""

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""


class Finisher(Protocol):
    """The last look at a window of frames, forwards and backwards."""

    def revise(self, drafts: Sequence[Draft]) -> None:
        """Correct masks in the light of later frames, in place; may add tracks to drafts."""

    def finish(self, frame: Frame, masks: Mapping[TrackId, Mask]) -> Mapping[TrackId, Mask]:
        """Bring masks to the frame's resolution; what is left out is not reported. May be called
        while the next window is tracked.
        """


class Unchanged:
    """For propagators whose masks are final and have the frame's resolution."""

    def revise(self, drafts: Sequence[Draft]) -> None:
        """Nothing."""

    def finish(self, frame: Frame, masks: Mapping[TrackId, Mask]) -> Mapping[TrackId, Mask]:
        """The same."""
        del frame
        return masks


@dataclass(slots=True)
class Engine:
    """Tracking by segmentation: propagate masks, propose, manage.

    Frames are taken in windows of at most `window`; within one, a track that is confirmed late is
    reported from its first frame on, and a part that turns out to belong to another track joins
    it. Windows end with the frames given, and what was yielded is final.

    `look`, `follow` and `report` are what `track` does with each window. Each must be called for
    one after the other, but the three may be at work on different frames. At most `ahead` frames
    are looked at together.

    Who gives frames piece by piece gives `first_window` at first: something is to be seen soon,
    but a fast engine may wait for as many as it likes to look ahead.
    """

    proposer: Proposer
    propagator: Propagator
    manager: TrajectoryManager
    finisher: Finisher = field(default_factory=Unchanged)
    window: int = 64
    first_window: int = 16
    ahead: int = 16
    lookout: Lookout | None = None
    _looked: State | None = None
    _into: dict[TrackId, TrackId] = field(default_factory=dict)

    def track(self, frames: Iterable[Frame]) -> Iterator[FrameResult]:
        """One result for each frame, in order. Call again with the frames that follow."""
        source = iter(frames)
        while (tracked := self.follow(self._pieces(islice(source, self.window)))).drafts:
            yield from self.report(tracked)

    def _pieces(self, frames: Iterator[Frame]) -> Iterator[Piece]:
        while (piece := self.look(islice(frames, self.ahead))).frames:
            yield piece

    def look(self, frames: Iterable[Frame]) -> Piece:
        """Look at the next frames of one window, at most `ahead`."""
        if self.lookout is None:
            return Piece(list(frames), {})
        return Piece(self.lookout.look(frames), self.lookout.save())

    def follow(
        self, pieces: Iterable[Piece], told: Callable[[Frame], object] = lambda _: None
    ) -> Tracked:
        """Track a window; `told` is called before each frame, and may raise to end it."""
        self._into.clear()
        drafts = []
        for piece in pieces:
            for frame in piece.frames:
                told(frame)
                drafts.append(self.step(frame))
            self._looked = piece.looked
        self.finisher.revise(drafts)
        proven = frozenset[TrackId]().union(*(draft.proven for draft in drafts))
        labels = {id_: self.manager.label(id_) for id_ in proven}
        return Tracked(drafts, proven, dict(self._into), labels)

    def report(self, tracked: Tracked) -> list[FrameResult]:
        """One result for each frame of a window."""
        return [self._report(draft, tracked) for draft in tracked.drafts]

    def snapshot(self) -> bytes:
        """Everything the next frame depends on; to be taken between two windows."""
        return pack(self.save())

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken, in an engine made from the same arguments.

        Raises:
            InvalidInput: not the snapshot of such an engine.

        """
        state: dict[str, Any] = unpack(data)
        try:
            self.load(state)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput("The snapshot is of another engine.") from error

    def save(self) -> State:
        """What `snapshot` packs."""
        state: State = {name: part.save() for name, part in self._parts().items()}
        if self.lookout is not None:
            # It may have looked farther than was tracked.
            state["lookout"] = self.lookout.save() if self._looked is None else self._looked
        return state

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        for name, part in self._parts().items():
            part.load(state[name])
        if self.lookout is not None:
            self.lookout.load(state["lookout"])
            self._looked = None

    def _parts(self) -> dict[str, Propagator | Proposer | TrajectoryManager]:
        return {
            "propagator": self.propagator, "proposer": self.proposer, "manager": self.manager,
        }  # fmt: skip

    def step(self, frame: Frame) -> Draft:
        """The whole method, for one frame."""
        masks = dict(self.propagator.propagate(frame))
        detections = self.proposer.propose(frame)
        decision = self.manager.update(frame, masks, detections)
        self.propagator.forget(decision.drop)
        self.propagator.retract(decision.retract)
        masks |= self.propagator.prompt(frame, {**decision.add, **decision.refresh})
        return self._draft(frame, masks, decision)

    def _draft(self, frame: Frame, masks: dict[TrackId, Prediction], decision: Decision) -> Draft:
        self._into.update(decision.merged)
        for id_ in decision.drop | decision.retract:
            masks.pop(id_, None)
        states = {id_: self.manager.state(id_) for id_ in masks}
        born = {id_: detection.origin for id_, detection in decision.add.items()}
        proven = frozenset(id_ for id_ in masks if self.manager.is_confirmed(id_))
        return Draft(frame, masks, states, born, proven, decision.attached)

    def _report(self, draft: Draft, tracked: Tracked) -> FrameResult:
        kept: dict[TrackId, Prediction] = {}
        for id_, one in draft.masks.items():
            final = tracked.owner(id_, draft)
            if final in tracked.proven:
                whole = kept.get(final, draft.masks.get(final, one))
                kept[final] = replace(whole, mask=whole.mask | one.mask)
        masks = {id_: one.mask for id_, one in kept.items()}
        observations = tuple(
            _observe(draft, id_, mask, _confidence(kept[id_]), tracked.labels[id_])
            for id_, mask in sorted(self.finisher.finish(draft.frame, masks).items())
            if mask.any()
        )
        return FrameResult(draft.frame.index, draft.frame.time, observations)


def _observe(
    draft: Draft, track_id: TrackId, mask: Mask, score: float, label: str | None
) -> Observation:
    state = draft.states.get(track_id, TrackState.PENDING)
    origin = draft.born.get(track_id, Origin.PROPAGATED)
    return Observation(track_id, Box.around(mask), RLE.encode(mask), score, state, origin, label)


def _confidence(prediction: Prediction) -> float:
    known = prediction.confidence
    return float(min(1.0, max(0.0, prediction.score if known is None else known)))


EngineFactory: TypeAlias = Callable[[Mapping[str, object], ClipInfo, Sequence[Frame]], Engine]
"""Makes an engine from its parameters, the clip, and about 32 frames spread over it (at least 1).

Raises InvalidInput where a parameter means nothing.
"""
