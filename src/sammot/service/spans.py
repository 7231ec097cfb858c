"""Where a long clip is cut for several workers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sammot.service.chunks import CHUNK_FRAMES

_OVERLAP_SECONDS = 5.0  # longer than a hidden track is remembered by default, and found again
_LEAST_OVERLAP = 2 * CHUNK_FRAMES


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a clip: tracked from frame `start` on, reported from `cut` to `stop`.

    Between `start` and `cut` the span before it reports; there both meet. The last has no
    `stop`: it ends with the clip.
    """

    number: int
    start: int
    cut: int
    stop: int | None


def cut_into_spans(frame_count: int, span_frames: int, fps: float) -> list[Span]:
    """As many spans as a clip has whole ones of `span_frames`, about equally long: the last to end
    is waited for. One span where it is not cut.

    All begin and end with a chunk, whose first frame is a multiple of `CHUNK_FRAMES`.
    """
    overlap = max(_LEAST_OVERLAP, ceil(_OVERLAP_SECONDS * fps / CHUNK_FRAMES) * CHUNK_FRAMES)
    count = max(1, frame_count // max(span_frames, 2 * overlap)) if span_frames else 1
    cuts = [
        round(number * frame_count / count / CHUNK_FRAMES) * CHUNK_FRAMES for number in range(count)
    ]
    stops = [*cuts[1:], None]
    return [
        Span(number, max(0, cut - overlap), cut, stop)
        for number, (cut, stop) in enumerate(zip(cuts, stops, strict=True))
    ]
