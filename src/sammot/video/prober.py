from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sammot.errors import TooLarge, UnreadableVideo
from sammot.video import sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sammot.video.limits import Limits


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known of a video after a look at it.

    `width` and `height` are the upright picture's, in pixels (of the grid that masks have: a
    pixel need not be square on the screen); `rotation` is the clockwise turn in degrees that
    made it upright. `duration` is the end of the last frame and `times` the time of each frame,
    float64 (frame_count,), strictly increasing: seconds on the player's clock, whose first frame
    may be later than 0. `fps` is the mean rate. `warnings` are sentences for the user.
    """

    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    rotation: int
    duration: float
    fps: float
    frame_count: int
    has_audio: bool
    browser_playable: bool
    warnings: tuple[str, ...]
    times: NDArray[np.float64]


def probe(path: Path, limits: Limits, *, poster: Path | None = None) -> Probe:
    """Look at an untrusted file in a child process; write a poster (WebP) if asked to.

    Raises:
        TooLarge: more bytes than allowed.
        UnreadableVideo: not a video, empty, damaged beyond reading, without a picture, or more
            work to read than the limits allow.
        VideoTooBig: over the limit on duration, pixels or frame count.

    """
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise TooLarge(f"The file has {size} bytes; the limit here is {limits.max_bytes}.")
    if size == 0:
        raise UnreadableVideo("The file is empty. Was the upload or the recording interrupted?")
    arguments: dict[str, object] = {
        "path": str(path.resolve()),
        "max_pixels": limits.max_pixels,
        "max_seconds": limits.max_seconds,
        "max_frames": limits.max_frames,
    }
    answer = sandbox.run("sammot.video.inspection:inspect", arguments, limits)
    found, picture = unpacked(answer)
    if poster is not None:
        poster.write_bytes(picture)
    return found


def unpacked(answer: bytes) -> tuple[Probe, bytes]:
    """What the child told (see `inspection.inspect`), and the poster."""
    header, _, body = answer.partition(b"\n")
    facts = json.loads(header)
    table_bytes = 8 * facts["frame_count"]
    times = np.frombuffer(body[:table_bytes], "<f8").astype(np.float64)
    found = Probe(**{**facts, "warnings": tuple(facts["warnings"])}, times=times)
    return found, body[table_bytes:]
