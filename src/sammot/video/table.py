"""The times of all pictures of a file, without decoding them where that can be spared."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error

from sammot.errors import VideoTooBig
from sammot.video.pictures import Damage, packets, pictures
from sammot.video.seek import can_seek, packets_from_keyframe
from sammot.video.source import Clock, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sammot.video.source import Source

_LONG_GROUP = 600
_BREAK_SECONDS = 0.5


@dataclass(slots=True)
class Table:
    """The ticks of all pictures, strictly increasing, and what is damaged."""

    ticks: list[int] = field(default_factory=list)
    damage: Damage = field(default_factory=Damage)
    last_step: int = 0
    """How long the last picture is shown, in ticks; 0 if the file does not tell."""


def tabulate(path: Path, first: int, max_frames: int) -> Table:
    """The table of a file whose first picture stands at tick `first`.

    Where packets tell the time of their picture, only the last group of pictures is decoded, to
    find the last that can be; otherwise all are.

    Raises:
        VideoTooBig: more than `max_frames` pictures.

    """
    with opened(path) as source:
        if source.clock is not Clock.PACKETS:
            return _from_pictures(source, max_frames)
        table, last_key = _from_packets(source, max_frames)
    last = _last_decodable(path, table, last_key)
    table.ticks = [tick for tick in table.ticks if first <= tick <= last]
    return table


def _from_pictures(source: Source, max_frames: int) -> Table:
    table = Table()
    for picture in pictures(source, table.damage, packets(source, table.damage)):
        table.ticks.append(picture.tick)
        _check(len(table.ticks), max_frames)
    return table


def _from_packets(source: Source, max_frames: int) -> tuple[Table, int]:
    table = Table()
    steps: dict[int, int] = {}
    last_key, reached = 0, Fraction(0)
    for packet in _all_packets(source, table.damage):
        if packet.pts is None or packet.time_base is None:
            continue
        reached = max(reached, (packet.pts + (packet.duration or 0)) * packet.time_base)
        if packet.stream_index == source.stream.index and not packet.is_discard:
            steps[packet.pts] = packet.duration or 0
            last_key = packet.pts if packet.is_keyframe else last_key
            _check(len(steps), max_frames)
    table.ticks = sorted(steps)
    table.last_step = steps[table.ticks[-1]] if steps else 0
    table.damage.broken |= _promised(source) - reached > _BREAK_SECONDS
    return table, last_key


def _all_packets(source: Source, damage: Damage) -> Iterator[av.Packet[av.stream.Stream]]:
    # The sound is read along: only both together tell whether the file goes on to its end.
    streams = [s for s in source.container.streams.audio if s.codec_context is not None]
    try:
        for packet in source.container.demux(source.stream, *streams):
            if packet.size:
                damage.broken = packet.is_corrupt
                yield packet
    except av.error.FFmpegError:
        damage.broken = True


def _promised(source: Source) -> Fraction:
    """The end that the container declares, in seconds of its own clock; 0 if it declares none."""
    container = source.container
    if container.duration is None:
        return Fraction(0)
    return Fraction(container.duration + (container.start_time or 0), av.time_base)


def _check(count: int, max_frames: int) -> None:
    if count > max_frames:
        raise VideoTooBig(
            f"The video has more than {max_frames} frames, the limit here. Cut it into parts."
        )


def _last_decodable(path: Path, table: Table, last_key: int) -> int:
    """The tick of the last picture that decodes."""
    end = table.ticks[-1]
    if len(table.ticks) - bisect_left(table.ticks, last_key) > _LONG_GROUP:
        if not table.damage.broken:
            return end
        return _last_tick(path, None) or end
    last = _last_tick(path, end)
    return _last_tick(path, None) or end if last is None else last


def _last_tick(path: Path, behind: int | None) -> int | None:
    """Decode from a keyframe before the tick `behind`, or from the start; the last tick seen."""
    damage = Damage()
    with opened(path) as source:
        if behind is None:
            feed = packets(source, damage)
        elif can_seek(source):
            feed = packets_from_keyframe(source, behind, damage)
        else:
            return None
        last = deque(pictures(source, damage, feed), maxlen=1)
    return last[0].tick if last else None
