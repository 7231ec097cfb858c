"""What the child process does: look at an untrusted file and report in bytes."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np

from sammot.errors import UnreadableVideo, VideoTooBig
from sammot.video.pictures import Damage, packets, pictures
from sammot.video.playable import browser_playable
from sammot.video.source import DEFAULT_RATE, opened
from sammot.video.table import Table, tabulate
from sammot.video.upright import Turn, Upright

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sammot.video.source import Source

POSTER_WIDTH = 640
_POSTER_CANDIDATES = 24
_POSTER_CONTRAST = 25.0


class _Head(NamedTuple):
    """What the first pictures tell."""

    tick: int
    turn: Turn
    poster: NDArray[np.uint8]


def inspect(path: str, max_pixels: int, max_seconds: float, max_frames: int) -> bytes:
    """A line of JSON, then the times as little-endian float64, then the poster as WebP.

    Raises:
        UnreadableVideo: not a video, or nothing in it can be decoded.
        VideoTooBig: over one of the limits.

    """
    with opened(Path(path)) as source:
        _check_declared(source, max_pixels, max_seconds)
        head = _head(source)
    table = tabulate(Path(path), head.tick, max_frames)
    if not table.ticks:
        raise _nothing_decodes()
    with opened(Path(path)) as source:
        times = np.array([source.seconds(tick) for tick in table.ticks], np.float64)
        facts = _facts(source, head, table, times)
    _check_duration(float(times[-1] - times[0]), max_seconds)
    header = json.dumps(facts).encode()
    return b"".join((header, b"\n", times.astype("<f8").tobytes(), webp(head.poster)))


def _check_declared(source: Source, max_pixels: int, max_seconds: float) -> None:
    if source.width * source.height > max_pixels:
        raise VideoTooBig(
            f"The picture has {source.width} x {source.height} pixels; the limit here is "
            f"{max_pixels} in all. Scale the video down."
        )
    _check_duration((source.container.duration or 0) / av.time_base, max_seconds)


def _check_duration(seconds: float, limit: float) -> None:
    if seconds > limit:
        raise VideoTooBig(
            f"The video lasts {seconds:.0f} s; the limit here is {limit:g} s. Cut it into parts."
        )


def _head(source: Source) -> _Head:
    """The first picture's tick and turn, and the first of the opening pictures that shows much."""
    damage = Damage()
    found = pictures(source, damage, packets(source, damage))
    tick, first = next(found, (0, None))
    if first is None:
        raise _nothing_decodes()
    upright = Upright(source)
    best = upright(first)
    for _, frame in islice(found, _POSTER_CANDIDATES):
        if _contrast(best) > _POSTER_CONTRAST:
            break
        if frame is not None:
            best = max(best, upright(frame), key=_contrast)
    return _Head(tick, Turn.of(first), best)


def _nothing_decodes() -> UnreadableVideo:
    return UnreadableVideo(
        "Not a single frame of this video can be decoded: it is damaged or encrypted."
    )


def _contrast(image: NDArray[np.uint8]) -> float:
    return float(image[::8, ::8].std())


def _facts(
    source: Source, head: _Head, table: Table, times: NDArray[np.float64]
) -> dict[str, object]:
    codec = source.stream.codec_context
    span = float(times[-1] - times[0])
    rate = source.stream.guessed_rate or source.stream.average_rate
    fps = (len(times) - 1) / span if span > 0 else float(rate or DEFAULT_RATE)
    end = float(times[-1]) + (float(table.last_step * source.time_base) or 1 / fps)
    if not table.damage.broken:
        end = max(end, source.declared_end)
    width, height = source.width, source.height
    return {
        "container": source.container_name,
        "codec": codec.codec.canonical_name if codec.codec else codec.name,
        "pixel_format": codec.pix_fmt or "",
        "width": height if head.turn.transposed else width,
        "height": width if head.turn.transposed else height,
        "rotation": head.turn.degrees,
        "duration": end,
        "fps": fps,
        "frame_count": len(times),
        "has_audio": source.has_sound,
        "browser_playable": browser_playable(source, head.turn),
        "warnings": list(table.damage.warnings(end)),
    }


def webp(image: NDArray[np.uint8]) -> bytes:
    """An RGB picture as WebP, at most `POSTER_WIDTH` wide."""
    scale = min(1.0, POSTER_WIDTH / image.shape[1])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(width, height, "yuv420p")
    frame.pts = 0
    encoder = av.codec.CodecContext.create("libwebp", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
