from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.body import WHOLE, Body
from sammot.tracking.motion.claiming import Found, expect, ownership, settle
from sammot.tracking.motion.confidence import confidence
from sammot.tracking.motion.finding import find_again, reunite
from sammot.tracking.motion.handover import hand_over
from sammot.tracking.motion.lobes import parts_of
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.retrace import Step
from sammot.tracking.track import Origin, Prediction, TrackId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sammot.tracking.frame import Frame
    from sammot.tracking.motion.scene import Scene, View
    from sammot.tracking.state import State
    from sammot.tracking.track import Detection

PATIENCE, PATIENCE_IN_PART = 5, 20
"""Frames that a piece must be away before it leaves; frames in which it is not count half. The
second where objects are seen in part: the pieces of one are apart while what joins them rests."""


class MotionPropagator:
    """Carries masks from frame to frame: expected by velocity or flow, then claimed by evidence."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.bodies: dict[TrackId, Body] = {}
        self.trail: list[Step] = []

    def propagate(self, frame: Frame) -> Mapping[TrackId, Prediction]:
        """The masks, at working size, of the tracks seen in this frame; score: trust, 0 to 1."""
        view = self.scene.see(frame)
        if view.is_cut:
            self.bodies.clear()
        flow = view.flow.astype(np.float16)
        self.trail.append(Step(view.bins, flow, view.is_cut, view.way))
        expected = {id_: expect(body, view) for id_, body in self.bodies.items()}
        owners, free = ownership(expected, self.bodies, view)
        found = settle(owners, expected, self.bodies, view)
        for id_ in list(found):
            self._keep_together(id_, found, view)
        found |= find_again(self.bodies, found, free, view)
        found |= reunite(self.bodies, found, self.scene.size)
        rests = {id_: self._rest(id_, one.patch, view) for id_, one in found.items()}
        self._remember(found, view)
        return {
            id_: self._predict(id_, one.patch, is_shared=one.shared is not None, rest=rests[id_])
            for id_, one in sorted(found.items())
        }

    def prompt(
        self, frame: Frame, prompts: Mapping[TrackId, Detection]
    ) -> Mapping[TrackId, Prediction]:
        """Begin tracks, or correct their masks; the masks count from this frame on."""
        view = self.scene.see(frame)
        answer = {}
        for id_, detection in prompts.items():
            if detection.mask is None:
                continue
            patch = Patch.around(detection.mask)
            colours = histogram(view.bins, patch)
            if id_ in self.bodies:
                self.bodies[id_].seen(patch, colours, is_steady=view.camera is None)
            else:
                self.bodies[id_] = Body.born(patch, colours)
                self.bodies[id_].has_parted = detection.origin is Origin.PROPAGATED
                self.bodies[id_].entered = patch.touches_border(self.scene.size)
            patch.paint(view.taken, 1)
            answer[id_] = self._predict(id_, patch)
        self.scene.evidence.learn(view.taken)
        return answer

    def retract(self, track_ids: Iterable[TrackId]) -> None:
        """Tracks go on as if they had been hidden in this frame."""
        for id_ in track_ids:
            self.bodies[id_].lost()

    def forget(self, track_ids: Iterable[TrackId]) -> None:
        """Drop tracks; those whose outline was the background's become background."""
        for id_ in track_ids:
            body = self.bodies.pop(id_, None)
            if body is None or body.missed:
                continue
            if self._realness(body.patch) < 0.4:
                self.scene.evidence.absorb(body.patch)

    def save(self) -> State:
        """All bodies, and the scene."""
        bodies = {str(id_): body.save() for id_, body in self.bodies.items()}
        return {"bodies": bodies, "scene": self.scene.save()}

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        ids = sorted(int(key) for key in state["bodies"])
        self.bodies = {TrackId(id_): Body.load(state["bodies"][str(id_)]) for id_ in ids}
        self.scene.load(state["scene"])

    def _keep_together(self, id_: TrackId, found: dict[TrackId, Found], view: View) -> None:
        """Let go of a part that has looked like another object for some time; what another body
        lacks goes there at once.
        """
        body, one = self.bodies[id_], found[id_]
        mine, loose = one.patch, list[Patch]()
        # What misses much of itself may well be in pieces: between them is what is not seen.
        if one.patch.area >= WHOLE * body.area:
            parts = parts_of(one.patch, body.reach)
            mine = min(parts, key=lambda part: _unlike(body, part, view))
            rest = [part for part in parts if part is not mine]
            loose = [part for part in rest if not hand_over(part, id_, found, self.bodies, view)]
        body.apart = body.apart + 2 if loose else max(0, body.apart - 1)
        in_part = self.scene.evidence.sees_in_part
        if body.apart > 2 * (PATIENCE_IN_PART if in_part else PATIENCE):
            self._let_go(body, mine, loose, view)
            loose = []
        found[id_] = Found(reduce(Patch.united, loose, mine), one.shared)

    def _let_go(self, body: Body, mine: Patch, loose: Sequence[Patch], view: View) -> None:
        """Parts that are objects of their own begin as tracks."""
        for part in loose:
            part.paint(view.released, int(view.released.max()) + 1)
        # What the body has learnt of colours may be the others'.
        body.apart, body.area, body.colours = 0, float(mine.area), histogram(view.bins, mine)

    def _remember(self, found: dict[TrackId, Found], view: View) -> None:
        is_steady = view.camera is None
        for id_, body in self.bodies.items():
            if id_ in found:
                one = found[id_]
                if one.shared is None:
                    body.seen(one.patch, histogram(view.bins, one.patch), is_steady=is_steady)
                else:
                    body.shared(one.patch, one.shared)
                one.patch.paint(view.taken, 1)
            else:
                body.lost()

    def _rest(self, id_: TrackId, patch: Patch, view: View) -> tuple[float, float] | None:
        """Where the camera's motion alone would have brought the body; see `Prediction`."""
        if view.camera is None:
            return None
        body = self.bodies[id_]
        if body.missed:
            # It is not known how the camera moved meanwhile.
            across, down = patch.centre
        else:
            across, down, depth = np.linalg.solve(view.camera, [*body.patch.centre, 1.0])
            across, down = across / depth, down / depth
        return float(across), float(down)

    def _predict(
        self, id_: TrackId, patch: Patch, *, is_shared: bool = False,
        rest: tuple[float, float] | None = None,
    ) -> Prediction:  # fmt: skip
        realness = self._realness(patch)
        body = self.bodies[id_]
        size = patch.area / self.scene.minimum_area
        known = confidence(realness, body.age, size, is_shared=is_shared, is_parting=body.apart > 0)
        return Prediction(patch.full(self.scene.size), realness, known, rest)

    def _realness(self, patch: Patch) -> float:
        return self.scene.evidence.realness(patch) if patch.mask.size else 0.0


def _unlike(body: Body, part: Patch, view: View) -> float:
    """How little a part looks like the body, by colours and size."""
    colours = distance(body.colours, histogram(view.bins, part))
    return colours + 0.3 * abs(float(np.log(max(1, part.area) / max(1.0, body.area))))
