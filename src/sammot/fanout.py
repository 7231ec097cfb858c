"""What both adapters of `Events` share: one thread a process wakes all who watch in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Protocol

import structlog

from sammot.errors import SamMotError

AWAY_SECONDS = 1.0
_NEVER = 2**62  # after it nothing has changed

log = structlog.get_logger()


class ChangeLog(Protocol):
    """The part of a store that tells what is new."""

    def changes_since(self, revision: int) -> tuple[int, list[str]]: ...


class Watch:
    """One watcher's `Subscription`."""

    def __init__(self, video_id: str | None) -> None:
        self._video_id = video_id
        self._changed: set[str] = set()
        self._bell = threading.Condition()

    def ring(self, video_ids: set[str]) -> None:
        """These have changed."""
        wanted = video_ids if self._video_id is None else video_ids & {self._video_id}
        if wanted:
            with self._bell:
                self._changed |= wanted
                self._bell.notify()

    def wait(self, timeout: float) -> set[str]:
        with self._bell:
            self._bell.wait_for(lambda: bool(self._changed), timeout)
            changed, self._changed = self._changed, set()
            return changed


class Fanout:
    """Looks into the store's log of changes whenever `looks` yields, and wakes the watchers.

    What is told comes from the log alone, from the revision of the first subscription on: so it
    never matters what made us look, only that something does. Looks only while somebody watches.
    """

    def __init__(
        self, changes: ChangeLog, looks: Callable[[], Generator[None, None, None]], name: str
    ) -> None:
        self._changes = changes
        self._looks = looks
        self._name = name
        self._lock = threading.Lock()
        self._watches: set[Watch] = set()
        self._is_watching = False

    @contextmanager
    def subscribe(self, video_id: str | None) -> Iterator[Watch]:
        """Watch one video, or all; nothing that happens after this is missed."""
        watch = Watch(video_id)
        with self._lock:
            if not self._is_watching:
                revision, _ = self._changes.changes_since(_NEVER)
                self._is_watching = True
                threading.Thread(
                    target=self._run, args=(revision,), name=self._name, daemon=True
                ).start()
            self._watches.add(watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._watches.discard(watch)

    def _run(self, revision: int) -> None:
        pause = threading.Event()
        with closing(self._looks()) as looks:
            for _ in looks:
                try:
                    newest, video_ids = self._changes.changes_since(revision)
                except SamMotError as error:  # later tells what is missed now
                    log.warning("changes cannot be read", reason=str(error))
                    newest, video_ids = revision, []
                    pause.wait(AWAY_SECONDS)
                with self._lock:
                    if not self._watches:
                        self._is_watching = False
                        return
                    for watch in self._watches:
                        watch.ring(set(video_ids))
                revision = newest
