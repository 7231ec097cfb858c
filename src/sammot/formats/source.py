"""Tracks and ground truth as people have them: files and folders, found and told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sammot.errors import InvalidTracks
from sammot.formats.masks import MaskFolder
from sammot.formats.mot import Boxes, read_mot
from sammot.formats.native import read_native

_TRUTH_FILES: Final = ("gt/gt.txt", "gt.txt")
_MASK_FOLDER: Final = "masks"


@dataclass(frozen=True, slots=True)
class TrackSource:
    """What a file or folder says of one clip; None where it has no boxes or no masks.

    All map frame (from 0) -> identity -> `Box`, `RLE` or mask.
    """

    boxes: Boxes | None = None
    masks: Mapping[int, Mapping[int, Any]] | None = None
    ignored: Boxes = field(default_factory=dict)

    @property
    def shapes(self) -> Mapping[int, Mapping[int, Any]]:
        """The boxes, else the masks."""
        return self.masks or {} if self.boxes is None else self.boxes


def read_source(path: Path, *, is_truth: bool = False) -> TrackSource:
    """Read MOT text (`.txt`), a result (`.json`), a folder of mask PNGs, or a clip's folder.

    A clip's folder has `gt/gt.txt` (MOTChallenge) or `gt.txt`, or a folder `masks`, or both.

    Raises: InvalidTracks for anything else, or for damaged ones.
    """
    if path.is_dir():
        return _read_folder(path, is_truth=is_truth)
    if path.suffix == ".json":
        boxes, coded = read_native(path)
        return TrackSource(boxes=boxes, masks=coded or None)
    if path.suffix == ".txt":
        file = read_mot(path, is_truth=is_truth)
        return TrackSource(boxes=file.boxes, ignored=file.ignored)
    raise InvalidTracks(f"{path.name} is neither MOT text (.txt), a result (.json) nor a folder.")


def find_clips(path: Path) -> dict[str, Path]:
    """The clips below a path: name -> what `read_source` reads.

    A file, and a folder that `read_source` reads, is one clip; in any other folder each such
    entry is one.

    Raises: InvalidTracks where there is none.
    """
    if not path.exists():
        raise InvalidTracks(f"{path} does not exist.")
    if _is_clip(path):
        return {path.stem if path.is_file() else path.name: path}
    clips = {
        entry.stem if entry.is_file() else entry.name: entry
        for entry in sorted(path.iterdir() if path.is_dir() else ())
        if _is_clip(entry)
    }
    if not clips:
        raise InvalidTracks(f"{path} holds no tracks: no .txt, .json or folder of mask PNGs.")
    return clips


def _is_clip(path: Path) -> bool:
    if path.is_file():
        return path.suffix in {".txt", ".json"}
    return any(path.glob("*.png")) or any(
        (path / name).exists() for name in (*_TRUTH_FILES, _MASK_FOLDER)
    )


def _read_folder(folder: Path, *, is_truth: bool) -> TrackSource:
    text = next((folder / name for name in _TRUTH_FILES if (folder / name).exists()), None)
    pictures = folder / _MASK_FOLDER if (folder / _MASK_FOLDER).is_dir() else folder
    file = read_mot(text, is_truth=is_truth) if text else None
    if file and pictures == folder:
        return TrackSource(boxes=file.boxes, ignored=file.ignored)
    return TrackSource(
        boxes=file.boxes if file else None,
        masks=MaskFolder(pictures),
        ignored=file.ignored if file else {},
    )
