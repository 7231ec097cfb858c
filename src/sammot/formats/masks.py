"""Folders of mask PNGs, one a frame: DAVIS (indexed colours), binary, or grey label images."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sammot.errors import InvalidTracks
from sammot.tracking.mask import Mask


class MaskFolder(Mapping[int, dict[int, Mask]]):
    """Frame (from 0) -> identity -> mask, read when asked for.

    A frame's number is the last number in its file's name, an identity is the palette index or
    the grey value, 0 being background; a picture of black and white alone has identity 1.

    Raises: InvalidTracks where the folder has no numbered PNGs, or a file is none.
    """

    def __init__(self, folder: Path) -> None:
        self._files: dict[int, Path] = {}
        for path in sorted(folder.glob("*.png")):
            if numbers := re.findall(r"\d+", path.stem):
                self._files[int(numbers[-1])] = path
        if not self._files:
            raise InvalidTracks(f"{folder.name} holds no PNG files with a frame number.")

    def __getitem__(self, frame: int) -> dict[int, Mask]:
        labels = read_labels(self._files[frame])
        identities = [int(value) for value in np.unique(labels) if value]
        return {
            1 if identities == [255] else identity: labels == identity for identity in identities
        }

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)


def read_labels(path: Path) -> NDArray[np.int64]:
    """A label picture, (height, width). Raises: InvalidTracks."""
    content = np.frombuffer(path.read_bytes(), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    if picture is None:
        raise InvalidTracks(f"{path.name} is not a PNG picture.")
    if picture.ndim == 2:
        return np.asarray(picture, np.int64)
    colours = np.asarray(picture[..., :3], np.int64) @ np.array([1, 256, 65536])
    values, inverse = np.unique(colours, return_inverse=True)
    palette = _palette(content.tobytes())
    if not set(values.tolist()) <= palette.keys():
        raise InvalidTracks(f"{path.name} is a colour picture; masks have a palette or are grey.")
    indices = np.array([palette[value] for value in values.tolist()], np.int64)
    return np.asarray(indices[inverse].reshape(colours.shape))


def _palette(content: bytes) -> dict[int, int]:
    """Colour (0xRRGGBB) -> lowest index in a PNG's palette; the decoder hands out colours only."""
    place = len(b"\x89PNG\r\n\x1a\n")
    while place + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        if kind == b"PLTE":
            entries = content[place + 8 : place + 8 + size]
            colours = [int.from_bytes(entries[i : i + 3], "big") for i in range(0, size, 3)]
            return {colour: index for index, colour in reversed(list(enumerate(colours)))}
        place += 12 + size
    return {}
