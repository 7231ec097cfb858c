"""How Redis is asked: once, and not for long, since nobody may have to wait for a hint."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sammot.errors import Unavailable

_TIMEOUT_SECONDS = 0.5


def patience() -> dict[str, Any]:
    """The options of a client."""
    return {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def redis_client(url: str) -> Redis:
    """A client, not connected yet. Raises Unavailable for what is no address."""
    try:
        return Redis.from_url(url, **patience())
    except ValueError:  # it may quote the password
        raise Unavailable("SAMMOT_REDIS_URL is not the address of a Redis.") from None
