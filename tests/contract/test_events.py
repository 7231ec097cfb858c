"""Every Events keeps these promises."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from records_help import a_video
from sammot.adapters.sqlite_store import SqliteStore
from sammot.adapters.store_events import StoreEvents
from sammot.errors import Unavailable
from sammot.fanout import ChangeLog
from sammot.ports import Events, Store
from servers.redis import RedisServer

Make = Callable[[ChangeLog], Events]


@pytest.fixture(params=["store", "redis"])
def make(request: pytest.FixtureRequest) -> Make:
    """An adapter over a log of changes; each call is another process."""
    if request.param == "store":
        return StoreEvents
    server: RedisServer = request.getfixturevalue("redis_server")
    return redis_events(server)


def redis_events(server: RedisServer) -> Make:
    from sammot.adapters.redis_events import RedisEvents  # noqa: PLC0415 - an optional package

    return lambda changes: RedisEvents(changes, server.url)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "store.db")
    store.add_video(a_video("v1"), [])
    store.add_video(a_video("v2"), [])
    return store


def touch(store: Store, events: Events, video_id: str) -> None:
    store.update_video(video_id, lambda video: replace(video, duration=video.duration + 1))
    events.publish(video_id)


def test_events_that_come_at_once_answer(store: SqliteStore, make: Make) -> None:
    make(store).ping()


def test_a_redis_that_is_away_is_told(store: SqliteStore) -> None:
    redis_events = pytest.importorskip("sammot.adapters.redis_events", reason="no redis-py")
    with pytest.raises(Unavailable, match="Redis does not answer"):
        redis_events.RedisEvents(store, "redis://127.0.0.1:9/0").ping()


def test_a_watcher_of_one_hears_of_that_one_only(store: SqliteStore, make: Make) -> None:
    events = make(store)
    with events.subscribe("v1") as watch:
        touch(store, events, "v2")
        assert watch.wait(0.4) == set()
        touch(store, events, "v1")
        assert watch.wait(5) == {"v1"}


def test_a_watcher_of_all_hears_of_each(store: SqliteStore, make: Make) -> None:
    events = make(store)
    heard: set[str] = set()
    with events.subscribe(None) as watch:
        touch(store, events, "v1")
        touch(store, events, "v2")
        while heard != {"v1", "v2"}:
            heard |= watch.wait(5) or {"nothing came"}
    assert heard == {"v1", "v2"}


def test_what_another_process_changes_is_heard(
    store: SqliteStore, make: Make, tmp_path: Path
) -> None:
    events, elsewhere = make(store), SqliteStore(tmp_path / "store.db")
    with events.subscribe("v1") as watch:
        touch(elsewhere, make(elsewhere), "v1")
        assert watch.wait(5) == {"v1"}


def test_a_change_that_nobody_told_of_is_heard(store: SqliteStore, make: Make) -> None:
    events = make(store)
    with events.subscribe("v1") as watch:
        store.update_video("v1", lambda video: replace(video, duration=7))
        assert watch.wait(10) == {"v1"}


def test_a_hint_without_a_change_wakes_nobody(store: SqliteStore, make: Make) -> None:
    events = make(store)
    with events.subscribe("v1") as watch:
        events.publish("v1")
        assert watch.wait(0.5) == set()


def test_nothing_happens_between_subscribing_and_waiting_unheard(
    store: SqliteStore, make: Make
) -> None:
    events = make(store)
    with events.subscribe("v1") as first, events.subscribe("v1") as second:
        touch(store, events, "v1")
        assert second.wait(5) == {"v1"}
        assert first.wait(5) == {"v1"}


def test_a_store_that_is_away_for_a_while_silences_nobody(store: SqliteStore, make: Make) -> None:
    class Flickering:
        calls = 0

        def changes_since(self, revision: int) -> tuple[int, list[str]]:
            self.calls += 1
            if self.calls == 2:
                raise Unavailable("Away.")
            return store.changes_since(revision)

    events = make(Flickering())
    with events.subscribe("v1") as watch:
        touch(store, events, "v1")
        assert watch.wait(10) == {"v1"}


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.endswith("-events")]


def test_one_thread_watches_for_all_and_none_remains_for_nobody(
    store: SqliteStore, make: Make
) -> None:
    events = make(store)
    for thread in watching():  # those of earlier tests end within a few looks
        thread.join(10)
    with events.subscribe("v1"), events.subscribe("v2"), events.subscribe(None):
        (thread,) = watching()
    thread.join(10)
    assert not thread.is_alive()


# What holds for Redis besides


def test_many_watchers_are_one_connection(store: SqliteStore, redis_server: RedisServer) -> None:
    from redis import Redis  # noqa: PLC0415 - an optional package

    events = redis_events(redis_server)(store)
    with Redis.from_url(redis_server.url) as redis:
        watches: list[Any] = [events.subscribe("v1") for _ in range(50)]
        for watch in watches:
            watch.__enter__()
        touch(store, events, "v1")
        clients = len(redis.client_list())
        for watch in watches:
            watch.__exit__(None, None, None)
    assert clients <= 3  # ours here, the one that listens, the one that tells


def test_changes_are_heard_while_redis_is_away_and_after_it_has_come_back(
    store: SqliteStore, redis_server: RedisServer
) -> None:
    events = redis_events(redis_server)(store)
    with events.subscribe("v1") as watch:
        touch(store, events, "v1")
        assert watch.wait(10) == {"v1"}
        redis_server.stop()
        touch(store, events, "v1")
        assert watch.wait(10) == {"v1"}
        redis_server.start()
        touch(store, events, "v1")
        assert watch.wait(10) == {"v1"}


@pytest.mark.timeout(60)
def test_telling_a_redis_that_does_not_answer_waits_for_it_once_in_a_while(
    store: SqliteStore, redis_server: RedisServer
) -> None:
    events = redis_events(redis_server)(store)
    redis_server.freeze()
    for _ in range(1000):  # each would wait for half a second
        events.publish("v1")
    redis_server.thaw()


IN_GREENLETS = """
from gevent import monkey; monkey.patch_all()
import sys, threading
from pathlib import Path
from sammot.adapters.redis_events import RedisEvents
from sammot.adapters.sqlite_store import SqliteStore

events = RedisEvents(SqliteStore(Path(sys.argv[1])), sys.argv[2])
ready, heard = threading.Barrier(101), []

def watch():
    with events.subscribe("v1") as subscription:
        ready.wait()
        heard.extend(subscription.wait(20))

watchers = [threading.Thread(target=watch) for _ in range(100)]
for watcher in watchers:
    watcher.start()
ready.wait()
print("watching", flush=True)
for watcher in watchers:
    watcher.join()
print(len(heard), flush=True)
"""


def test_a_hundred_greenlets_hear_of_a_change(
    store: SqliteStore, redis_server: RedisServer, tmp_path: Path
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", IN_GREENLETS, str(tmp_path / "store.db")]
    with subprocess.Popen([*command, redis_server.url], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "watching\n"
        touch(store, redis_events(redis_server)(store), "v1")
        assert other.stdout.readline() == "100\n"
        assert other.wait(20) == 0
