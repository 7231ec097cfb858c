"""A Redis of a test's own, which can go away and come back."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sammot.errors import Unavailable
from sammot.stack import free_port, running


class RedisServer:
    """Runs within a `with` block, between `start` and `stop`."""

    def __init__(self, folder: Path) -> None:
        from sammot.stack.redis import redis_program  # noqa: PLC0415 - an optional package

        self._log = folder / "redis.log"
        self._program, self.url = redis_program(folder / "redis", free_port())
        self._running = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = self._running.enter_context(running(self._program, self._log))

    def stop(self) -> None:
        self._running.close()

    def freeze(self) -> None:
        """It takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    pytest.importorskip("redis", reason="the service profile is not installed")
    try:
        server = RedisServer(tmp_path)
    except Unavailable as error:
        pytest.skip(str(error))
    server.start()
    yield server
    server.stop()
