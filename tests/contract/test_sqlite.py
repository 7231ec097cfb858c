"""What only the SQLite adapter has to promise: how it fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from records_help import T0, a_video
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import StorageFull, Unavailable
from sammot.ports import JobQuery, VideoQuery
from sammot.records import JobKind, JobState, Video, VideoStatus


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "store.db")


def limit_pages(store: SqliteStore, count: int) -> None:
    """As if the disk had no room for more."""
    store._db.execute(f"PRAGMA max_page_count = {count}")


def renamed(video: Video) -> Video:
    return replace(video, original_filename=video.original_filename + "!")


def test_a_file_that_is_no_database_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"nonsense" * 1000)
    with pytest.raises(Unavailable):
        SqliteStore(tmp_path / "store.db")


def test_a_database_that_breaks_is_unavailable_to_readers_and_writers(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.add_video(a_video(), [])
    with sqlite3.connect(tmp_path / "store.db") as other:
        other.execute("DROP TABLE videos")
    for ask in (
        lambda: store.get_video("v1"),
        lambda: store.list_videos(VideoQuery("local")),
        lambda: store.changes_since(0),
        lambda: store.update_video("v1", renamed),
    ):
        with pytest.raises(Unavailable):
            ask()


def test_a_full_disk_is_told_and_the_store_goes_on_once_there_is_room(store: SqliteStore) -> None:
    store.add_video(a_video(), [])
    limit_pages(store, 1)
    with pytest.raises(StorageFull):
        store.update_video("v1", lambda v: replace(v, warnings=("long" * 100_000,)))
    limit_pages(store, 1_000_000)
    assert store.update_video("v1", renamed).original_filename == "dog.mp4!"


def test_a_step_that_cannot_be_committed_is_undone(store: SqliteStore) -> None:
    store.add_video(a_video(), [])
    store._db.execute("PRAGMA defer_foreign_keys = ON")
    store._db.execute("PRAGMA foreign_keys = ON")
    with store._step() as db:
        db.execute("CREATE TABLE child (id REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        db.execute("CREATE TABLE parent (id PRIMARY KEY)")
    with pytest.raises(Exception, match="already"), store._step() as db:
        db.execute("INSERT INTO child VALUES (1)")  # found out at COMMIT
    assert store.update_video("v1", renamed).original_filename == "dog.mp4!"


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.deleted_videos(T0),
        lambda store: store.expired_jobs(T0),
        lambda store: store.expired_uploads(T0),
        lambda store: store.claim_job(list(JobKind), T0, replace),
        lambda store: store.changes_since(0),
        lambda store: store.find_video("local", "hash"),
        lambda store: store.list_jobs(JobQuery("local", state=JobState.RUNNING)),
        lambda store: store.list_videos(VideoQuery("local", sort="name")),
        lambda store: store.list_videos(VideoQuery("local", status=VideoStatus.FAILED)),
    ],
)
def test_what_is_asked_often_reads_no_whole_table(
    store: SqliteStore, ask: Callable[[SqliteStore], object]
) -> None:
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    ask(store)
    store._db.set_trace_callback(None)
    for sql in asked:
        plan = store._db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        steps = [step[3] for step in plan if "counter" not in step[3]]
        assert all(not step.startswith("SCAN") or "INDEX" in step for step in steps), steps
        is_page = "FROM videos" in sql and "LIMIT" in sql
        assert not (is_page and any("TEMP B-TREE" in step for step in steps)), steps
