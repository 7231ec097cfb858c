"""The pictures of an opened file in display order, each at its true time, damage bridged."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import av.error

from sammot.video.slots import SLOTS, Picture
from sammot.video.source import DEMUX_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sammot.video.source import Source

BREAK_SECONDS = 0.5
"""A file that ends so much earlier than it declares is broken."""


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
    reached = 0
    try:
        for packet in source.container.demux(source.stream):
            if packet.size:
                damage.broken = packet.is_corrupt
                reached = max(reached, (packet.pts or 0) + (packet.duration or 0))
                yield packet
    except DEMUX_ERRORS:
        damage.broken = True
    damage.broken |= source.declared_end - source.seconds(reached) > BREAK_SECONDS


def pictures(
    source: Source, damage: Damage, feed: Iterator[av.Packet[av.VideoStream]]
) -> Iterator[Picture]:
    """Decode `feed` into pictures of strictly increasing ticks.

    With `Clock.PACKETS` there is exactly one picture for each tick that a packet bears, from the
    first picture that decodes to the last that does: a number never depends on damage. What the
    decoder delivers out of turn is dropped.
    """
    last: int | None = None
    for tick, frame in _in_slots(source, feed):
        if last is None and frame is None:
            continue
        if last is None or tick > last:
            last = tick
            damage.lost += frame is None
            yield Picture(tick, frame)


def _in_slots(source: Source, feed: Iterator[av.Packet[av.VideoStream]]) -> Iterator[Picture]:
    slots = SLOTS[source.clock]()
    for packet in feed:
        if not packet.is_discard:
            slots.expect(packet)
        with suppress(av.error.FFmpegError):  # the slots know which picture did not come
            yield from slots.fill(source.stream.decode(packet))
    with suppress(av.error.FFmpegError):
        yield from slots.fill(source.stream.decode(None))
    yield from slots.drain()
