"""`sammot eval`: hold files of tracks against files of ground truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sammot.errors import InvalidTracks
from sammot.formats.source import find_clips, read_source
from sammot.metrics import METRICS, Evaluation, evaluate, total

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sammot.formats.source import TrackSource

ALL: Final = "all"
"""The row that counts all clips as one."""


def evaluate_paths(
    truth: Path, tracks: Path, *, metrics: Collection[str] | None = None
) -> dict[str, Evaluation]:
    """Evaluate one clip, or every clip of a folder: name -> evaluation, and `all` of several.

    Clips are paired by name; a single clip on both sides needs no common name. Masks are
    compared as masks where both sides have them, else boxes. Without `metrics`, all that the
    files allow. `sammot.metrics.table` prints the answer.

    Raises: InvalidTracks for files that cannot be read, or a clip without tracks; InvalidInput
    for an unknown metric.
    """
    wanted, given = find_clips(truth), find_clips(tracks)
    if len(wanted) == len(given) == 1:
        given = dict(zip(wanted, given.values(), strict=True))
    if missing := sorted(wanted.keys() - given.keys()):
        raise InvalidTracks(f"There are no tracks for {', '.join(missing)}.")
    rows = {
        name: _evaluate_clip(
            read_source(path, is_truth=True), read_source(given[name]), metrics=metrics
        )
        for name, path in wanted.items()
    }
    return rows if len(rows) == 1 else {**rows, ALL: total(list(rows.values()))}


def to_json(rows: Mapping[str, Evaluation]) -> dict[str, Any]:
    """`{"clips": {name: scores}, "all": scores}`; shares are 0..1."""
    clips = {name: row.to_json() for name, row in rows.items() if name != ALL}
    return {"clips": clips, ALL: rows[ALL].to_json() if ALL in rows else next(iter(clips.values()))}


def _evaluate_clip(
    truth: TrackSource, tracks: TrackSource, *, metrics: Collection[str] | None
) -> Evaluation:
    if truth.masks is not None and tracks.masks is not None:
        return evaluate(truth.masks, tracks.masks, metrics=metrics or METRICS)
    return evaluate(
        truth.shapes, tracks.shapes, metrics=metrics or METRICS[:3], ignored=truth.ignored
    )
