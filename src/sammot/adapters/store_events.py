"""Event fan-out without a broker: one thread a process watches the store's revision."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog

from sammot.errors import SamMotError

POLL_SECONDS = 0.1
AWAY_SECONDS = 1.0
_NEVER = 2**62  # after it nothing has changed

log = structlog.get_logger()


class ChangeLog(Protocol):
    """The part of a store that tells what is new."""

    def changes_since(self, revision: int) -> tuple[int, list[str]]: ...


class _Subscription:
    def __init__(self, video_id: str | None) -> None:
        self.video_id = video_id
        self._changed: set[str] = set()
        self._bell = threading.Condition()

    def ring(self, video_ids: set[str]) -> None:
        wanted = video_ids if self.video_id is None else video_ids & {self.video_id}
        if wanted:
            with self._bell:
                self._changed |= wanted
                self._bell.notify()

    def wait(self, timeout: float) -> set[str]:
        with self._bell:
            self._bell.wait_for(lambda: bool(self._changed), timeout)
            changed, self._changed = self._changed, set()
            return changed


class StoreEvents:
    """The embedded `Events`. Watches only while somebody subscribes."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._subscriptions: set[_Subscription] = set()
        self._is_watching = False

    def publish(self, video_id: str) -> None:
        """Nothing to do: the new revision is what the watching thread looks for."""

    @contextmanager
    def subscribe(self, video_id: str | None) -> Iterator[_Subscription]:
        subscription = _Subscription(video_id)
        with self._lock:
            if not self._is_watching:
                revision, _ = self._log.changes_since(_NEVER)
                self._is_watching = True
                threading.Thread(
                    target=self._watch, args=(revision,), name="store-events", daemon=True
                ).start()
            self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions.discard(subscription)

    def _watch(self, revision: int) -> None:
        pause = threading.Event()
        while True:
            pause.wait(POLL_SECONDS)
            try:
                newest, video_ids = self._log.changes_since(revision)
            except SamMotError as error:  # later tells what is missed now
                log.warning("changes cannot be read", reason=str(error))
                newest, video_ids = revision, []
                pause.wait(AWAY_SECONDS)
            with self._lock:
                if not self._subscriptions:
                    self._is_watching = False
                    return
                for subscription in self._subscriptions:
                    subscription.ring(set(video_ids))
            revision = newest
