"""Small clips whose every frame carries its number, so that tests read it back from the pixels.

The top third of each picture is a row of twelve blocks: white, ten bits of the frame number
(highest first), black. The outer two tell a mirrored or wrongly turned picture from a right one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

BLOCKS = 12
TICKS = 90_000
"""Presentation times of generated clips are whole ticks of this many a second."""


def picture(number: int, height: int = 112, width: int = 192) -> NDArray[np.uint8]:
    """Frame `number`, upright, RGB (height, width, 3)."""
    rows, columns = np.mgrid[:height, :width]
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = (columns + 5 * number) % 256
    image[..., 1] = (rows * 2) % 256
    image[..., 2] = 90
    bits = [1, *((number >> shift) & 1 for shift in range(9, -1, -1)), 0]
    block = np.arange(width) * BLOCKS // width
    image[: height // 3] = np.where(np.array(bits)[block] == 1, 235, 16)[None, :, None]
    return image


def number_in(image: NDArray[np.uint8]) -> int:
    """The frame number that an upright picture shows; raises ValueError on a picture askew."""
    height, width = image.shape[:2]
    centres = ((np.arange(BLOCKS) + 0.5) * width / BLOCKS).astype(int)
    half = max(1, width // BLOCKS // 4)
    strip = image[height // 12 : height // 4].mean(axis=(0, 2))
    bits = [strip[centre - half : centre + half + 1].mean() > 128 for centre in centres]
    if not bits[0] or bits[-1]:
        raise ValueError("the picture is not upright")
    return int("".join(str(int(bit)) for bit in bits[1:-1]), 2)


@dataclass(frozen=True)
class Clip:
    """A recipe; `write` follows it."""

    count: int = 30
    fps: float = 25.0
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    height: int = 112
    width: int = 192
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    times: Sequence[float] | None = None
    """Presentation times in seconds; evenly spaced by `fps` when None."""
    start: float = 0.0
    """Added to every presentation time of the picture."""
    turn: int = 0
    """Degrees clockwise that a player must turn the stored picture to show it upright."""
    mirror: bool = False
    sound: float | None = None
    """Start of a tone in seconds; None for a silent clip."""
    sound_codec: str = "aac"
    format: str | None = None

    def ticks(self) -> list[int]:
        """The presentation time of each frame in ticks, `start` included."""
        times = self.times or [number / self.fps for number in range(self.count)]
        return [round((time + self.start) * TICKS) for time in times]

    def write(self, path: Path) -> Path:
        """Encode the clip; the container follows the file's name unless `format` says."""
        with av.open(
            str(path), "w", format=self.format, options=dict(self.container_options)
        ) as container:
            stream = self._add_video(container)
            sound = None if self.sound is None else self._add_sound(container)
            for number, tick in enumerate(self.ticks()):
                frame = av.VideoFrame.from_ndarray(self._stored(number), format="rgb24")
                frame.pts, frame.time_base = tick, Fraction(1, TICKS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
            if sound is not None:
                self._play(container, sound)
        return path

    def _stored(self, number: int) -> NDArray[np.uint8]:
        image = picture(number, self.height, self.width)
        if self.mirror:
            image = image[:, ::-1]
        return np.ascontiguousarray(np.rot90(image, self.turn // 90))

    def _add_video(self, container: av.container.OutputContainer) -> av.VideoStream:
        stream = container.add_stream(
            self.codec, rate=Fraction(self.fps).limit_denominator(1001), options=dict(self.options)
        )
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = self._stored(0).shape[:2]
        stream.pix_fmt = self.pixel_format
        stream.codec_context.time_base = (
            Fraction(1, round(self.fps))
            if self.codec in {"mpeg4", "gif", "mpeg2video"}
            else Fraction(1, TICKS)
        )
        if self.turn or self.mirror:
            stream.set_display_rotation(-self.turn, hflip=self.mirror)
        return stream

    def _add_sound(self, container: av.container.OutputContainer) -> av.AudioStream:
        stream = container.add_stream(self.sound_codec, rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        return stream

    def _play(self, container: av.container.OutputContainer, stream: av.AudioStream) -> None:
        samples = round(self.count / self.fps * 48_000)
        tone = np.sin(np.arange(samples) * 2 * np.pi * 440 / 48_000).astype(np.float32) / 4
        first = round((self.sound or 0.0) * 48_000)
        for at in range(0, samples - 1023, 1024):
            frame = av.AudioFrame.from_ndarray(
                tone[None, at : at + 1024], format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = 48_000, first + at, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
