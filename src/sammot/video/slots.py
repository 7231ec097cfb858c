"""Which decoded picture belongs to which tick, by each of the four clocks."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sammot.video.source import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import av

_MOST_HELD = 32


class Picture(NamedTuple):
    """What stands at one tick; `frame` is None where the data of that picture is damaged."""

    tick: int
    frame: av.VideoFrame | None


class Slots(Protocol):
    """Takes note of packets as they go into the decoder and of frames as they come out."""

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        """This packet, which leads to a picture, goes into the decoder."""

    def fill(self, frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
        """These frames came out; what is settled by them is yielded."""

    def drain(self) -> Iterator[Picture]:
        """Nothing more comes; what was not settled is yielded."""


class PacketSlots:
    """Each packet announces a tick; a tick that decoding passes over was lost.

    A tick is settled when the decoder has reached it and, by the decoding times, no packet of an
    earlier tick can follow: a damaged picture may come out before its turn.
    """

    def __init__(self) -> None:
        self._expected: list[int] = []
        self._ready: dict[int, av.VideoFrame] = {}
        self._reached: int | None = None

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        if packet.pts is not None:
            heappush(self._expected, packet.pts)
        if packet.dts is not None:
            self._reached = packet.dts

    def fill(self, frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
        for frame in frames:
            if frame.pts is not None and frame.pts in self._expected:
                self._ready[frame.pts] = frame
        while self._ready and self._expected:
            tick = self._expected[0]
            early = self._reached is not None and tick > self._reached
            if tick > max(self._ready) or (early and len(self._ready) < _MOST_HELD):
                return
            yield self._settled()

    def drain(self) -> Iterator[Picture]:
        while self._ready and self._expected and self._expected[0] <= max(self._ready):
            yield self._settled()

    def _settled(self) -> Picture:
        tick = heappop(self._expected)
        frame = self._ready.pop(tick, None)
        for stale in [known for known in self._ready if known < tick]:
            del self._ready[stale]
        return Picture(tick, frame)


class FrameSlots:
    """The decoder's word is all there is."""

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        """Nothing can be told from a packet."""

    def fill(self, frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
        for frame in frames:
            tick = frame.pts if frame.pts is not None else frame.dts
            if tick is not None:
                yield Picture(tick, frame)

    def drain(self) -> Iterator[Picture]:
        return iter(())


class OrderSlots:
    """The n-th picture shown takes the time at which the n-th packet is decoded."""

    def __init__(self) -> None:
        self._places: deque[int] = deque()

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        if packet.dts is not None:
            self._places.append(packet.dts)

    def fill(self, frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
        for frame, _ in zip(frames, tuple(self._places), strict=False):
            yield Picture(self._places.popleft(), frame)

    def drain(self) -> Iterator[Picture]:
        return iter(())


class CountSlots:
    """The n-th picture takes the number n."""

    def __init__(self) -> None:
        self._numbers = count()

    def expect(self, packet: av.Packet[av.VideoStream]) -> None:
        """A packet need not be a picture."""

    def fill(self, frames: Iterable[av.VideoFrame]) -> Iterator[Picture]:
        return (Picture(next(self._numbers), frame) for frame in frames)

    def drain(self) -> Iterator[Picture]:
        return iter(())


SLOTS: dict[Clock, type[PacketSlots | FrameSlots | OrderSlots | CountSlots]] = {
    Clock.PACKETS: PacketSlots,
    Clock.FRAMES: FrameSlots,
    Clock.ORDER: OrderSlots,
    Clock.COUNT: CountSlots,
}
