from __future__ import annotations

from itertools import pairwise

import pytest

from sammot.service.chunks import CHUNK_FRAMES, chunk_stop
from sammot.service.spans import cut_into_spans


@pytest.mark.parametrize("frame_count", [0, 1, 500, 6000, 10_000, 300_001])
@pytest.mark.parametrize("fps", [5.0, 25.0, 59.94, 240.0])
@pytest.mark.parametrize("span_frames", [1, 1000, 3001])
def test_spans_cover_the_clip_chunk_by_chunk(
    frame_count: int, fps: float, span_frames: int
) -> None:
    spans = cut_into_spans(frame_count, span_frames, fps)
    assert (spans[0].start, spans[0].cut, spans[-1].stop) == (0, 0, None)
    for number, (before, span) in enumerate(pairwise(spans), 1):
        assert span.number == number
        assert before.stop == span.cut
        assert span.cut - span.start >= max(2 * CHUNK_FRAMES, 5 * fps)
        assert span.start >= before.cut
        assert span.start % CHUNK_FRAMES == span.cut % CHUNK_FRAMES == 0
        assert chunk_stop(span.start, 16) == span.start + CHUNK_FRAMES


def test_a_clip_that_is_not_to_be_cut_is_one_span() -> None:
    assert len(cut_into_spans(100_000, 0, 25.0)) == 1


def test_spans_are_about_equally_long() -> None:
    assert [span.cut for span in cut_into_spans(6500, 3008, 25.0)] == [0, 3264]
    assert [span.cut for span in cut_into_spans(6000, 1500, 25.0)] == [0, 1472, 3008, 4480]
