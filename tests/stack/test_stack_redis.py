from __future__ import annotations

import stat
from pathlib import Path

import pytest

from servers.redis import RedisServer


def test_redis_answers_only_who_knows_its_password(redis_server: RedisServer) -> None:
    from redis import AuthenticationError, Redis  # noqa: PLC0415 - an optional package

    password, place = redis_server.url.removeprefix("redis://:").split("@")
    assert len(password) >= 32
    with Redis.from_url(redis_server.url) as known:
        assert known.ping()
    with Redis.from_url(f"redis://{place}") as stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_the_password_lies_where_only_its_owner_reads(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    file = tmp_path / "redis" / "redis.conf"
    assert redis_server.url.split(":")[2].split("@")[0] in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
