"""H.264 that every browser plays: yuv420p, BT.709, faststart."""

from __future__ import annotations

from contextlib import suppress
from errno import ENOSPC
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av
import av.error
import cv2
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import VideoReformatter

from sammot.errors import StorageFull

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

DEFAULT_TIME_BASE = Fraction(1, 90_000)
_BT709 = 1
_LIMITED_RANGE = 1
_OPTIONS = {"preset": "veryfast", "crf": "21"}
_KEYFRAME_EVERY = 60


def _container_options(time_base: Fraction) -> dict[str, str]:
    # A late start is stored in units of the whole movie: make them as fine as those of the times.
    units = time_base.denominator * -(-1000 // time_base.denominator)
    return {"movflags": "+faststart", "movie_timescale": str(units)}


class Writer:
    """Writes an MP4 under another name and gives it its own when all went well.

    A context manager: leaving it by an error removes what was written; a full disk becomes
    StorageFull. Each picture is held until the time of the next is known, so that it is shown
    for just as long. 4:2:0 has even sides only: an odd side gains a copy of its last row or
    column.
    """

    def __init__(
        self,
        target: Path,
        height: int,
        width: int,
        *,
        time_base: Fraction = DEFAULT_TIME_BASE,
        pixel_aspect: Fraction | None = None,
    ) -> None:
        """`pixel_aspect` is width over height of a pixel as shown; None for square ones."""
        self._target = target
        self._partial = target.with_name(f"{target.name}.part")
        self._time_base = time_base
        self._padding = height % 2, width % 2
        self._scaler = VideoReformatter()
        self._held: av.VideoFrame | None = None
        self.container = av.open(
            str(self._partial), "w", format="mp4", options=_container_options(time_base)
        )
        self._stream = self.container.add_stream("libx264", options=dict(_OPTIONS))
        codec = self._stream.codec_context
        codec.height, codec.width = height + height % 2, width + width % 2
        codec.pix_fmt, codec.time_base = "yuv420p", time_base
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = _LIMITED_RANGE
        codec.flags |= Flags.frame_duration
        codec.gop_size = _KEYFRAME_EVERY
        if pixel_aspect is not None:
            codec.sample_aspect_ratio = pixel_aspect

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            try:
                self.container.close()
                self._partial.replace(self._target)
            except OSError as failure:
                error = failure
        with suppress(av.error.FFmpegError):
            self.container.close()
        self._partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == ENOSPC:
            raise StorageFull("The disk is full: the video could not be written.") from error
        if error is not None and kind is None:
            raise error

    def add(self, image: NDArray[np.uint8], time: float) -> None:
        """Append an RGB picture (height, width, 3) at `time` seconds."""
        below, right = self._padding
        if below or right:
            padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
            image = np.asarray(padded, np.uint8)
        frame = self._scaler.reformat(
            av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(image), "rgb24"),
            format="yuv420p",
            dst_colorspace=_BT709,
            dst_color_range=_LIMITED_RANGE,
        )
        frame.time_base = self._time_base
        frame.pts = self._tick(time)
        self._send_held(frame.pts)
        self._held = frame

    def end(self, time: float) -> None:
        """Show the last picture until `time` seconds; call it once, after all pictures."""
        if self._held is None:
            raise ValueError("There are no frames to write.")
        self._send_held(self._tick(time))
        self.container.mux(self._stream.encode(None))

    def _send_held(self, until: int) -> None:
        if self._held is not None:
            self._held.duration = until - (self._held.pts or 0)
            self.container.mux(self._stream.encode(self._held))

    def _tick(self, time: float) -> int:
        return round(Fraction(time) / self._time_base)
