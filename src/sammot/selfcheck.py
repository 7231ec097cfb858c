"""`sammot bench`: an engine on generated scenes with exact truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

from sammot.metrics import METRICS, Evaluation, evaluate
from sammot.scenes import Scene
from sammot.service import EngineEntry
from sammot.service.chunks import chunk_stop
from sammot.tracking.mask import RLE

_PREVIEWS = 32


@dataclass(frozen=True, slots=True)
class Checked:
    """How an engine did on a scene; `fps` is that of tracking alone, with its first look."""

    evaluation: Evaluation
    fps: float


def check(engine: EngineEntry, parameters: Mapping[str, Any], scene: Scene) -> Checked:
    """Track a scene as a worker would, and hold the masks against the truth."""
    truth: dict[int, dict[int, RLE]] = {}
    tracks: dict[int, dict[int, RLE]] = {}
    count = min(_PREVIEWS, len(scene))
    looks = [
        scene.render(number * (len(scene) - 1) // max(1, count - 1)) for number in range(count)
    ]
    started = monotonic()
    tracker = engine.create(parameters, scene.info, [frame for frame, _ in looks])
    seconds = monotonic() - started
    source, start = iter(scene), 0
    while chunk := list(islice(source, chunk_stop(start, tracker.first_window) - start)):
        for frame, masks in chunk:
            truth[frame.index] = {name: RLE.encode(mask) for name, mask in masks.items()}
        started = monotonic()
        results = list(tracker.track(frame for frame, _ in chunk))
        seconds += monotonic() - started
        for result in results:
            tracks[result.index] = {seen.track_id: seen.rle for seen in result.observations}
        start += len(chunk)
    return Checked(evaluate(truth, tracks, metrics=METRICS), len(scene) / seconds)
