"""What only the MongoDB adapter has to promise: how it fails, and how it finds."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from records_help import T0, a_job, a_video, an_upload
from sammot.errors import SamMotError, StorageFull, Unavailable
from sammot.ports import SORTS, JobQuery, VideoQuery
from sammot.records import JobKind, JobState, Video, VideoStatus
from sammot.stack import free_port, running
from servers.mongo import Mongo

pymongo = pytest.importorskip("pymongo", reason="the service profile is not installed")


def renamed(video: Video) -> Video:
    return replace(video, original_filename=video.original_filename + "!")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def failing(mongo: Mongo, times: int | None = None, **how: Any) -> Iterator[None]:
    """The server fails as told, always or a few times."""
    mode = "alwaysOn" if times is None else {"times": times}
    data = {"appName": "sammot", **how}
    with pymongo.MongoClient(mongo.url) as client:
        point = {"configureFailPoint": "failCommand"}
        client.admin.command({**point, "mode": mode, "data": data})
        try:
            yield
        finally:
            client.admin.command({**point, "mode": "off"})


def test_a_server_that_is_away_is_told_to_readers_and_writers() -> None:
    from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415 - an optional package

    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}", "sammot", patience=0.2)
    for ask in (
        store.ping,
        lambda: store.get_video("v1"),
        lambda: store.list_videos(VideoQuery("local")),
        lambda: store.update_video("v1", renamed),
        lambda: list(store.migrate()),
    ):
        with pytest.raises(Unavailable, match="does not answer"):
            ask()


def test_a_server_that_says_nothing_is_not_waited_for_longer_than_patience(mongo: Mongo) -> None:
    store = mongo.store(patience=0.5)
    store.add_video(a_video(), [])
    silent = {"blockConnection": True, "blockTimeMS": 2000, "failCommands": ["find"]}
    with failing(mongo, **silent), pytest.raises(Unavailable):
        store.get_video("v1")
    assert store.get_video("v1").id == "v1"


def test_a_full_disk_is_told_and_the_store_goes_on_once_there_is_room(mongo: Mongo) -> None:
    store = mongo.store()
    before = store.add_video(a_video(), [])
    with failing(mongo, failCommands=["update"], errorCode=14031), pytest.raises(StorageFull):
        store.update_video("v1", renamed)
    assert store.get_video("v1") == before
    assert store.update_video("v1", renamed).original_filename == "dog.mp4!"


@pytest.mark.parametrize(
    ("code", "words"), [(13, "may not do this"), (18, "password"), (20, "replica set")]
)
def test_a_server_that_refuses_us_says_why(mongo: Mongo, code: int, words: str) -> None:
    store = mongo.store()
    store.ping()
    with (
        failing(mongo, failCommands=["find"], errorCode=code),
        pytest.raises(Unavailable, match=words),
    ):
        store.find_job("j1")


@pytest.mark.parametrize(
    "fault",
    [
        {
            "failCommands": ["update"],
            "errorCode": 112,
            "errorLabels": ["TransientTransactionError"],
        },
        {"failCommands": ["commitTransaction"], "closeConnection": True},
        {"failCommands": ["update"], "closeConnection": True},
        {"failCommands": ["find"], "closeConnection": True},
    ],
    ids=["another step came between", "lost at the end", "lost in the middle", "lost at the start"],
)
def test_a_step_that_the_network_breaks_is_done_once(mongo: Mongo, fault: dict[str, Any]) -> None:
    store = mongo.store()
    video = store.add_video(a_video(job_id="j1"), [a_job()])
    with failing(mongo, 1, **fault):
        store.update_job("j1", lambda job: replace(job, frames_done=job.frames_done + 1))
    assert store.get_job("j1").frames_done == 1
    assert store.get_video("v1").revision == video.revision + 1


def test_a_server_that_starts_anew_in_the_middle_of_a_list_is_away(mongo: Mongo) -> None:
    store, later = mongo.store(), T0 + timedelta(days=1)
    for number in range(102):  # one more than come at once
        store.put_upload(an_upload(f"u{number}"))
    with failing(mongo, failCommands=["getMore"], errorCode=43), pytest.raises(Unavailable):
        store.expired_uploads(later)
    assert len(store.expired_uploads(later)) == 102


def test_mistakes_in_our_own_commands_are_not_taken_for_an_absence(mongo: Mongo) -> None:
    store = mongo.store()
    with pytest.raises(pymongo.errors.OperationFailure):
        store.tally({"a": "not a number"})  # type: ignore[dict-item]


def test_a_forked_process_makes_its_own_connection(mongo: Mongo) -> None:
    program = f"""
import os, warnings
warnings.simplefilter("error", UserWarning)
from sammot.adapters.mongo_store import MongoStore
store = MongoStore({mongo.url!r}, {mongo.database!r})
store.ping()
child = os.fork()
store.tally({{"child" if child == 0 else "parent": 1}})
if child:
    assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert mongo.store().tallies() == {"child": 1, "parent": 1}


_CLAIMER = """
import sys
from datetime import UTC, datetime, timedelta
from sammot.adapters.mongo_store import MongoStore
from sammot.records import JobKind

store, now = MongoStore(*sys.argv[1:]), datetime.now(UTC)
store.ping()
print("ready", flush=True)
sys.stdin.readline()
while job := store.claim_job([JobKind.TRACK], now, lambda j: j.claimed("", now, timedelta(1))):
    print(job.id)
"""


def test_many_processes_get_each_job_exactly_once(mongo: Mongo) -> None:
    store, jobs = mongo.store(), [a_job(f"j{n:02}") for n in range(40)]
    store.add_video(a_video(), jobs)
    command = [sys.executable, "-c", _CLAIMER, mongo.url, mongo.database]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        crowd = [stack.enter_context(subprocess.Popen(command, **pipes)) for _ in range(3)]
        for process in crowd:
            assert process.stdout.readline() == "ready\n"
        for process in crowd:
            process.stdin.write("go\n")
            process.stdin.flush()
        claimed = [line for process in crowd for line in process.communicate()[0].split()]
    assert sorted(claimed) == [job.id for job in jobs]


def test_all_changes_are_told_however_many_there_are(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sammot.adapters.mongo_store import videos  # noqa: PLC0415 - an optional package

    monkeypatch.setattr(videos, "_NUMBERED_AT_ONCE", 2)
    store = mongo.store()
    added = {store.add_video(a_video(f"v{n}"), []).id for n in range(5)}
    assert set(store.changes_since(0)[1]) == added


def test_a_document_of_another_shape_is_refused(mongo: Mongo) -> None:
    with pymongo.MongoClient(mongo.url) as client:
        for name in ("videos", "jobs", "chunks", "tracks", "uploads"):
            with pytest.raises(pymongo.errors.WriteError, match="validation"):
                client[mongo.database][name].insert_one({"user_id": 7})


def test_an_older_schema_is_refused_and_a_newer_one_is_not(mongo: Mongo) -> None:
    with pymongo.MongoClient(mongo.url) as client:
        counters = client[mongo.database].counters
        (schema,) = counters.find({"_id": "schema"})
        try:
            counters.update_one({"_id": "schema"}, {"$inc": {"value": 1}})
            mongo.store().ping()
            counters.update_one({"_id": "schema"}, {"$set": {"value": schema["value"] - 1}})
            with pytest.raises(Unavailable, match="sammot migrate"):
                mongo.store().tallies()
        finally:
            counters.replace_one({"_id": "schema"}, schema)


def test_many_may_migrate_at_the_same_time(mongo: Mongo) -> None:
    crowd = [replace(mongo, database="crowd").store() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda store: list(store.migrate()), crowd))
    assert sum("videos: created" in lines for lines in said) == 1
    crowd[0].ping()


def test_a_migration_adds_what_is_missing_and_mends_what_has_changed(mongo: Mongo) -> None:
    place = replace(mongo, database="older")
    list(place.store().migrate())
    with pymongo.MongoClient(mongo.url) as client:
        older = client["older"]
        older.jobs.drop_index("by_turn")
        older.command("collMod", "tracks", validator={})
        older.drop_collection("uploads")
        said = list(place.store().migrate())
        assert "by_turn" in older.jobs.index_information()
    changed = [line for line in said if "was there" not in line]
    assert changed == [
        "uploads: created",
        "uploads: indexes by_expiry created",
        "jobs: indexes by_turn created",
        "tracks: checks changed",
        "schema: version 1",
    ]


def test_what_a_killed_process_had_begun_holds_its_job_for_some_seconds(mongo: Mongo) -> None:
    store = mongo.store()
    store.add_video(a_video("v1"), [a_job("j1", "v1")])
    begun = f"""
import os, pymongo, signal
jobs = pymongo.MongoClient({mongo.url!r})[{mongo.database!r}].jobs
with jobs.database.client.start_session() as session, session.start_transaction():
    jobs.update_one({{"_id": "j1"}}, {{"$set": {{"x": 1}}}}, session=session)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", begun], check=False)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(Unavailable):
        mongo.store(patience=0.5).update_job("j1", lambda job: replace(job, fps=1.0))
    assert store.update_job("j1", lambda job: replace(job, fps=2.0)).fps == 2.0


@pytest.mark.usefixtures("mongo_server")
def test_a_server_that_is_no_replica_set_is_not_prepared(tmp_path: Path) -> None:
    from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415 - an optional package
    from sammot.stack.mongod import mongod_program  # noqa: PLC0415 - an optional package

    port = free_port()
    member, _ = mongod_program(tmp_path / "data", port)
    argv = tuple(word for word in member.argv if word not in ("--replSet", "rs0"))
    alone = replace(member, argv=argv, is_ready=lambda: listens(port))
    with running(alone, tmp_path / "log"), pytest.raises(Unavailable, match="replica set"):
        list(MongoStore(f"mongodb://127.0.0.1:{port}", "sammot").migrate())


def test_what_scans_a_collection_is_found_out(mongo: Mongo) -> None:
    with pymongo.MongoClient(mongo.url) as client:
        videos = client[mongo.database].videos
        videos.find_one({"_id": "v1"})
        assert mongo.plans.faults(mongo.url) == []
        for ask in (
            lambda: videos.find_one({"record.codec": "h264"}),
            lambda: videos.count_documents({"sha256": "x"}),
            lambda: videos.update_one({"duration": 1}, {"$set": {"duration": 2}}),
            lambda: videos.delete_many({"file_size": 1}),
            lambda: list(videos.find({"user_id": "x"}).sort("record.codec").limit(3)),
        ):
            mongo.plans.listen()
            ask()
            assert len(mongo.plans.faults(mongo.url)) == 1


def test_no_list_scans_or_sorts(mongo: Mongo) -> None:
    store = mongo.store()
    for n in range(3):
        failed = a_video(f"v{n}", status=VideoStatus.FAILED)
        store.add_video(failed, [a_job(f"j{n}", f"v{n}")])
    for name, way in product(SORTS, ("", "-")):
        query = VideoQuery("local", sort=way + name, limit=1)
        cursor = store.list_videos(query).next_cursor
        for chosen in ({"status": VideoStatus.FAILED}, {"text": "dog"}, {}):
            store.list_videos(replace(query, cursor=cursor, **chosen))
    job_query = JobQuery("local", limit=1, state=JobState.QUEUED, kind=JobKind.TRACK)
    cursor = store.list_jobs(job_query).next_cursor
    store.list_jobs(replace(job_query, cursor=cursor))
    store.list_jobs(JobQuery("local", video_id="v1"))
    store.queue_positions([a_job("j1")])
    store.aged_videos(T0)


def test_errors_tell_no_password(mongo: Mongo) -> None:
    from sammot.adapters.mongo_store import MongoStore  # noqa: PLC0415 - an optional package

    place = mongo.url.removeprefix("mongodb://")
    store = MongoStore(f"mongodb://me:sesame@{place}", "sammot", patience=2)
    with pytest.raises(SamMotError) as caught:
        store.ping()
    assert "sesame" not in str(caught.value)
    assert "sesame" not in repr(caught.value.__cause__)
