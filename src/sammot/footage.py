"""What can be tracked without a server: a video file, or pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from sammot import video
from sammot.errors import UnreadableVideo
from sammot.tracking.frame import ClipInfo, Frame
from sammot.tracking.track import FrameResult
from sammot.video.draw import Painter, Style

_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_PREVIEWS = 32


class Footage(Protocol):
    """Frames that can be read more than once."""

    name: str
    info: ClipInfo
    warnings: tuple[str, ...]
    """Sentences for the user."""

    def previews(self) -> list[Frame]:
        """About 32 frames, evenly spaced."""

    def frames(self) -> Iterator[Frame]: ...

    def render(self, target: Path, results: Iterable[FrameResult]) -> None:
        """Write the annotated video."""


class VideoFile:
    """A file that FFmpeg reads."""

    def __init__(self, path: Path, limits: video.Limits) -> None:
        """Raises UnreadableVideo, VideoTooBig."""
        found = video.probe(path, limits)
        self.name = path.stem if path.stem != "video" else path.parent.name or path.stem
        self.info = ClipInfo(found.width, found.height, found.fps, found.frame_count)
        self.warnings = found.warnings
        self._path = path
        self._times = found.times

    def previews(self) -> list[Frame]:
        return video.previews(self._path, self._times, _PREVIEWS)

    def frames(self) -> Iterator[Frame]:
        return iter(video.Decoder(self._path))

    def render(self, target: Path, results: Iterable[FrameResult]) -> None:
        video.render(self._path, target, results, progress=lambda _: None)


class Pictures:
    """Pictures of one size, in the natural order of their names, `fps` of them a second."""

    def __init__(self, name: str, paths: Iterable[Path], fps: float) -> None:
        """`paths` are not empty. Raises UnreadableVideo."""
        self.name = name
        self.warnings: tuple[str, ...] = ()
        self._paths = sorted(paths, key=_natural)
        height, width = self._read(0).image.shape[:2]
        self.info = ClipInfo(width, height, fps, len(self._paths))

    def _read(self, index: int) -> Frame:
        path = self._paths[index]
        image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise UnreadableVideo(f"{path} is not a picture that can be read.")
        shape = (self.info.height, self.info.width) if index else image.shape[:2]
        if image.shape[:2] != shape:
            raise UnreadableVideo(f"{path} is not of the size of the first picture.")
        fps = self.info.fps if index else 1.0
        return Frame(index, index / fps, np.ascontiguousarray(image, np.uint8))

    def previews(self) -> list[Frame]:
        last = len(self._paths) - 1
        count = min(_PREVIEWS, len(self._paths))
        return [self._read(index) for index in np.linspace(0, last, count).round().astype(int)]

    def frames(self) -> Iterator[Frame]:
        return (self._read(index) for index in range(len(self._paths)))

    def render(self, target: Path, results: Iterable[FrameResult]) -> None:
        painter = Painter(Style())
        drawn = (
            Frame(frame.index, frame.time, painter.paint(frame.image, result.observations))
            for frame, result in zip(self.frames(), results, strict=True)
        )
        video.write(target, drawn, self.info.fps)


def gathered(paths: Iterable[Path]) -> list[list[Path]]:
    """Parted into clips: each video and folder is one, and so are the pictures of one folder."""
    clips: dict[tuple[bool, Path], list[Path]] = {}
    for path in paths:
        is_picture = _is_picture(path)
        clips.setdefault((is_picture, path.parent if is_picture else path), []).append(path)
    return list(clips.values())


def opened(clip: list[Path], *, limits: video.Limits, fps: float) -> Footage:
    """The footage at the paths of one clip (see `gathered`); `fps` is that of pictures.

    Raises:
        UnreadableVideo, VideoTooBig: it cannot be tracked, and why.

    """
    first = clip[0]
    if _is_picture(first):
        name = first.resolve().parent.name if len(clip) > 1 else first.stem
        return Pictures(name, clip, fps)
    if not first.is_dir():
        return VideoFile(first, limits)
    if pictures := [path for path in first.iterdir() if _is_picture(path)]:
        return Pictures(first.resolve().name, pictures, fps)
    raise UnreadableVideo(
        "There are no pictures in this folder. For its videos, name FOLDER/*.mp4."
    )


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and not path.is_dir()


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """`2.png` before `10.png`."""
    parts = re.split(r"(\d+)", path.name)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
