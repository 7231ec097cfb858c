"""Copies of answers in Redis, for all web processes."""

from __future__ import annotations

from typing import Any

from redis.exceptions import RedisError

from sammot.hints import Teller
from sammot.redis_client import redis_client

PREFIX = "sammot:cache:"


class RedisCache:
    """The service `Cache`. Its keys expire, so that Redis may drop them before any hint."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client(url)
        self._teller = Teller("redis cache", (RedisError,))

    def get(self, key: str) -> bytes | None:
        found: list[Any] = []
        self._teller.tell(lambda: found.append(self._redis.get(PREFIX + key)))
        return found[0] if found else None

    def put(self, key: str, content: bytes, seconds: float) -> None:
        expiry = round(seconds * 1000)
        self._teller.tell(lambda: self._redis.set(PREFIX + key, content, px=expiry))
