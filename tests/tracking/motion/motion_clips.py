from __future__ import annotations

import numpy as np

from sammot.scenes import Scene
from sammot.tracking import motion
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import Mask, mask_iou
from sammot.tracking.track import FrameResult

Truth = dict[int, dict[int, Mask]]


def frames_of(images: list[np.ndarray], fps: float = 25.0) -> list[Frame]:
    return [Frame(index, index / fps, image) for index, image in enumerate(images)]


def clip_of(frames: list[Frame], fps: float = 25.0) -> ClipInfo:
    height, width = frames[0].image.shape[:2]
    return ClipInfo(width, height, fps, len(frames))


def previews_of(frames: list[Frame], count: int = 32) -> list[Frame]:
    picked = np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).astype(int))
    return [frames[index] for index in picked]


def track(
    frames: list[Frame], chunk: int = 64, parameters: dict[str, object] | None = None,
    fps: float = 25.0,
) -> list[FrameResult]:  # fmt: skip
    engine = motion.create(parameters or {}, clip_of(frames, fps), previews_of(frames))
    results: list[FrameResult] = []
    for start in range(0, len(frames), chunk):
        results.extend(engine.track(frames[start : start + chunk]))
    return results


def track_scene(scene: Scene) -> tuple[Truth, list[FrameResult]]:
    """The scene's truth, frame -> identity -> mask, and what the engine found."""
    shown = list(scene)
    results = track([frame for frame, _ in shown], fps=scene.fps)
    return {frame.index: truth for frame, truth in shown}, results


def identities(truth: Truth, results: list[FrameResult]) -> dict[int, list[int]]:
    """Track id -> the identity that each of its masks is mostly of; 0 for none."""
    found: dict[int, list[int]] = {}
    for result in results:
        for one in result.observations:
            mask = one.rle.decode()
            shares = {k: mask_iou(mask, true) for k, true in truth[result.index].items()}
            best = max(shares, key=shares.__getitem__, default=0)
            is_any = bool(best) and shares[best] > 0.3
            found.setdefault(one.track_id, []).append(best if is_any else 0)
    return found
