"""One reading for all who want to know the same at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


class Reading(Generic[T]):
    """What `read` finds: it serves all who asked before it began, so nobody gets what is older."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._last: tuple[float, T] | None = None

    def get(self) -> T:
        """What is so now; waits for a reading under way. Raises what `read` raises."""
        asked_at = monotonic()
        with self._lock:
            if self._last is None or self._last[0] <= asked_at:
                began_at = monotonic()
                self._last = began_at, self._read()
            return self._last[1]


class Readings:
    """The readings that somebody keeps, by what they are of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakValueDictionary[Hashable, Reading[Any]] = WeakValueDictionary()

    def of(self, key: Hashable, read: Callable[[], T]) -> Reading[T]:
        """That of a key, for as long as it is kept; `read` is its first asker's."""
        with self._lock:
            kept: Reading[T] | None = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = Reading(read)
            return kept
