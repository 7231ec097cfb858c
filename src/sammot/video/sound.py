"""Carrying the sound of one file over into another."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import av
import av.error

from sammot.video.source import DEMUX_ERRORS, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sammot.video.source import Source

_AAC_RATES = frozenset({8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
_RATE = 48_000


@contextmanager
def sound_of(path: Path, into: av.container.OutputContainer) -> Iterator[Callable[[float], None]]:
    """Carry the first sound stream of a file over, as AAC, on the player's clock.

    Yields a function that writes all sound up to a time in seconds: called along with the
    pictures, the two stay interleaved. AAC in MP4 or MOV is copied, the rest is encoded. Sound
    that is damaged is left out; the pictures matter more.
    """
    with opened(path) as source:
        stream = next((s for s in source.container.streams.audio if s.codec_context), None)
        if stream is None:
            yield lambda _until: None
            return
        is_aac = stream.codec_context.name == "aac" and source.container_name == "mov"
        carried = (_copied if is_aac else _encoded)(source, stream, into)
        waiting: list[av.Packet[av.AudioStream]] = []

        def play(until: float) -> None:
            while True:
                packet = waiting.pop() if waiting else next(carried, None)
                if packet is None:
                    return
                if packet.pts is not None and float(packet.pts * packet.time_base) > until:
                    waiting.append(packet)
                    return
                into.mux(packet)

        yield play


def _copied(
    source: Source, stream: av.AudioStream, into: av.container.OutputContainer
) -> Iterator[av.Packet[av.AudioStream]]:
    copy = into.add_stream_from_template(stream)
    return _moved(source, stream, copy)


def _moved(
    source: Source, stream: av.AudioStream, copy: av.AudioStream
) -> Iterator[av.Packet[av.AudioStream]]:
    with suppress(*DEMUX_ERRORS):
        for packet in source.container.demux(stream):
            if packet.pts is None or packet.dts is None:
                continue
            shift = round(source.origin / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = copy
            yield packet


def _encoded(
    source: Source, stream: av.AudioStream, into: av.container.OutputContainer
) -> Iterator[av.Packet[av.AudioStream]]:
    codec = stream.codec_context
    rate = codec.sample_rate if codec.sample_rate in _AAC_RATES else _RATE
    target = into.add_stream("aac", rate=rate)
    target.codec_context.layout = "mono" if codec.channels == 1 else "stereo"
    return _resampled(source, stream, target)


def _resampled(
    source: Source, stream: av.AudioStream, target: av.AudioStream
) -> Iterator[av.Packet[av.AudioStream]]:
    codec = target.codec_context
    resampler = av.AudioResampler("fltp", codec.layout, codec.sample_rate, frame_size=1024)
    shift = round(source.origin * codec.sample_rate)
    for heard in _heard(source, stream):
        for frame in resampler.resample(heard):
            if frame.pts is not None:
                frame.pts -= shift
            yield from target.encode(frame)
    yield from target.encode(None)


def _heard(source: Source, stream: av.AudioStream) -> Iterator[av.AudioFrame | None]:
    with suppress(*DEMUX_ERRORS):
        for packet in source.container.demux(stream):
            with suppress(av.error.FFmpegError):
                yield from packet.decode()
    yield None
