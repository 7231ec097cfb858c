"""MOTChallenge text: `frame, id, left, top, width, height, confidence, ...`, all from 1.

Source: MOT16 (arXiv 1603.00831), section 4 and table 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sammot.errors import InvalidTracks
from sammot.tracking.mask import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sammot.tracking.track import FrameResult

Boxes = dict[int, dict[int, Box]]
"""Frame (from 0) -> track id -> box."""


@dataclass(frozen=True, slots=True)
class MotFile:
    """The boxes of a MOT file.

    `ignored` are ground truth that counts neither for nor against a tracker: rows whose
    seventh column, the flag, is 0.
    """

    boxes: Boxes = field(default_factory=dict)
    ignored: Boxes = field(default_factory=dict)


def write_mot(results: Iterable[FrameResult]) -> Iterator[bytes]:
    """Ten columns, one row an observation; the last three are the unused world position."""
    for result in results:
        lines = [
            f"{result.index + 1},{seen.track_id},"
            f"{seen.box.x1 + 1:.10g},{seen.box.y1 + 1:.10g},"
            f"{seen.box.width:.10g},{seen.box.height:.10g},{seen.score:.4f},-1,-1,-1\n"
            for seen in result.observations
        ]
        if lines:
            yield "".join(lines).encode()


def read_mot(path: Path, *, is_truth: bool = False) -> MotFile:
    """Read ground truth, tracks or detections of MOT15, 16, 17 or 20.

    In ground truth the seventh column is a flag: 0 means "ignore". In tracks it is a
    confidence, of any value. Boxes without an identity (-1) each get one of their own.

    Raises: InvalidTracks naming the line that is not a row of numbers, or repeats an
    identity within a frame; or for a file that is not text.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidTracks(f"{path.name} cannot be read as MOT text.") from error
    file, nameless = MotFile(), 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        frame, identity, box, flag = _parse(line, f"{path.name}, line {number}")
        if identity < 0:
            nameless, identity = nameless - 1, nameless - 1
        target = file.ignored if is_truth and flag == 0 else file.boxes
        if identity in target.setdefault(frame, {}):
            raise InvalidTracks(
                f"{path.name}, line {number}: identity {identity} twice in a frame."
            )
        target[frame][identity] = box
    return file


def _parse(line: str, where: str) -> tuple[int, int, Box, float]:
    cells = line.replace(",", " ").split()
    try:
        numbers = [float(cell) for cell in cells[:7]]
        frame, identity, left, top, width, height = numbers[:6]
    except ValueError as error:
        raise InvalidTracks(
            f"{where}: expected frame, id, left, top, width, height, flag; found {line[:60]!r}."
        ) from error
    if frame < 1 or frame != int(frame) or identity != int(identity):
        raise InvalidTracks(f"{where}: frame and id must be whole numbers, frames from 1.")
    x1, y1 = left - 1, top - 1
    return (
        int(frame) - 1,
        int(identity),
        Box(x1, y1, x1 + width, y1 + height),
        (numbers[6] if len(numbers) > 6 else 1.0),
    )
