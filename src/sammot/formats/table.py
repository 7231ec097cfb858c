"""CSV: one row for each observation, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sammot.tracking.track import FrameResult, Observation

COLUMNS: Final = (
    "frame_id",
    "time",
    "track_id",
    "x",
    "y",
    "w",
    "h",
    "score",
    "state",
    "origin",
    "label",
    "area",
)

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(results: Iterable[FrameResult]) -> Iterator[bytes]:
    """The header, then the rows of one frame after another; UTF-8, CRLF (RFC 4180).

    `frame_id` counts from 0, `time` is in seconds, `x, y, w, h` are pixels from the top left,
    `area` is the number of the mask's pixels. A label that a spreadsheet would take for a
    formula is preceded by an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for result in results:
        writer.writerows(_row(result, seen) for seen in result.observations)
        yield _emptied(buffer)
    if rest := _emptied(buffer):
        yield rest


def _row(result: FrameResult, seen: Observation) -> tuple[object, ...]:
    box = seen.box
    return (
        result.index,
        f"{result.time:.6f}",
        seen.track_id,
        *(f"{value:.10g}" for value in (box.x1, box.y1, box.width, box.height)),
        f"{seen.score:.4f}",
        seen.state,
        seen.origin,
        _harmless(seen.label or ""),
        seen.rle.area,
    )


def _harmless(label: str) -> str:
    return f"'{label}" if label.startswith(_FORMULA_STARTS) else label


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
