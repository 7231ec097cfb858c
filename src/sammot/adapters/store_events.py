"""Event fan-out without a broker: the store's log of changes is read often."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager

from sammot.fanout import ChangeLog, Fanout, Watch

POLL_SECONDS = 0.1


class StoreEvents:
    """The embedded `Events`."""

    def __init__(self, changes: ChangeLog) -> None:
        self._fanout = Fanout(changes, _looks, "store-events")

    def ping(self) -> None:
        """Nothing to do: only the store carries these."""

    def publish(self, video_id: str) -> None:
        """Nothing to do: the change itself is what watchers see."""

    def subscribe(self, video_id: str | None) -> AbstractContextManager[Watch]:
        return self._fanout.subscribe(video_id)


def _looks() -> Generator[None, None, None]:
    while True:
        time.sleep(POLL_SECONDS)
        yield
