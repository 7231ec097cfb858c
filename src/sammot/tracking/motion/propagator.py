from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sammot.tracking.match import assign
from sammot.tracking.motion.appearance import distance, histogram
from sammot.tracking.motion.body import Body
from sammot.tracking.motion.confidence import confidence
from sammot.tracking.motion.lobes import parts_of
from sammot.tracking.motion.partition import divide
from sammot.tracking.motion.patch import Patch
from sammot.tracking.motion.retrace import Step
from sammot.tracking.track import Prediction, TrackId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sammot.tracking.frame import Frame
    from sammot.tracking.motion.scene import Scene, View
    from sammot.tracking.state import State
    from sammot.tracking.track import Detection

OVERLAP = 0.12
"""Of the smaller of a claim and an expected mask: they belong together."""
HIDDEN = 0.15
"""A body of which less than this share is left in a common claim is hidden by the others."""
SMALL_PART = 0.35
"""Of the largest in a region: what is larger stays an object of its own."""
PATIENCE = 5
"""Frames that a piece must be away before it leaves; frames in which it is not count half."""
YOUNG = (6, 30)
"""Ages, in frames, at which a track may turn out to be an old one come back."""
LIKE = 0.45
"""Bhattacharyya distance of the colours of two bodies that may be the same."""
FINDING_LIMIT = 2.2
"""Cost above which a hidden body is not found again."""


class Found(NamedTuple):
    """A body's mask in this frame, and whether it had to share a claim with another."""

    patch: Patch
    is_shared: bool


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
        self.trail.append(Step(view.bins, view.flow.astype(np.float16)))
        expected = {id_: self._expect(body, view) for id_, body in self.bodies.items()}
        owners, free = _ownership(expected, self.bodies, view)
        found = self._settle(owners, expected, view)
        found = {id_: self._keep_together(id_, one, view) for id_, one in found.items()}
        found |= self._find_again(found, free, view)
        found |= self._reunite(found)
        self._remember(found, expected, view)
        return {
            id_: self._predict(id_, one.patch, is_shared=one.is_shared)
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
                self.bodies[id_].seen(patch, colours)
            else:
                self.bodies[id_] = Body.born(patch, colours)
                self.bodies[id_].entered = patch.touches_border(self.scene.size)
            patch.paint(view.taken, 1)
            answer[id_] = self._predict(id_, patch)
        self.scene.evidence.learn(view.taken)
        return answer

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

    def _expect(self, body: Body, view: View) -> Patch:
        """Where the mask should be now: moved by its velocity or by the flow, whichever fits."""
        size, claimed = self.scene.size, view.claims.labels
        if body.missed:
            shift = body.centre + body.velocity - body.patch.centre
            return body.patch.shifted(*_whole(shift), size)
        shifts = [_whole(body.velocity), _whole(self._flow_of(body, view))]
        hits = [np.count_nonzero(body.patch.shifted(*one, size).of(claimed)) for one in shifts]
        shape = body.shape.shifted(*shifts[int(hits[1] > hits[0])], size)
        inside = np.count_nonzero(shape.of(claimed))
        # A shape that was carried astray is given up for what was last seen.
        if inside < 0.5 * max(1, shape.area):
            return body.patch.shifted(*shifts[int(hits[1] > hits[0])], size)
        return shape

    def _flow_of(self, body: Body, view: View) -> np.ndarray[Any, Any]:
        """Median of the flow around where the body was, in working pixels per frame."""
        height, width = view.flow.shape[:2]
        patch = body.patch
        top, left = patch.y // 2, patch.x // 2
        part = view.flow[top : top + max(1, patch.mask.shape[0] // 2)]
        part = part[:, left : left + max(1, patch.mask.shape[1] // 2)]
        small = patch.mask[::2, ::2][: part.shape[0], : part.shape[1]]
        inside = part[: small.shape[0], : small.shape[1]][small]
        if inside.size == 0 or height < 2 or width < 2:
            return np.zeros(2)
        # The flow says where a pixel came from.
        return -2.0 * np.median(inside, axis=0)

    def _settle(
        self, owners: dict[int, list[TrackId]], expected: dict[TrackId, Patch], view: View
    ) -> dict[TrackId, Found]:
        """Give every owned claim, whole or divided, to its bodies."""
        found: dict[TrackId, Found] = {}
        for number, ids in owners.items():
            claim = view.claims.patch(number)
            for id_, part in self._shares(claim, ids, expected, view).items():
                before = found.get(id_)
                whole = part if before is None else before.patch.united(part)
                is_shared = len(ids) > 1 or (before is not None and before.is_shared)
                found[id_] = Found(whole, is_shared)
        return found

    def _shares(
        self, claim: Patch, ids: list[TrackId], expected: dict[TrackId, Patch], view: View
    ) -> dict[TrackId, Patch]:
        """A claim among its bodies; one of which hardly anything is left is hidden: it gets
        nothing. A small one that has long shared what looks like one object is of it: both get
        the whole, and the manager makes one track of the two.
        """
        parts = self._divided(claim, ids, expected, view)
        leader = max(parts, key=lambda id_: (parts[id_].area, -id_))
        grown = [
            id_
            for id_, part in parts.items()
            if self.bodies[id_].has_grown_in and part.area < SMALL_PART * parts[leader].area
        ]
        if not grown or len(parts_of(claim, float(np.sqrt(claim.area)))) > 1:
            return parts
        for id_ in grown:
            parts[leader] = parts[leader].united(parts[id_])
        return parts | dict.fromkeys(grown, parts[leader])

    def _divided(
        self, claim: Patch, ids: list[TrackId], expected: dict[TrackId, Patch], view: View
    ) -> dict[TrackId, Patch]:
        while len(ids) > 1:
            pairs = [(self.bodies[id_], expected[id_]) for id_ in ids]
            parts = dict(zip(ids, divide(claim, pairs, view.bins), strict=True))
            least = min(ids, key=lambda id_: parts[id_].area / self.bodies[id_].area)
            if parts[least].area >= max(HIDDEN * self.bodies[least].area, 4):
                return parts
            ids = [id_ for id_ in ids if id_ != least]
        return dict.fromkeys(ids, claim)

    def _keep_together(self, id_: TrackId, found: Found, view: View) -> Found:
        """Let go of a part that has looked like another object for some time."""
        body = self.bodies[id_]
        parts = parts_of(found.patch, body.reach)
        if len(parts) == 1:
            body.apart = max(0, body.apart - 1)
            return found
        body.apart += 2
        if body.apart <= 2 * PATIENCE:
            return found
        body.apart = 0
        mine = min(parts, key=lambda part: self._unlike(body, part, view))
        for part in parts:
            if part is not mine:
                part.paint(view.released, int(view.released.max()) + 1)
        return Found(mine, found.is_shared)

    def _unlike(self, body: Body, part: Patch, view: View) -> float:
        colours = distance(body.colours, histogram(view.bins, part))
        return colours + 0.3 * abs(float(np.log(max(1, part.area) / max(1.0, body.area))))

    def _find_again(
        self, found: dict[TrackId, Found], free: list[int], view: View
    ) -> dict[TrackId, Found]:
        """Match hidden bodies with claims that nobody owns."""
        hidden = [id_ for id_ in self.bodies if id_ not in found]
        if not hidden or not free:
            return {}
        claims = [view.claims.patch(number) for number in free]
        colours = [histogram(view.bins, claim) for claim in claims]
        cost = np.array([
            [finding_cost(self.bodies[id_], claim, seen) for claim, seen in
             zip(claims, colours, strict=True)] for id_ in hidden
        ])  # fmt: skip
        pairs = assign(cost, FINDING_LIMIT)
        return {hidden[row]: Found(claims[column], is_shared=False) for row, column in pairs}

    def _reunite(self, found: dict[TrackId, Found]) -> dict[TrackId, Found]:
        """Claim the masks of young tracks that look like a hidden body come back.

        The two predictions then overlap, and the manager lets the elder keep its number.
        """
        hidden = [
            id_ for id_, body in self.bodies.items() if id_ not in found and body.age > YOUNG[1]
        ]
        young = [id_ for id_ in found if YOUNG[0] <= self.bodies[id_].age <= YOUNG[1]]
        if not hidden or not young:
            return {}
        cost = np.array([[self._strangeness(old, new) for new in young] for old in hidden])
        pairs = assign(cost, 1.0)
        return {hidden[row]: found[young[column]] for row, column in pairs}

    def _strangeness(self, old: TrackId, new: TrackId) -> float:
        """How unlike a hidden body a young one is; infinity if it cannot be the same.

        At the border only one who left there can come back, anywhere on its side; elsewhere it
        must come to light about where the hidden one has got to.
        """
        first, second = self.bodies[old], self.bodies[new]
        at_border = second.entered and first.patch.touches_border(self.scene.size)
        reach = 0.4 * max(self.scene.size)
        if not at_border:
            speed = float(np.linalg.norm(first.velocity))
            reach = 1.5 * first.reach + 0.5 * speed * min(first.missed, 30)
        if np.linalg.norm(first.centre - second.centre) > reach:
            return float("inf")
        growth = abs(float(np.log(second.patch.area / first.area)))
        strange = distance(first.colours, second.colours)
        return strange + 0.4 * growth if strange < LIKE and growth < 0.9 else float("inf")

    def _remember(
        self, found: dict[TrackId, Found], expected: dict[TrackId, Patch], view: View
    ) -> None:
        for id_, body in self.bodies.items():
            if id_ in found:
                one = found[id_]
                shared = expected[id_] if one.is_shared else None
                body.seen(one.patch, histogram(view.bins, one.patch), shared=shared)
                one.patch.paint(view.taken, 1)
            else:
                body.lost()

    def _predict(self, id_: TrackId, patch: Patch, *, is_shared: bool = False) -> Prediction:
        realness = self._realness(patch)
        body = self.bodies[id_]
        size = patch.area / self.scene.minimum_area
        known = confidence(realness, body.age, size, is_shared=is_shared, is_parting=body.apart > 0)
        return Prediction(patch.full(self.scene.size), realness, known)

    def _realness(self, patch: Patch) -> float:
        return self.scene.evidence.realness(patch) if patch.mask.size else 0.0


def _whole(shift: np.ndarray[Any, Any]) -> tuple[int, int]:
    return round(float(shift[0])), round(float(shift[1]))


def _ownership(
    expected: Mapping[TrackId, Patch], bodies: Mapping[TrackId, Body], view: View
) -> tuple[dict[int, list[TrackId]], list[int]]:
    """Which bodies own each claim, and the claims without an owner."""
    claims = view.claims
    owners: dict[int, list[TrackId]] = {}
    for id_, patch in expected.items():
        if patch.mask.size == 0:
            continue
        shared = np.bincount(patch.of(claims.labels), minlength=claims.count + 1)
        for number in np.flatnonzero(shared[1:] >= 3) + 1:
            least = min(patch.area, int(claims.areas[number]))
            if shared[number] > OVERLAP * least and _fits(bodies[id_], int(number), view):
                owners.setdefault(int(number), []).append(id_)
    free = [number for number in range(1, claims.count + 1) if number not in owners]
    return owners, free


def _fits(body: Body, number: int, view: View) -> bool:
    """A body that was hidden must also look like what it meets."""
    if body.missed == 0:
        return True
    return distance(body.colours, histogram(view.bins, view.claims.patch(number))) < 0.55


def finding_cost(body: Body, claim: Patch, colours: np.ndarray[Any, Any]) -> float:
    """How unlike a hidden body a claim is, in place, size and colours; infinity if impossible."""
    away = claim.centre - (body.centre + body.velocity)
    gap = float(np.linalg.norm(away))
    speed = float(np.linalg.norm(body.velocity))
    gate = 1.2 * body.reach * (1 + 0.15 * body.missed) + 1.5 * speed * min(body.missed, 5) + 2
    growth = abs(float(np.log(max(1, claim.area) / max(1.0, body.area))))
    strange = distance(body.colours, colours)
    if gap > gate or growth > 1.3 or strange > 0.45 + 0.15 * (body.missed <= 2):
        return float("inf")
    return gap / body.reach + 0.5 * growth + strange
