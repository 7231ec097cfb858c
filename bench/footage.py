"""Clips to measure on: folders with ground truth, or generated scenes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sammot import scenes, video
from sammot.formats.masks import MaskFolder
from sammot.formats.mot import read_mot
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.mask import RLE, Box

SCENES = (
    "crossing",
    "occlusion",
    "returning",
    "resting",
    "shadow",
    "light",
    "shake",
    "pan",
    "many",
)


@dataclass
class Tracks:
    """Frame -> track id -> each; `seconds` is the time that it took.

    `masks` is None where only boxes are given.
    """

    boxes: dict[int, dict[int, Box]] = field(default_factory=dict)
    masks: dict[int, dict[int, RLE]] | None = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Clip:
    """A video file, cut to its first `info.frame_count` frames, and its truth.

    `boxes` and `masks` map frame (from 0) -> identity -> each; `masks` is None where the truth
    has boxes only.
    """

    name: str
    path: Path
    info: ClipInfo
    boxes: Mapping[int, Mapping[int, Box]]
    masks: Mapping[int, Mapping[int, Any]] | None

    def frames(self) -> Iterator[Frame]:
        return islice(video.decode(self.path), self.info.frame_count)

    def decode_alone(self) -> tuple[float, np.ndarray]:
        """Seconds that decoding takes by itself, and the frames' times."""
        started = time.perf_counter()
        times = np.array([frame.time for frame in self.frames()])
        return time.perf_counter() - started, times


class FirstFrames(Mapping[int, Any]):
    """The part of a mapping by frame that lies before `stop`."""

    def __init__(self, whole: Mapping[int, Any], stop: int) -> None:
        self._whole, self._stop = whole, stop

    def __getitem__(self, frame: int) -> Any:  # noqa: ANN401 - whatever the whole has
        return self._whole[frame]

    def __iter__(self) -> Iterator[int]:
        return (frame for frame in self._whole if frame < self._stop)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_clips(folder: Path, *, names: list[str], frame_limit: int) -> Iterator[Clip]:
    """The clips below `folder` that have `masks/`, `gt.txt` or `pseudo_gt.txt`."""
    for info_path in sorted(folder.glob("*/INFO.json")):
        home = info_path.parent
        if (not names or home.name in names) and (clip := _read(home, frame_limit)):
            yield clip


def _read(home: Path, frame_limit: int) -> Clip | None:
    info = json.loads((home / "INFO.json").read_text())
    count = min(info["frames"], frame_limit)
    clip = ClipInfo(info["width"], info["height"], info["fps"], count)
    name, path = home.name, home / info.get("video", "video.mp4")
    if (home / "masks").is_dir():
        masks = FirstFrames(MaskFolder(home / "masks"), count)
        boxes = {n: {i: Box.around(m) for i, m in masks[n].items()} for n in masks}
        return Clip(name, path, clip, boxes, masks)
    for text in (home / "gt.txt", home / "pseudo_gt.txt"):
        if text.exists():
            # These files count frames from 1 and pixels from 0.
            boxes = {
                n: {i: Box(*(edge + 1 for edge in box)) for i, box in seen.items()}
                for n, seen in read_mot(text, is_truth=True).boxes.items()
                if n < count
            }
            return Clip(name + ("~" if text.stem != "gt" else ""), path, clip, boxes, None)
    return None


def make_scenes(
    folder: Path,
    *,
    names: list[str],
    width: int = 640,
    height: int = 360,
    frame_count: int | None = None,
) -> Iterator[Clip]:
    """Generated scenes, written to `folder` as MP4, with the generator's own truth."""
    for name in names or SCENES:
        scene = scenes.make(name, width=width, height=height, frame_count=frame_count)
        path = folder / f"{name}.mp4"
        video.write(path, scene.frames(), scene.fps)
        masks = {
            frame.index: {i: RLE.encode(mask) for i, mask in truth.items()}
            for frame, truth in scene
        }
        boxes = {
            n: {i: Box.around(rle.decode()) for i, rle in seen.items()} for n, seen in masks.items()
        }
        yield Clip(name, path, scene.info, boxes, masks)
