"""The times of all pictures of a file, without decoding them where that can be spared."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from sammot.errors import VideoTooBig
from sammot.video.pictures import BREAK_SECONDS, Damage, packets, pictures
from sammot.video.seek import can_seek, packets_from_keyframe
from sammot.video.source import DEMUX_ERRORS, Clock, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sammot.video.source import Source

_LONG_GROUP = 600
_MAX_REORDER = 20


@dataclass(slots=True)
class Table:
    """The ticks of all pictures, strictly increasing, and what is damaged."""

    ticks: list[int] = field(default_factory=list)
    damage: Damage = field(default_factory=Damage)
    last_step: int = 0
    """How long the last picture is shown, in ticks; 0 if the file does not tell."""


def tabulate(path: Path, first: int, max_frames: int) -> Table:
    """The table of a file whose first picture stands at tick `first`.

    Where packets tell the time of their picture, in good order, only the last group of pictures
    is decoded, to find the last that can be; otherwise all are.

    Raises:
        VideoTooBig: more than `max_frames` pictures.

    """
    with opened(path) as source:
        scan = _scan(source, max_frames) if source.clock is Clock.PACKETS else None
    if scan is None or not scan.is_orderly:
        with opened(path) as source:
            return _from_pictures(source, max_frames)
    ticks, tail = scan.table.ticks, _tail(path, scan) or [first]
    scan.table.ticks = [tick for tick in ticks if first <= tick < tail[0]] + tail
    return scan.table


def _from_pictures(source: Source, max_frames: int) -> Table:
    table = Table()
    for picture in pictures(source, table.damage, packets(source, table.damage)):
        table.ticks.append(picture.tick)
        _check(len(table.ticks), max_frames)
    return table


@dataclass(slots=True)
class _Scan:
    """What the packets tell; `is_orderly` if they are shown nearly in the order of decoding."""

    table: Table
    last_key: int = 0
    is_orderly: bool = True


def _scan(source: Source, max_frames: int) -> _Scan:
    table = Table()
    ticks: list[int] = []
    steps: dict[int, int] = {}
    reached, last_key = Fraction(0), 0
    for packet in _all_packets(source, table.damage):
        if packet.pts is None or packet.time_base is None:
            continue
        duration = packet.duration or 0
        reached = max(reached, (packet.pts + duration) * packet.time_base)
        if packet.stream_index == source.stream.index and not packet.is_discard:
            ticks.append(packet.pts)
            steps[packet.pts] = duration
            last_key = packet.pts if packet.is_keyframe else last_key
            _check(len(ticks), max_frames)
    table.damage.broken |= _promised(source) - reached > BREAK_SECONDS
    table.ticks = sorted(steps)
    if steps and source.container_name != "avi":  # where each picture lasts one short slot
        table.last_step = steps[table.ticks[-1]]
    return _Scan(table, last_key, _is_orderly(ticks))


def _is_orderly(ticks: list[int]) -> bool:
    """Whether no picture is shown much earlier or later than it is decoded.

    Codecs reorder by 16 pictures at most; more is a damaged time, which the decoder alone can
    tell from the others.
    """
    places = np.argsort(np.argsort(np.array(ticks), kind="stable"), kind="stable")
    shift = np.abs(places - np.arange(len(ticks)))
    return len(ticks) > 0 and int(shift.max()) <= _MAX_REORDER


def _all_packets(source: Source, damage: Damage) -> Iterator[av.Packet[av.stream.Stream]]:
    # The sound is read along: only both together tell whether the file goes on to its end.
    streams = [s for s in source.container.streams.audio if s.codec_context is not None]
    try:
        for packet in source.container.demux(source.stream, *streams):
            if packet.size:
                damage.broken = packet.is_corrupt
                yield packet
    except DEMUX_ERRORS:
        damage.broken = True


def _promised(source: Source) -> Fraction:
    """The end of picture and sound as declared, in seconds of the container; 0 if it is not.

    A container that tells only the end of everything may mean that of its subtitles.
    """
    container = source.container
    tracks = (source.stream, *container.streams.audio)
    ends = [
        (track.start_time + track.duration) * track.time_base
        for track in tracks
        if track.start_time is not None and track.duration and track.time_base is not None
    ]
    if ends:
        return max(ends)
    if container.duration is None or len(container.streams) > len(tracks):
        return Fraction(0)
    return Fraction(container.duration + (container.start_time or 0), av.time_base)


def _check(count: int, max_frames: int) -> None:
    if count > max_frames:
        raise VideoTooBig(
            f"The video has more than {max_frames} frames, the limit here. Cut it into parts."
        )


def _tail(path: Path, scan: _Scan) -> list[int]:
    """The last ticks of the file as decoding finds them; all of them in the worst case."""
    ticks = scan.table.ticks
    is_long = len(ticks) - bisect_left(ticks, scan.last_key) > _LONG_GROUP
    if is_long and not scan.table.damage.broken:
        return ticks[-1:]
    return (not is_long and _decoded_ticks(path, ticks[-1])) or _decoded_ticks(path, None)


def _decoded_ticks(path: Path, behind: int | None) -> list[int]:
    """Decode from a keyframe before the tick `behind` to the end, or the whole file."""
    damage = Damage()
    with opened(path) as source:
        if behind is None:
            feed = packets(source, damage)
        elif can_seek(source):
            feed = packets_from_keyframe(source, behind, damage)
        else:
            return []
        return [picture.tick for picture in pictures(source, damage, feed)]
