from __future__ import annotations

import numpy as np

from sammot.tracking import motion
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.track import FrameResult


def frames_of(images: list[np.ndarray], fps: float = 25.0) -> list[Frame]:
    return [Frame(index, index / fps, image) for index, image in enumerate(images)]


def clip_of(frames: list[Frame], fps: float = 25.0) -> ClipInfo:
    height, width = frames[0].image.shape[:2]
    return ClipInfo(width, height, fps, len(frames))


def previews_of(frames: list[Frame], count: int = 32) -> list[Frame]:
    picked = np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).astype(int))
    return [frames[index] for index in picked]


def track(
    frames: list[Frame], chunk: int = 64, parameters: dict[str, object] | None = None
) -> list[FrameResult]:
    engine = motion.create(parameters or {}, clip_of(frames), previews_of(frames))
    results: list[FrameResult] = []
    for start in range(0, len(frames), chunk):
        results.extend(engine.track(frames[start : start + chunk]))
    return results
