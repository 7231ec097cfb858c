"""Event fan-out over Redis: who changes something says so, and watchers look at once."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager

import structlog
from redis.client import PubSub
from redis.exceptions import RedisError

from sammot.errors import Unavailable
from sammot.fanout import ChangeLog, Fanout, Watch
from sammot.hints import Teller
from sammot.redis_client import redis_client

CHANNEL = "sammot:changes"
LOOK_SECONDS = 2.0
"""The store is looked at this often when nobody says anything: messages may be lost."""
AWAY_SECONDS = 0.5
"""The same while Redis is away."""
GATHER_SECONDS = 0.01
"""Messages that come together cost one look."""

log = structlog.get_logger()


class RedisEvents:
    """The service `Events`: one connection a process listens for all who watch in it.

    A message only makes the process look at the store's log of changes. So a message that is
    lost, or comes twice, or from a stranger, changes nothing of what watchers are told.
    """

    def __init__(self, changes: ChangeLog, url: str) -> None:
        self._redis = redis_client(url)
        self._teller = Teller("redis", (RedisError,))
        self._fanout = Fanout(changes, self._looks, "redis-events")

    def ping(self) -> None:
        try:
            self._redis.ping()
        except RedisError as error:
            raise Unavailable("Redis does not answer; changes are told late.") from error

    def publish(self, video_id: str) -> None:
        self._teller.tell(lambda: self._redis.publish(CHANNEL, video_id))

    def subscribe(self, video_id: str | None) -> AbstractContextManager[Watch]:
        return self._fanout.subscribe(video_id)

    def _looks(self) -> Generator[None, None, None]:
        """Yields when it is time to look: soon after a message, and now and then."""
        while True:
            try:
                yield from self._listen()
            except RedisError as error:
                log.warning("no messages of changes", reason=str(error))
                time.sleep(AWAY_SECONDS)
                yield

    def _listen(self) -> Generator[None, None, None]:
        """The first message is that the subscription stands: what came before it is looked up."""
        with PubSub(self._redis.connection_pool) as messages:
            messages.subscribe(CHANNEL)
            while True:
                if messages.get_message(timeout=LOOK_SECONDS):
                    time.sleep(GATHER_SECONDS)
                    while messages.get_message():
                        pass
                yield
