"""Folders of mask PNGs, one a frame: DAVIS (indexed colours), binary, or grey label images."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sammot.errors import InvalidTracks
from sammot.tracking.mask import Mask

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KIND: Final = 25
"""Where a PNG says what kind of picture it is; 3 is one with a palette."""


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
        identities = np.flatnonzero(np.bincount(labels.ravel()))
        return {
            1 if identities[-1] == 255 and len(identities) <= 2 else int(identity): labels
            == identity
            for identity in identities
            if identity
        }

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)


def read_labels(path: Path) -> NDArray[np.uint8 | np.uint16]:
    """A label picture, (height, width). Raises: InvalidTracks."""
    content, step = _without_palette(path.read_bytes())
    coded = np.frombuffer(content, np.uint8)
    picture = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED) if coded.size else None
    if picture is None:
        raise InvalidTracks(f"{path.name} is not a PNG picture.")
    if picture.ndim > 2:
        raise InvalidTracks(f"{path.name} is a colour picture; masks have a palette or are grey.")
    return np.asarray(picture // step)


def _without_palette(content: bytes) -> tuple[bytes, int]:
    """An indexed PNG as a grey one, whose values are the indices times the second answer.

    The decoder hands out a palette's colours and forgets the indices. Both kinds store their
    pixels alike, so the kind is changed and the palette left out.

    Source: PNG specification, ISO/IEC 15948, sections 5 and 11.2.
    """
    if not content.startswith(_SIGNATURE) or content[_KIND : _KIND + 1] != b"\3":
        return content, 1
    parts, place = [_SIGNATURE], len(_SIGNATURE)
    while place + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        chunk = content[place : place + 12 + size]
        if name == b"IHDR":
            body = chunk[4:17] + b"\0" + chunk[18:21]
            chunk = chunk[:4] + body + struct.pack(">I", zlib.crc32(body))
        if name in {b"IHDR", b"IDAT", b"IEND"}:
            parts.append(chunk)
        place += 12 + size
    depth = content[_KIND - 1]
    return b"".join(parts), 255 // (2**depth - 1)
