"""Running totals of what was done. The store keeps them: they are those of all processes, for ever.

They are measurements, not records: one that cannot be written is lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from sammot.errors import SamMotError
from sammot.ports import Store
from sammot.records import Job

SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, float("inf"))
"""The upper bounds by which the durations of jobs are counted."""


def count_completed(store: Store, job: Job) -> None:
    """One more job is done, after so many seconds of work on it."""
    bound = SECONDS[bisect_left(SECONDS, job.processing_seconds)]
    seconds = job.processing_seconds
    _add(store, {f"jobs/{job.kind}/{bound}": 1, f"job_seconds/{job.kind}": seconds})


def count_failed(store: Store, job: Job, cause: str) -> None:
    """One more attempt has failed; `cause` is a class of errors, not a sentence."""
    _add(store, {f"failures/{job.kind}/{cause}": 1})


def count_frames(store: Store, job: Job, frame_count: int, seconds: float) -> None:
    """So many more frames are tracked, in so many seconds."""
    _add(store, {f"frames/{job.engine}": frame_count, f"frame_seconds/{job.engine}": seconds})


def count_trial(store: Store, key: str, machine: str, frame_count: int, seconds: float) -> None:
    """So many frames were tracked for a trial on a machine; `key` is its engine and choices."""
    place = f"{key}/{machine}"
    _add(store, {f"trial_frames/{place}": frame_count, f"trial_seconds/{place}": seconds})


def totals(store: Store) -> defaultdict[str, dict[tuple[str, ...], float]]:
    """The amounts by name (`jobs`, `failures`, ...), then by labels."""
    found: defaultdict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for key, amount in sorted(store.tallies().items()):
        name, *labels = key.split("/")
        found[name][tuple(labels)] = amount
    return found


def _add(store: Store, amounts: Mapping[str, float]) -> None:
    with suppress(SamMotError):
        store.tally(amounts)
