from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.reformatter import VideoReformatter

if TYPE_CHECKING:
    import av
    from numpy.typing import NDArray

    from sammot.video.source import Source

_BT709 = 1
_UNSPECIFIED = 2


def _is_untagged_hd(frame: av.VideoFrame) -> bool:
    # As browsers guess: from 720 rows on, colours are BT.709 unless the file says otherwise.
    return frame.colorspace == _UNSPECIFIED and frame.height >= 720


class Upright:
    """Turns decoded pictures into upright RGB of one size.

    The display matrix is read from the first picture. Pictures that change their size in the
    middle of a file are scaled to the size that the file declares.
    """

    def __init__(self, source: Source) -> None:
        self._size = source.width, source.height
        self._scaler = VideoReformatter()
        self._turn: Turn | None = None

    @property
    def is_transposed(self) -> bool:
        """Whether rows became columns in the pictures so far."""
        return self._turn is not None and self._turn.transposed

    def __call__(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """RGB (height, width, 3) uint8, contiguous."""
        if self._turn is None:
            self._turn = Turn.of(frame)
        width, height = self._size
        image = self._scaler.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=_BT709 if _is_untagged_hd(frame) else None,
            threads=1,
        ).to_ndarray()
        return self._turn.apply(np.asarray(image, np.uint8))


class Turn(NamedTuple):
    """One of the eight ways to lay a picture: transposed first, then flipped."""

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Turn:
        """Read a frame's display matrix: x' = a x + c y, y' = b x + d y (16.16 fixed point).

        A matrix that is not a multiple of a quarter turn is taken as the nearest one.
        """
        try:
            side_data = frame.side_data.get("DISPLAYMATRIX")
        except ValueError:  # PyAV stumbles over a kind that it does not know, such as EXIF
            return _QUARTERS[round(-frame.rotation / 90) % 4]
        if not isinstance(side_data, SideData):
            return cls()
        a, b, _, c, d, *_ = np.frombuffer(memoryview(side_data), np.int32).tolist()
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(transposed=True, flipped_x=c < 0, flipped_y=b < 0)
        return cls(flipped_x=a < 0, flipped_y=d < 0)

    @property
    def degrees(self) -> int:
        """The clockwise part of the turn: 0, 90, 180 or 270; a mirrored picture counts as 0."""
        return 90 * _QUARTERS.index(self) if self in _QUARTERS else 0

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Lay an image (height, width, 3) upright; contiguous."""
        if self.transposed:
            image = image.swapaxes(0, 1)
        image = image[:: -1 if self.flipped_y else 1, :: -1 if self.flipped_x else 1]
        return np.ascontiguousarray(image)


_QUARTERS = (
    Turn(),
    Turn(transposed=True, flipped_x=True),
    Turn(flipped_x=True, flipped_y=True),
    Turn(transposed=True, flipped_y=True),
)
"""Not turned, and turned clockwise once, twice and three times."""
