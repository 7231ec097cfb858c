"""The queue without a broker: the store is asked, often."""

from __future__ import annotations

import time

from sammot.records import Job

POLL_SECONDS = 0.15


class StoreQueue:
    """The embedded `Queue`: there is always hope that there is work."""

    def push(self, job: Job) -> None:
        """Nothing to do: the queued record is what `wait`ers look for."""

    def wait(self, timeout: float) -> None:
        time.sleep(min(timeout, POLL_SECONDS))
