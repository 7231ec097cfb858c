"""The pictures of an opened file in display order, each at its true time, damage bridged."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import av
import av.error
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.reformatter import VideoReformatter

from sammot.video.source import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sammot.video.source import Source


_BT709 = 1
_UNSPECIFIED = 2


class Picture(NamedTuple):
    """What stands at one tick; `frame` is None where the data of that picture is damaged."""

    tick: int
    frame: av.VideoFrame | None


@dataclass(slots=True)
class Damage:
    """What went wrong while reading, so far.

    `lost` counts pictures that could not be decoded between others that could; `broken` tells
    that the file does not go on to the end that it promised.
    """

    lost: int = 0
    broken: bool = False

    def warnings(self, end: float) -> tuple[str, ...]:
        """The same in words for the user; `end` is the time in seconds that was reached."""
        words = []
        if self.broken:
            words.append(f"The file breaks off after {end:.1f} s; what can be read is processed.")
        if self.lost:
            words.append(
                f"{self.lost} damaged frame{'s' * (self.lost > 1)} could not be read; "
                "the picture before stands in."
            )
        return tuple(words)


def packets(source: Source, damage: Damage) -> Iterator[av.Packet[av.VideoStream]]:
    """Every packet of the picture stream, in decoding order, up to where the file breaks."""
    try:
        for packet in source.container.demux(source.stream):
            if packet.size:
                damage.broken = packet.is_corrupt
                yield packet
    except av.error.FFmpegError:
        damage.broken = True


def pictures(
    source: Source, damage: Damage, feed: Iterator[av.Packet[av.VideoStream]]
) -> Iterator[Picture]:
    """Decode `feed` into pictures of strictly increasing ticks.

    With `Clock.PACKETS` there is exactly one picture for each tick that a packet bears, from the
    first picture that decodes to the last that does: a number never depends on damage. What the
    decoder delivers out of turn is dropped.
    """
    slots = _SLOTS[source.clock]()
    last: int | None = None
    for frames in _decoded(source, feed, slots.expect):
        for frame in frames:
            for picture in slots.fill(frame):
                if last is None and picture.frame is None:
                    continue
                if last is None or picture.tick > last:
                    last = picture.tick
                    damage.lost += picture.frame is None
                    yield picture


def _decoded(
    source: Source,
    feed: Iterator[av.Packet[av.VideoStream]],
    expect: Callable[[av.Packet[av.VideoStream]], None],
) -> Iterator[list[av.VideoFrame]]:
    for packet in feed:
        if not packet.is_discard:
            expect(packet)
        try:
            yield source.stream.decode(packet)
        except av.error.FFmpegError:
            continue  # the slots know which picture did not come
    try:
        yield source.stream.decode(None)
    except av.error.FFmpegError:
        return


class _PacketSlots:
    """Each packet announces a tick; a tick that is passed over was lost."""

    def __init__(self) -> None:
        self._expected: list[int] = []

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        if packet.pts is not None:
            heappush(self._expected, packet.pts)

    def fill(self, frame: av.VideoFrame) -> Iterator[Picture]:
        tick = frame.pts
        if tick is None:
            return
        while self._expected and self._expected[0] <= tick:
            passed = heappop(self._expected)
            if passed < tick:
                yield Picture(passed, None)
        yield Picture(tick, frame)


class _FrameSlots:
    """The decoder's word is all there is."""

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        """Nothing can be told from a packet."""

    def fill(self, frame: av.VideoFrame) -> Iterator[Picture]:
        if frame.pts is not None:
            yield Picture(frame.pts, frame)


class _CountSlots:
    """The n-th picture takes the n-th packet's place in decoding order, or the number n."""

    def __init__(self) -> None:
        self._places: deque[int] = deque()
        self._fed = 0

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        self._places.append(self._fed if packet.dts is None else packet.dts)
        self._fed += 1

    def fill(self, frame: av.VideoFrame) -> Iterator[Picture]:
        if self._places:
            yield Picture(self._places.popleft(), frame)


_SLOTS: dict[Clock, type[_PacketSlots | _FrameSlots | _CountSlots]] = {
    Clock.PACKETS: _PacketSlots,
    Clock.FRAMES: _FrameSlots,
    Clock.COUNT: _CountSlots,
}


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
        side_data = frame.side_data.get("DISPLAYMATRIX")
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
