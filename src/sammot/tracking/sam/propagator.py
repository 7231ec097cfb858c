from __future__ import annotations

import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import torch

from sammot.errors import OutOfMemory
from sammot.tracking.sam.memory import (
    Memory,
    Prompt,
    Shared,
    _loaded,
    _saved,
    remember,
    track,
)
from sammot.tracking.sam.picture import model_mask
from sammot.tracking.track import Prediction, TrackId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from sammot.tracking.frame import Frame
    from sammot.tracking.sam.segmenter import Segmenter
    from sammot.tracking.state import State
    from sammot.tracking.track import Detection

SEEN_FROM: Final = 2.0
"""Score below which an object counts as hidden (SAM2MOT, section 4: suspicious)."""
AT_ONCE: Final = 16
"""Objects that are looked for, and remembered, together: more are hardly faster, and need room."""
TOKENS_AT_ONCE: Final = 16 << 10
"""That the processor looks back at together: with more it is no faster, and needs room."""
SNAPSHOT_BYTES: Final = 16 << 20
"""Of all objects' features in a snapshot: at 1024 x 1024, three objects' whole memories."""
DOUBT, SLOPE = 2.0, 2.0
"""A score of `DOUBT` is reported as 0.5, and `SLOPE` more as 0.73: a choice, not a measurement."""

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class SamPropagator:
    """Carries masks by the model's memory; boxes, points and masks are in pixels of its masks."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self.logits: dict[tuple[int, TrackId], NDArray[np.float32]] = {}
        """Of the frames that are not finished yet, by frame and track."""
        self._shared = Shared()
        self._memories: dict[TrackId, Memory] = {}
        self._is_sparing = False

    def propagate(self, frame: Frame) -> Mapping[TrackId, Prediction]:
        """The masks of the objects seen in this frame; score: the model's logit of being there."""
        self._shared.frames.clear()
        self._shared.frames[frame.index] = self.segmenter.pixels(frame)
        found: dict[TrackId, tuple[torch.Tensor, float]] = {}
        waiting = list(self._memories.items())
        while waiting:
            some, waiting = dict(waiting[:AT_ONCE]), waiting[AT_ONCE:]
            memories = list(some.values())
            answers = self._asked(self._track, memories, frame.index)
            found |= zip(some, answers, strict=True)
            self._asked(remember, memories, frame.index)
        return {
            id_: self._predict(frame.index, id_, *answer)
            for id_, answer in found.items()
            if answer[1] >= SEEN_FROM
        }

    def pixels(self, frame: Frame) -> torch.Tensor:
        """The frame that was propagated last, as the model takes it."""
        return self._shared.frames[frame.index]

    def prompt(
        self, frame: Frame, prompts: Mapping[TrackId, Detection]
    ) -> Mapping[TrackId, Prediction]:
        """Begin or correct objects."""
        answer = {}
        for id_, detection in prompts.items():
            if id_ not in self._memories:
                self._memories[id_] = Memory(self.segmenter, self._shared)
            told = self._asked(self._memories[id_].prompt, frame.index, self._told(detection))
            answer[id_] = self._predict(frame.index, id_, *told)
        return answer

    def retract(self, track_ids: Iterable[TrackId]) -> None:
        """The memory of this frame was another object's (SAM2MOT, section 3.3)."""
        for id_ in track_ids:
            for index in self._shared.frames:
                self._memories[id_].retract(index)

    def forget(self, track_ids: Iterable[TrackId]) -> None:
        """Drop objects with all that is remembered of them."""
        for id_ in track_ids:
            self._memories.pop(id_, None)

    def save(self) -> State:
        """The memory of every object; what is too much to save is forgotten here as well, so that
        a restored engine goes on like this one.
        """
        for memory in self._memories.values():
            memory.trim(SNAPSHOT_BYTES // len(self._memories))
        places = self._shared.places
        return {
            "places": None if places is None else _saved(places),
            "memories": {str(id_): memory.save() for id_, memory in self._memories.items()},
        }

    def load(self, state: dict[str, Any]) -> None:
        """The inverse of `save`."""
        if state["places"] is not None:
            self._shared.places = _loaded(state["places"], self.segmenter.keep_at)
        self._memories = {}
        for id_ in sorted(int(key) for key in state["memories"]):
            memory = Memory(self.segmenter, self._shared)
            memory.load(state["memories"][str(id_)])
            self._memories[TrackId(id_)] = memory

    def _track(self, memories: list[Memory], index: int) -> list[tuple[torch.Tensor, float]]:
        """Find objects, as many together as pays; one by one where the memory is short."""
        step = 1 if self._is_sparing else AT_ONCE
        if self.segmenter.device == "cpu":
            step = max(1, min(step, TOKENS_AT_ONCE // self.segmenter.reach))
        parts = [memories[start : start + step] for start in range(0, len(memories), step)]
        return [found for part in parts for found in track(self.segmenter, part, index)]

    def _asked(self, ask: Callable[..., Answer], *words: object) -> Answer:
        """The answer; where the device's memory is short, once more with all memories off it."""
        try:
            return ask(*words)
        except OutOfMemory:
            if self._is_sparing:
                raise
        log.warning("out of memory: trying again with all memories off the device")
        self._is_sparing = True
        self.segmenter = replace(self.segmenter, keep_at="cpu")
        if self._shared.places is not None:
            self._shared.places = self._shared.places.cpu()
        for memory in self._memories.values():
            memory.offload()
        self.segmenter.release()
        return ask(*words)

    def _told(self, detection: Detection) -> Prompt:
        """A detection as the model is told of it."""
        if detection.mask is not None:
            return Prompt(mask=model_mask(detection.mask, self.segmenter.side))
        height, width = self.segmenter.grid
        across, down = self.segmenter.side / width, self.segmenter.side / height
        box, points = detection.box, list(detection.points)
        corners = [(box.x1, box.y1), (box.x2, box.y2)] if box.area > 0 else []
        places = [*corners, *((point.x, point.y) for point in points)]
        labels = [*((2, 3) if corners else ()), *(int(point.inside) for point in points)]
        return Prompt(points=tuple((x * across, y * down) for x, y in places), labels=tuple(labels))

    def _predict(self, index: int, id_: TrackId, logits: torch.Tensor, score: float) -> Prediction:
        values = np.asarray(logits.numpy(), np.float32)
        self.logits[index, id_] = values
        confidence = 1 / (1 + math.exp((DOUBT - score) / SLOPE))
        return Prediction(values > 0, score, confidence)
