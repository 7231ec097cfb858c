from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.motion.told.agreement import complete
from sammot.tracking.motion.told.outline import outline
from sammot.tracking.motion.told.subject import Subject
from sammot.tracking.track import Prediction, TrackId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.mask import Mask
    from sammot.tracking.motion.finish import MotionFinisher
    from sammot.tracking.motion.picture import Picture
    from sammot.tracking.motion.propagator import MotionPropagator
    from sammot.tracking.motion.retrace import Step
    from sammot.tracking.motion.scene import View
    from sammot.tracking.state import State
    from sammot.tracking.track import Detection
    from sammot.tracking.window import Draft

AROUND = 2
"""Pixels around what the user showed that no other track claims."""


class ToldPropagator:
    """Follows what the user showed; what is left of the picture, `found` follows."""

    def __init__(self, found: MotionPropagator) -> None:
        self._found = found
        self._scene = found.scene
        self._subjects: dict[TrackId, Subject] = {}
        self._last: Picture = np.zeros((0, 0), np.uint8)
        self.told: set[TrackId] = set()
        """Tracks of this window of frames that the user showed."""
        self.boxed: set[TrackId] = set()
        """Those of which the user said no more than a box: its outline is our guess."""

    def propagate(self, frame: Frame) -> Mapping[TrackId, Prediction]:
        """The masks, at working size, of the tracks seen in this frame."""
        view = self._scene.see(frame)
        if view.is_cut:
            for subject in self._subjects.values():
                subject.lose()
            answer = {}
        else:
            self._look(view)
            answer = self._settled(view)
        self._last = np.ascontiguousarray(view.lab[..., 0])
        self.told |= set(answer)
        self._claim(view, [one.mask for one in answer.values()])
        return {**answer, **self._found.propagate(frame)}

    def prompt(
        self, frame: Frame, prompts: Mapping[TrackId, Detection]
    ) -> Mapping[TrackId, Prediction]:
        """Begin tracks, or correct their masks; the masks count from this frame on."""
        view = self._scene.see(frame)
        found, answer = {}, {}
        for id_, one in prompts.items():
            if one.subject is None:
                found[id_] = one
                continue
            known = self._subjects.get(id_)
            before = None if known is None or known.missed else known.likely > 127
            mask = outline(view.lab, one, view.all_claims, before)
            if not mask.any():
                continue
            is_box = one.mask is None and not one.points
            # With the first picture of a moving camera there is no evidence yet.
            is_new = known is None and not view.all_claims.any()
            drawn = one.box if is_new and is_box else None
            self.boxed = self.boxed | {id_} if is_box else self.boxed - {id_}
            self._subjects[id_] = Subject.shown(view.lab, mask, view.all_claims, known, drawn)
            answer[id_] = Prediction(mask, 1.0)
        self.told |= set(answer)
        self._claim(view, [one.mask for one in answer.values()])
        return {**answer, **self._found.prompt(frame, found)}

    @property
    def trail(self) -> Sequence[Step]:
        """What is kept of the frames of this window."""
        return self._found.trail

    def retract(self, track_ids: Iterable[TrackId]) -> None:
        """Tracks go on as if they had been hidden in this frame."""
        for id_ in track_ids:
            if id_ in self._subjects:
                self._subjects[id_].lose()
            else:
                self._found.retract([id_])

    def forget(self, track_ids: Iterable[TrackId]) -> None:
        """Drop tracks."""
        track_ids = set(track_ids)
        self.boxed -= track_ids
        others = [id_ for id_ in track_ids if self._subjects.pop(id_, None) is None]
        self._found.forget(others)

    def save(self) -> State:
        """All subjects, the last picture, and what `found` saves."""
        subjects = {str(id_): one.save() for id_, one in self._subjects.items()}
        return {
            "subjects": subjects, "last": self._last, "boxed": sorted(self.boxed),
            "found": self._found.save(),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        ids = sorted(int(key) for key in state["subjects"])
        self._subjects = {TrackId(n): Subject.load(state["subjects"][str(n)]) for n in ids}
        self._last = state["last"]
        self.boxed = {TrackId(number) for number in state["boxed"]}
        self._found.load(state["found"])

    def _look(self, view: View) -> None:
        """Look for all subjects; what speaks for one speaks against the others."""
        is_exact = not self._scene.evidence.sees_in_part
        every = np.zeros(self._scene.size, np.float64)
        for subject in self._subjects.values():
            subject.look(view.lab, self._last, view.claims.labels, is_exact=is_exact)
            if subject.looked is not None:
                near, odds = subject.looked
                every[near] += np.exp(odds)
        for id_, subject in self._subjects.items():
            subject.see(view.lab, every)
            if (mask := subject.evident(view.claims.labels)) is not None:
                self._subjects[id_] = Subject.shown(view.lab, mask, view.claims.labels)
        self._part()

    def _settled(self, view: View) -> dict[TrackId, Prediction]:
        """The masks of those that are seen."""
        taken = np.zeros(self._scene.size, np.bool_)
        for subject in self._subjects.values():
            taken |= subject.likely > 127
        answer = {}
        for id_, subject in self._subjects.items():
            seen = subject.settle(view.lab, view.claims.labels, taken)
            if seen is not None:
                answer[id_] = Prediction(*seen)
        return answer

    def _part(self) -> None:
        """Leave each pixel to the subject that is surest of it, and the first of like ones."""
        if len(self._subjects) < 2:
            return
        best = np.zeros(self._scene.size, np.uint8)
        for subject in self._subjects.values():
            np.maximum(best, subject.likely, out=best)
        free = best > 0
        for subject in self._subjects.values():
            mine = free & (subject.likely == best)
            free &= ~mine
            subject.likely = np.where(mine, subject.likely, np.minimum(subject.likely, 127))

    def _claim(self, view: View, masks: Sequence[Mask]) -> None:
        """No other track gets what these have."""
        if not masks:
            return
        whole = np.logical_or.reduce(list(masks))
        view.taken[whole] = 1
        view.withhold(whole, AROUND)


class ToldFinisher:
    """Revises what was found; of what the user showed, only what moves with it is added."""

    def __init__(self, propagator: ToldPropagator, found: MotionFinisher) -> None:
        self._propagator = propagator
        self._found = found

    def revise(self, drafts: Sequence[Draft]) -> None:
        """See `Finisher`."""
        told = self._propagator.told
        apart = [
            {id_: draft.masks.pop(id_) for id_ in sorted(told) if id_ in draft.masks}
            for draft in drafts
        ]
        trail = list(self._propagator.trail)
        self._found.revise(drafts)
        for draft, shown in zip(drafts, apart, strict=True):
            if shown:
                whole = np.logical_or.reduce([one.mask for one in shown.values()])
                rest = {i: replace(one, mask=one.mask & ~whole) for i, one in draft.masks.items()}
                draft.masks = {**shown, **rest}
        complete(drafts, told & self._propagator.boxed, trail)
        told.clear()

    def finish(self, frame: Frame, masks: Mapping[TrackId, Mask]) -> Mapping[TrackId, Mask]:
        """See `Finisher`."""
        return self._found.finish(frame, masks)
