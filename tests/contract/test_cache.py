"""Every Cache keeps these promises: what it answers was put under that key, or it is silent."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sammot.adapters.memory_cache import MemoryCache
from sammot.ports import Cache
from servers.redis import RedisServer


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Cache:
    if request.param == "memory":
        return MemoryCache()
    return redis_cache(request.getfixturevalue("redis_server"))


def redis_cache(server: RedisServer) -> Cache:
    from sammot.adapters.redis_cache import RedisCache  # noqa: PLC0415 - an optional package

    return RedisCache(server.url)


def test_what_is_put_is_got_under_its_key_alone(cache: Cache) -> None:
    cache.put("a", b"first", 60)
    cache.put("a", b"second \x00\xff", 60)
    assert cache.get("a") == b"second \x00\xff"
    assert cache.get("b") is None


def test_nothing_is_kept_beyond_its_time(cache: Cache) -> None:
    cache.put("a", b"content", 0.05)
    time.sleep(0.1)
    assert cache.get("a") is None


def test_memory_keeps_what_was_asked_for_last() -> None:
    cache = MemoryCache(most_bytes=25)
    for key in ("a", "b"):
        cache.put(key, b"0123456789", 60)
    assert cache.get("a")
    cache.put("c", b"0123456789", 60)
    assert [cache.get(key) is None for key in ("a", "b", "c")] == [False, True, False]


def test_what_is_larger_than_the_memory_is_not_kept() -> None:
    cache = MemoryCache(most_bytes=5)
    cache.put("a", b"0123456789", 60)
    assert cache.get("a") is None


def test_processes_share_what_is_in_redis(redis_server: RedisServer) -> None:
    redis_cache(redis_server).put("a", b"content", 60)
    assert redis_cache(redis_server).get("a") == b"content"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("end", [RedisServer.stop, RedisServer.freeze])
def test_a_redis_that_is_away_is_not_waited_for(
    redis_server: RedisServer, end: Callable[[RedisServer], None]
) -> None:
    cache = redis_cache(redis_server)
    end(redis_server)
    for _ in range(500):  # a frozen one would take half a second each
        cache.put("a", b"content", 60)
        assert cache.get("a") is None
