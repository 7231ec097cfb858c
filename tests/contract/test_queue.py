"""What every Queue promises; that workers find every job is held by `worker/test_runners.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from records_help import a_job
from sammot.adapters.store_queue import StoreQueue
from sammot.ports import Queue
from sammot.records import JobKind, Priority
from servers.redis import RedisServer

TRACK, PROXY = JobKind.TRACK, JobKind.PROXY


@pytest.fixture(params=["store", "celery"])
def queue(request: pytest.FixtureRequest) -> Queue:
    if request.param == "store":
        return StoreQueue()
    return celery_queue(request.getfixturevalue("redis_server"))


def celery_queue(server: RedisServer) -> Queue:
    from sammot.adapters.celery_queue import CeleryQueue  # noqa: PLC0415 - an optional package

    return CeleryQueue(server.url)


def test_hints_are_taken_though_nobody_listens(queue: Queue) -> None:
    queue.push(a_job())
    queue.top_up({})
    queue.top_up({(TRACK, Priority.NORMAL): 3, (PROXY, Priority.HIGH): 1})


def told(server: RedisServer, kind: JobKind) -> list[int]:
    """The priorities of a kind's messages, in the order in which a worker gets them."""

    def messages() -> Iterator[int]:
        with application(server.url).connection_for_read() as connection:
            while (message := connection.default_channel.basic_get(kind.value)) is not None:
                assert message.payload[0] == [kind.value]
                yield message.properties["priority"]

    from sammot.adapters.celery_queue import application  # noqa: PLC0415 - an optional package

    return list(messages())


def test_urgent_messages_go_first(redis_server: RedisServer) -> None:
    queue = celery_queue(redis_server)
    for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.NORMAL):
        queue.push(a_job(priority=priority))
    assert told(redis_server, TRACK) == [0, 3, 3, 6]


def test_only_what_is_missing_is_told_again(redis_server: RedisServer) -> None:
    queue = celery_queue(redis_server)
    queue.push(a_job(priority=Priority.LOW))
    waiting = {(TRACK, Priority.LOW): 2, (TRACK, Priority.HIGH): 1, (PROXY, Priority.HIGH): 1}
    for _ in range(3):
        queue.top_up(waiting)
    assert told(redis_server, TRACK) == [0, 6, 6]
    assert told(redis_server, PROXY) == [0]


def test_a_long_queue_is_told_again_in_part(redis_server: RedisServer) -> None:
    queue = celery_queue(redis_server)
    queue.top_up({(TRACK, Priority.NORMAL): 100_000})
    assert 0 < len(told(redis_server, TRACK)) <= 200


@pytest.mark.timeout(60)
@pytest.mark.parametrize("end", [RedisServer.stop, RedisServer.freeze])
def test_a_broker_that_is_away_is_not_waited_for(
    redis_server: RedisServer, end: Callable[[RedisServer], None]
) -> None:
    queue = celery_queue(redis_server)
    queue.push(a_job())
    end(redis_server)
    for _ in range(500):  # a frozen one would take half a second each
        queue.push(a_job())
        queue.top_up({(TRACK, Priority.NORMAL): 3})
