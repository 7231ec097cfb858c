"""The queue without a broker: workers ask the store, often."""

from __future__ import annotations

from collections.abc import Mapping

from sammot.records import Job, JobKind, Priority


class StoreQueue:
    """The embedded `Queue`: the queued record is all that workers look for."""

    def push(self, job: Job) -> None:
        """Nothing to do."""

    def top_up(self, waiting: Mapping[tuple[JobKind, Priority], int]) -> None:
        """Nothing to do."""
