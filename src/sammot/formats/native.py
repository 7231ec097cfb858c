"""The product's own JSON: one object for each track, its frames inside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import orjson

from sammot.errors import InvalidTracks
from sammot.formats.spool import Spool
from sammot.tracking.mask import RLE, Box

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from sammot.tracking.track import FrameResult, Observation


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """What stands around the objects; `processing_time` is in seconds.

    `is_complete` is false while frames are still to come; `frames_ready` of them are there.
    """

    video_id: str
    job_id: str
    frame_count: int
    frames_ready: int
    is_complete: bool
    fps: float
    processing_time: float
    average_fps: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a result is wanted: frames start <= n < stop, these tracks or all."""

    start: int = 0
    stop: int | None = None
    track_ids: Collection[int] | None = None
    has_masks: bool = True

    def frames(self, results: Iterable[FrameResult]) -> Iterator[FrameResult]:
        """The wanted frames of results in order, taking no more than needed."""
        for result in results:
            if self.stop is not None and result.index >= self.stop:
                return
            if result.index >= self.start:
                yield result

    def wants(self, track_id: int) -> bool:
        """Whether this track is to be written."""
        return self.track_ids is None or track_id in self.track_ids


@dataclass(slots=True)
class _Span:
    first: int
    last: int
    label: str | None


def write_native(
    results: Iterable[FrameResult],
    summary: ResultSummary,
    selection: Selection = Selection(),
    *,
    spool_folder: Path | None = None,
) -> Iterator[bytes]:
    """The whole document in pieces, tracks in the order of their ids.

    Results come by frame and leave by track: they pass through a temporary file in
    `spool_folder`, so memory does not grow with their number. Without masks the key `mask` is
    absent. `first_frame` and `last_frame` are those of the selection; `label` is the last one.
    """
    spans: dict[int, _Span] = {}
    with Spool(spool_folder) as spool:
        for result in selection.frames(results):
            for seen in result.observations:
                if selection.wants(seen.track_id):
                    _note(spans, result.index, seen)
                    spool.append(seen.track_id, b"," + _frame(result.index, seen, selection))
        yield _head(summary)
        for place, track_id in enumerate(sorted(spans)):
            yield (b"," if place else b"") + _opening(track_id, spans[track_id])
            # The first piece starts with the comma that goes before every frame.
            pieces = spool.read(track_id)
            yield next(pieces)[1:]
            yield from pieces
            yield b"]}"
        yield _tail(summary)


def _note(spans: dict[int, _Span], index: int, seen: Observation) -> None:
    span = spans.setdefault(seen.track_id, _Span(index, index, seen.label))
    span.last, span.label = index, seen.label or span.label


def _frame(index: int, seen: Observation, selection: Selection) -> bytes:
    box, rle = seen.box, seen.rle
    entry: dict[str, object] = {
        "frame_id": index,
        "bbox": [box.x1, box.y1, box.width, box.height],
    }
    if selection.has_masks:
        entry["mask"] = {"size": [rle.height, rle.width], "counts": rle.counts}
    entry["score"] = seen.score
    return orjson.dumps(entry, option=orjson.OPT_SERIALIZE_NUMPY)


def _head(summary: ResultSummary) -> bytes:
    head = orjson.dumps(
        {
            "video_id": summary.video_id,
            "job_id": summary.job_id,
            "complete": summary.is_complete,
            "frames_ready": summary.frames_ready,
            "frame_count": summary.frame_count,
            "fps": summary.fps,
        }
    )
    return head[:-1] + b',"objects":['


def _opening(track_id: int, span: _Span) -> bytes:
    opening = orjson.dumps(
        {
            "track_id": track_id,
            "label": span.label,
            "first_frame": span.first,
            "last_frame": span.last,
        }
    )
    return opening[:-1] + b',"frames":['


def _tail(summary: ResultSummary) -> bytes:
    performance = {
        "processing_time": summary.processing_time,
        "average_fps": summary.average_fps,
    }
    return b'],"performance_metrics":' + orjson.dumps(performance) + b"}"


def read_native(path: Path) -> tuple[dict[int, dict[int, Box]], dict[int, dict[int, RLE]]]:
    """The boxes and the masks of a result: frame -> track id -> each.

    The masks are empty where the file was written without.

    Raises: InvalidTracks for a file that is not such a document.
    """
    boxes: dict[int, dict[int, Box]] = {}
    masks: dict[int, dict[int, RLE]] = {}
    try:
        document = orjson.loads(path.read_bytes())
        entries = chain.from_iterable(
            ((int(item["track_id"]), entry) for entry in item["frames"])
            for item in document["objects"]
        )
        for track_id, entry in entries:
            x, y, width, height = entry["bbox"]
            frame = int(entry["frame_id"])
            boxes.setdefault(frame, {})[track_id] = Box(x, y, x + width, y + height)
            if mask := entry.get("mask"):
                masks.setdefault(frame, {})[track_id] = _rle(mask)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidTracks(f"{path.name} is not a result of this product.") from error
    return boxes, masks


def _rle(mask: Mapping[str, object]) -> RLE:
    size = mask["size"]
    if not isinstance(size, list):
        raise TypeError("size")
    return RLE(int(size[0]), int(size[1]), str(mask["counts"]))
