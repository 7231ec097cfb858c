"""Opening an untrusted file: which containers, which stream, whose clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import av.error
from av.stream import Disposition

from sammot.errors import UnreadableVideo

Footage = Path | Callable[[], BinaryIO]
"""A file by its path, or by what opens it for reading with seek, as often as it is asked."""

DEMUXERS = "mov,matroska,avi,flv,mpegts,mpeg,asf,ogg,mxf,ivf,gif,h264,hevc,m4v"
"""All that is opened. Playlists (HLS, DASH, concat), SDP, image sequences and whatever else
could name another file or an address are absent on purpose."""

MAX_PICTURE_PIXELS = 16_384 * 8_192
"""No decoder is asked for a larger picture, whatever a later part of the file claims."""

DEMUX_ERRORS = (av.error.FFmpegError, IndexError)
"""What demuxing raises; IndexError is PyAV's answer to a stream that appears late."""

_NO_CLOCK = frozenset({"h264", "hevc", "m4v"})
_ABSOLUTE_CLOCK = frozenset({"mov", "matroska", "ogg"})
_EXACT_PACKETS = frozenset({"mov", "matroska", "avi", "flv", "gif", "ivf"})
_PEEKED_PACKETS = 48
_DECODER_THREADS = 2
_FINE_TIME_BASE = Fraction(1, 1_000_000)
DEFAULT_RATE = Fraction(25)
"""Frames a second where nothing tells."""


class Clock(Enum):
    """Where the times of a file's pictures come from."""

    PACKETS = "each packet is one picture and bears its time"
    FRAMES = "only decoded pictures tell their time"
    ORDER = "only times of decoding: the n-th picture shown takes that of the n-th packet"
    COUNT = "no times at all: the n-th picture takes the number n"


@dataclass(frozen=True, slots=True)
class Source:
    """One opened file and its picture stream.

    `origin` (seconds, exact) is the presentation timestamp at which the player's clock shows 0.
    `width` and `height` are the stored picture's, before it is turned upright.
    """

    footage: Footage
    container: av.container.InputContainer
    stream: av.VideoStream
    clock: Clock
    time_base: Fraction
    origin: Fraction
    width: int
    height: int

    def seconds(self, tick: int) -> float:
        """The player's time of a presentation timestamp."""
        return float(tick * self.time_base - self.origin)

    def tick(self, seconds: float) -> int:
        """The presentation timestamp nearest to a player's time."""
        return round((Fraction(seconds) + self.origin) / self.time_base)

    def shown_for(self, frame: av.VideoFrame) -> float:
        """How long a picture is shown, in seconds, as the file tells; one mean step otherwise."""
        unit = self.stream.time_base
        if frame.duration and unit is not None and unit >= self.time_base:
            return float(frame.duration * unit)
        return float(1 / (self.stream.guessed_rate or self.stream.average_rate or DEFAULT_RATE))

    @property
    def declared_end(self) -> float:
        """Where the picture ends according to the container, in seconds; 0 if it is not exact."""
        stream = self.stream
        if self.container_name != "mov" or stream.duration is None or stream.start_time is None:
            return 0.0
        return self.seconds(stream.start_time + stream.duration)

    @property
    def exact_time_base(self) -> Fraction:
        """A unit of which all times of this file, counted from the player's zero, are multiples."""
        whole = (self.origin / self.time_base).denominator == 1
        return self.time_base if whole else _FINE_TIME_BASE

    def read(self) -> BinaryIO:
        """The file's bytes, from the first."""
        return self.footage.open("rb") if isinstance(self.footage, Path) else self.footage()

    @property
    def container_name(self) -> str:
        """FFmpeg's first name of the container: `mov`, `matroska`, `avi`..."""
        return self.container.format.name.split(",")[0]

    @property
    def has_sound(self) -> bool:
        """Whether a sound stream that can be decoded comes with the picture."""
        return any(stream.codec_context is not None for stream in self.container.streams.audio)


@contextmanager
def opened(footage: Footage) -> Iterator[Source]:
    """Open a file for reading its first video stream.

    Raises:
        UnreadableVideo: not one of the known containers, or without a picture.

    """
    with _container(footage) as container:
        stream = _picture_stream(container)
        yield _source(footage, container, stream)


@contextmanager
def _container(footage: Footage) -> Iterator[av.container.InputContainer]:
    options = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS}
    with ExitStack() as held:
        file = f"file:{footage}" if isinstance(footage, Path) else held.enter_context(footage())
        try:
            container = av.open(file, "r", options=options, metadata_errors="replace")
        except (av.error.FFmpegError, ValueError) as error:
            raise UnreadableVideo(
                "This is not a video that can be read: another kind of file, or one whose end is "
                "missing. MP4, MOV, MKV, WebM, AVI, MPEG and GIF can be read."
            ) from error
        yield held.enter_context(container)


def _picture_stream(container: av.container.InputContainer) -> av.VideoStream:
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not streams:
        raise UnreadableVideo("The file has no video stream: there is nothing to see in it.")
    for stream in streams:
        codec = stream.codec_context
        if codec is not None and codec.width > 0 and codec.height > 0:
            # Several frames at once would be faster, but damage then shows as chance has it.
            codec.thread_type = "SLICE"
            codec.thread_count = _DECODER_THREADS
            codec.options = {"max_pixels": str(MAX_PICTURE_PIXELS)}
            return stream
    raise UnreadableVideo("The video is damaged beyond reading, or its codec is not known.")


def _source(
    footage: Footage, container: av.container.InputContainer, stream: av.VideoStream
) -> Source:
    clock = _clock(footage, container, stream)
    time_base = stream.time_base or Fraction(1, 90_000)
    origin = _origin(container)
    if clock is Clock.COUNT:
        time_base = 1 / (stream.guessed_rate or stream.average_rate or DEFAULT_RATE)
    codec = stream.codec_context
    return Source(footage, container, stream, clock, time_base, origin, codec.width, codec.height)


def _origin(container: av.container.InputContainer) -> Fraction:
    # Seen in Chromium 140-odd: a file that starts late is played late, one that starts before
    # zero is shifted to zero. Containers that no browser plays begin at their first timestamp.
    starts = [
        track.start_time * track.time_base
        for track in (*container.streams.video, *container.streams.audio)
        if track.start_time is not None and track.time_base is not None
    ]
    earliest = min(starts, default=Fraction(0))
    name = container.format.name.split(",")[0]
    return min(earliest, Fraction(0)) if name in _ABSOLUTE_CLOCK else earliest


def _clock(
    footage: Footage, container: av.container.InputContainer, stream: av.VideoStream
) -> Clock:
    """Decide by the container and its first packets; the same at every opening of a file."""
    name = container.format.name.split(",")[0]
    if name in _NO_CLOCK:
        return Clock.COUNT
    if name == "avi" and stream.codec_context.has_b_frames:
        return Clock.ORDER
    if name in _EXACT_PACKETS:
        return Clock.PACKETS
    with _container(footage) as peeked:
        distinct = _tells_each_picture(peeked, _picture_stream(peeked))
    return Clock.PACKETS if distinct else Clock.FRAMES


def _tells_each_picture(container: av.container.InputContainer, stream: av.VideoStream) -> bool:
    # Other containers may carry one field, or two pictures, in a packet, or time only some.
    ticks: list[int | None] = []
    try:
        for packet in container.demux(stream):
            if packet.size:
                ticks.append(packet.pts)
            if len(ticks) == _PEEKED_PACKETS:
                break
    except DEMUX_ERRORS:
        return False
    return None not in ticks and len(set(ticks)) == len(ticks)
