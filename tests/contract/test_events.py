"""Every Events keeps these promises."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from records_help import a_video
from sammot.adapters.sqlite_store import SqliteStore
from sammot.adapters.store_events import StoreEvents
from sammot.errors import Unavailable


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "store.db")
    store.add_video(a_video("v1"), [])
    store.add_video(a_video("v2"), [])
    return store


def touch(store: SqliteStore, events: StoreEvents, video_id: str) -> None:
    store.update_video(video_id, lambda video: replace(video, duration=video.duration + 1))
    events.publish(video_id)


def test_a_watcher_of_one_hears_of_that_one_only(store: SqliteStore) -> None:
    events = StoreEvents(store)
    with events.subscribe("v1") as watch:
        touch(store, events, "v2")
        assert watch.wait(0.4) == set()
        touch(store, events, "v1")
        assert watch.wait(5) == {"v1"}


def test_a_watcher_of_all_hears_of_each(store: SqliteStore) -> None:
    events = StoreEvents(store)
    heard: set[str] = set()
    with events.subscribe(None) as watch:
        touch(store, events, "v1")
        touch(store, events, "v2")
        while heard != {"v1", "v2"}:
            heard |= watch.wait(5) or {"nothing came"}
    assert heard == {"v1", "v2"}


def test_what_another_process_changes_is_heard(store: SqliteStore, tmp_path: Path) -> None:
    events, elsewhere = StoreEvents(store), SqliteStore(tmp_path / "store.db")
    with events.subscribe("v1") as watch:
        touch(elsewhere, StoreEvents(elsewhere), "v1")
        assert watch.wait(5) == {"v1"}


def test_nothing_happens_between_subscribing_and_waiting_unheard(store: SqliteStore) -> None:
    events = StoreEvents(store)
    with events.subscribe("v1") as first, events.subscribe("v1") as second:
        touch(store, events, "v1")
        assert second.wait(5) == {"v1"}
        assert first.wait(5) == {"v1"}


def test_a_store_that_is_away_for_a_while_silences_nobody(store: SqliteStore) -> None:
    class Flickering:
        calls = 0

        def changes_since(self, revision: int) -> tuple[int, list[str]]:
            self.calls += 1
            if self.calls == 2:
                raise Unavailable("Away.")
            return store.changes_since(revision)

    events = StoreEvents(Flickering())
    with events.subscribe("v1") as watch:
        touch(store, events, "v1")
        assert watch.wait(10) == {"v1"}


def watching() -> int:
    return sum(thread.name == "store-events" for thread in threading.enumerate())


def test_one_thread_watches_for_all_and_none_remains_for_nobody(store: SqliteStore) -> None:
    events = StoreEvents(store)
    pause = threading.Event()
    while watching():  # those of earlier tests end within a tick
        pause.wait(0.05)
    with events.subscribe("v1"), events.subscribe("v2"), events.subscribe(None):
        assert watching() == 1
    for _ in range(100):
        if not watching():
            break
        pause.wait(0.05)
    assert watching() == 0
