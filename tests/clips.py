"""Small clips whose every frame carries its number, so that tests read it back from the pixels.

The top third of each picture is a row of twelve blocks: white, ten bits of the frame number
(highest first), black. The outer two tell a mirrored or wrongly turned picture from a right one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
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
    pixel_aspect: tuple[int, int] = (1, 1)
    """Width and height of a pixel as shown, before the picture is turned."""
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
        stream.codec_context.sample_aspect_ratio = Fraction(*self.pixel_aspect)
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


_GROUPS = {"preset": "fast", "bf": "3", "g": "12"}
_VPX = {"g": "12", "deadline": "realtime", "cpu-used": "8"}
_X265 = {"x265-params": "log-level=none:keyint=12:bframes=3"}
_OPEN = {"x264-params": "open-gop=1:keyint=12:bframes=3:b-pyramid=normal"}
_ROLLING = {"x264-params": "intra-refresh=1:keyint=12:bframes=0"}
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
_UNEVEN = (
    0.0,
    0.04,
    0.09,
    0.1,
    0.3,
    0.35,
    0.36,
    0.7,
    0.71,
    1.2,
    *(1.3 + i / 77 for i in range(20)),
)

KINDS: dict[str, Clip] = {
    "b-frames.mp4": Clip(options=_GROUPS),
    "variable-rate.mp4": Clip(options=_GROUPS, times=_UNEVEN),
    "ntsc.mp4": Clip(options=_GROUPS, fps=30_000 / 1001),
    "turned-90.mp4": Clip(turn=90),
    "turned-180.mp4": Clip(turn=180),
    "turned-270.mp4": Clip(turn=270),
    "mirrored.mp4": Clip(mirror=True),
    "mirrored-turned.mp4": Clip(mirror=True, turn=90),
    "hevc.mp4": Clip(codec="libx265", options=_X265),
    "mpeg4.avi": Clip(codec="mpeg4", options={"g": "12"}),
    "mpeg4-b-frames.avi": Clip(codec="mpeg4", options={"bf": "2", "g": "12"}),
    "h264.avi": Clip(options=_GROUPS),
    "ten-bit.mp4": Clip(pixel_format="yuv420p10le", options=_GROUPS),
    "prores.mov": Clip(codec="prores_ks", pixel_format="yuv422p10le"),
    "vp8.webm": Clip(codec="libvpx", options=_VPX),
    "vp9.webm": Clip(codec="libvpx-vp9", options=_VPX),
    "odd-size.webm": Clip(codec="libvpx-vp9", height=111, width=193, options=_VPX),
    "h264.mkv": Clip(options=_GROUPS),
    "raw.m4v": Clip(codec="mpeg4", options={"bf": "2", "g": "12"}, format="m4v"),
    "raw.h264": Clip(options=_GROUPS, format="h264"),
    "broadcast.ts": Clip(options=_GROUPS, sound=0.0),
    "dvd.mpg": Clip(codec="mpeg2video", options={"bf": "2", "g": "12"}),
    "flash.flv": Clip(options=_GROUPS),
    "animated.gif": Clip(codec="gif", pixel_format="rgb8", fps=10),
    "fragments.mp4": Clip(options=_GROUPS, container_options=_FRAGMENTS),
    "late-picture.mp4": Clip(options=_GROUPS, sound=0.0, start=0.4),
    "late-sound.mp4": Clip(options=_GROUPS, sound=0.5),
    "late-start.mp4": Clip(options=_GROUPS, start=0.4),
    "edit-list.mp4": Clip(options=_GROUPS, start=-0.44),
    "open-groups.mp4": Clip(options=_OPEN, count=40),
    "rolling-refresh.mp4": Clip(options=_ROLLING, count=40),
}
"""One clip of each kind that uploads come in; the name's end chooses the container."""

HIDDEN = {"edit-list.mp4": 11}
"""How many first frames of a clip its edit list hides from every player."""


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def text(path: Path) -> Path:
    path.write_text("Dear diary, today I renamed a text file to .mp4.\n" * 50)
    return path


def sound_only(path: Path) -> Path:
    """A tone in MP4, no picture."""
    clip = Clip()
    with av.open(str(path), "w", format="mp4") as container:
        clip._play(container, clip._add_sound(container))
    return path


def pixel_bomb(path: Path) -> Path:
    """A GIF of 40 bytes that unfolds to 256 million pixels."""
    size = (16_000).to_bytes(2, "little") * 2
    head = b"GIF89a" + size + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    path.write_bytes(head + b"," + bytes(4) + size + b"\x00" + b"\x02\x02\x4c\x01\x00;")
    return path


def playlist(path: Path, target: Path) -> Path:
    """An HLS playlist that names another file."""
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXTINF:1.2,\nfile://{target}\n#EXT-X-ENDLIST\n"
    )
    return path


def concat_script(path: Path, target: Path) -> Path:
    """A script for FFmpeg's concat demuxer that names another file."""
    path.write_text(f"ffconcat version 1.0\nfile '{target}'\n")
    return path


def session_description(path: Path) -> Path:
    """SDP: asks the reader to listen on the network."""
    path.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    )
    return path


def truncated(path: Path, whole: Path, share: float) -> Path:
    """The first `share` of another file."""
    content = whole.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def blotted(path: Path, whole: Path, frame: int) -> Path:
    """Another file with the data of one frame, counted in decoding order, made zero."""
    with av.open(str(whole)) as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.size]
        data = bytes(packets[frame])
    path.write_bytes(whole.read_bytes().replace(data, bytes(len(data))))
    return path


def first_needless(path: Path) -> int:
    """The first frame, in decoding order, on which no other rests (H.264 in MP4 or Matroska)."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.size]
    slice_without_reference = 1
    return next(i for i, p in enumerate(packets) if bytes(p)[4] == slice_without_reference)


def camera(path: Path, count: int = 10) -> Path:
    """Motion JPEG in AVI, with a camera's EXIF block in each picture."""
    block = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x04\0\0\0Cam\0\0\0\0\0"
    exif = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    with av.open(str(path), "w") as container:
        stream = container.add_mux_stream("mjpeg", rate=25, width=192, height=112)
        for number in range(count):
            _, jpeg = cv2.imencode(".jpg", picture(number)[..., ::-1])
            packet = av.Packet(jpeg.tobytes()[:2] + exif + jpeg.tobytes()[2:])
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = number
            packet.is_keyframe = True
            container.mux(packet)
    return path


def subtitled(path: Path, until: float) -> Path:
    """A clip in Matroska with one subtitle, shown up to long after the last picture."""
    whole = Clip().write(path.with_name("plain.mkv"))
    with av.open(str(whole)) as plain, av.open(str(path), "w") as container:
        picture_stream = container.add_stream_from_template(plain.streams.video[0])
        text_stream = container.add_mux_stream("subrip")
        text = av.Packet(b"That was all.")
        text.stream, text.time_base = text_stream, Fraction(1, 1000)
        text.pts = text.dts = 1000
        text.duration = round((until - 1) * 1000)
        for packet in plain.demux(plain.streams.video[0]):
            if packet.dts is not None or packet.pts is not None:
                packet.stream = picture_stream
                container.mux(packet)
        container.mux(text)
    return path
