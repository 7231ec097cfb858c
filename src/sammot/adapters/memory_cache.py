"""Copies of answers in this process's memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

MOST_BYTES = 32 << 20


class MemoryCache:
    """The embedded `Cache`: what was asked for last stays."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> bytes | None:
        with self._lock:
            until, content = self._kept.get(key, (0.0, b""))
            if until < time.monotonic():
                return None
            self._kept.move_to_end(key)
            return content

    def put(self, key: str, content: bytes, seconds: float) -> None:
        with self._lock:
            _, before = self._kept.pop(key, (0.0, b""))
            self._kept[key] = time.monotonic() + seconds, content
            self._size += len(content) - len(before)
            while self._size > self._most_bytes:
                _, (_, oldest) = self._kept.popitem(last=False)
                self._size -= len(oldest)
