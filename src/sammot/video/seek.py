"""Going on in the middle: packets from a keyframe from which all that follows decodes exactly."""

from __future__ import annotations

from itertools import chain, dropwhile
from typing import TYPE_CHECKING

import av
import av.error

from sammot.video.pictures import packets
from sammot.video.source import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sammot.video.pictures import Damage
    from sammot.video.source import Source

_STEPS_BACK = 3
_H264_IDR = 5


def can_seek(source: Source) -> bool:
    """Whether a keyframe can be found by its time and decodes by itself.

    Not so where times are counted, in GIF (each picture patches the one before), nor in MPEG
    program streams, which give wrong times after a jump near the end.
    """
    return source.clock not in {Clock.ORDER, Clock.COUNT} and source.container_name not in {
        "gif",
        "mpeg",
    }


def packets_from_keyframe(
    source: Source, tick: int, damage: Damage
) -> Iterator[av.Packet[av.VideoStream]]:
    """Packets from a keyframe at or before `tick`; nothing if none is found.

    A keyframe at which an encoder does not reset (no IDR: open groups of pictures, rolling
    intra refresh) needs the pictures behind it to settle, so the one before is taken as well.
    """
    settled = False
    target = tick
    for _ in range(_STEPS_BACK):
        feed = _sought(source, target, damage)
        key = next(feed, None)
        if key is None or key.pts is None:
            break
        if key.pts <= tick:
            if settled or _resets(source, key):
                return chain([key], feed)
            settled = True
        target = key.pts - 1
    return iter(())


def _sought(source: Source, tick: int, damage: Damage) -> Iterator[av.Packet[av.VideoStream]]:
    try:
        source.container.seek(tick, stream=source.stream)
    except av.error.FFmpegError:
        return iter(())
    return dropwhile(lambda packet: not packet.is_keyframe, packets(source, damage))


def _resets(source: Source, packet: av.Packet[av.VideoStream]) -> bool:
    codec = source.stream.codec_context
    if codec.name != "h264":
        return True
    kinds = _nal_kinds(memoryview(packet), codec.extradata)
    return _H264_IDR in kinds


def _nal_kinds(data: memoryview, extradata: bytes | None) -> set[int]:
    """The types of the NAL units in an H.264 packet (ISO/IEC 14496-15, or Annex B of H.264)."""
    content = bytes(data)
    if not extradata or extradata[0] != 1:
        return {part[0] & 31 for part in content.split(b"\0\0\1")[1:] if part}
    kinds, at, prefix = set(), 0, (extradata[4] & 3) + 1
    while at + prefix < len(content):
        kinds.add(content[at + prefix] & 31)
        at += prefix + int.from_bytes(content[at : at + prefix], "big")
    return kinds
