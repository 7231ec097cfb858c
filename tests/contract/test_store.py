"""Every Store keeps these promises."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from records_help import LEASE, T0, a_job, a_track, a_video, an_upload
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import Conflict, InvalidInput, NotFound
from sammot.ports import ChunkContent, JobQuery, Store, VideoQuery
from sammot.records import ChunkBounds, Failure, Job, JobKind, JobState, Priority, VideoStatus

TRACK = (JobKind.TRACK,)


@pytest.fixture(params=["sqlite", "mongo"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "store.db")
    store: Store = request.getfixturevalue("mongo_store")
    return store


def claimed(job: Job) -> Job:
    return job.claimed("worker", T0, LEASE)


def test_what_was_put_is_got(store: Store) -> None:
    video = store.add_video(a_video(job_id="j1"), [a_job()])
    assert store.get_video("v1") == video
    assert store.get_job("j1") == a_job()
    store.put_upload(an_upload())
    assert store.get_upload("u1") == an_upload()


def test_records_come_back_to_the_last_digit(store: Store) -> None:
    instant = T0 + timedelta(microseconds=123456)
    failures = (Failure(1, instant, "no room", "storage-full"),)
    parameters = {"text": "\u00e4 \U0001f415", "deep": [{"a.b": 0.1, "$set": None}, -(2**62), True]}
    video = a_video(upload_time=instant, duration=1 / 3, file_size=2**53 + 1, warnings=("a", "b"))
    job = a_job(parameters=parameters, created_at=instant, failures=failures)
    assert store.add_video(video, [job]) == store.get_video("v1")
    assert store.get_video("v1") == replace(video, revision=store.get_video("v1").revision)
    assert store.get_job("j1") == job


@pytest.mark.parametrize("get", ["get_video", "get_job", "get_upload"])
def test_what_is_not_there_is_not_found(store: Store, get: str) -> None:
    with pytest.raises(NotFound):
        getattr(store, get)("nothing")


def test_expired_uploads_are_listed(store: Store) -> None:
    store.put_upload(an_upload())
    assert store.expired_uploads(T0) == []
    assert store.expired_uploads(T0 + timedelta(hours=2)) == [an_upload()]
    store.delete_upload("u1")
    store.delete_upload("u1")
    assert store.expired_uploads(T0 + timedelta(hours=2)) == []


def test_an_upload_is_changed_in_one_step(store: Store) -> None:
    store.put_upload(an_upload())
    changed = store.update_upload("u1", lambda upload: replace(upload, size=11))
    assert (changed.size, store.get_upload("u1")) == (11, changed)
    with pytest.raises(NotFound):
        store.update_upload("nothing", lambda upload: upload)


def test_a_video_is_not_added_over_another(store: Store) -> None:
    first = store.add_video(a_video(job_id="j1"), [a_job()])
    with pytest.raises(Conflict):
        store.add_video(a_video(job_id="j2"), [a_job("j2")])
    assert store.get_video("v1") == first
    assert store.find_job("j2") is None


def test_the_same_bytes_are_taken_once_a_user(store: Store) -> None:
    store.add_video(a_video("v1", sha256="same"), [])
    with pytest.raises(Conflict):
        store.add_video(a_video("v2", sha256="same"), [a_job("j2", "v2")])
    assert store.find_job("j2") is None
    store.add_video(a_video("v3", sha256="same", user_id="other"), [])
    found = store.find_video("other", "same")
    assert found is not None
    assert found.id == "v3"


def test_a_deleted_video_is_invisible_and_its_bytes_may_come_again(store: Store) -> None:
    store.add_video(a_video("v1", sha256="same"), [])
    store.update_video("v1", lambda video: replace(video, deleted_at=T0))
    with pytest.raises(NotFound):
        store.get_video("v1")
    assert store.list_videos(VideoQuery("local")).total == 0
    assert [video.id for video in store.deleted_videos(T0 + LEASE)] == ["v1"]
    assert store.deleted_videos(T0) == []
    store.add_video(a_video("v2", sha256="same"), [])


def test_purging_leaves_nothing(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    put(store, 0, 16)
    store.update_video("v1", lambda video: replace(video, deleted_at=T0))
    store.purge_video("v1")
    assert store.find_job("j1") is None
    assert store.get_snapshot("j1") is None
    assert (store.chunk_bounds("j1"), store.tracks("j1")) == ([], [])
    assert store.deleted_videos(T0 + LEASE) == []


def test_purging_touches_no_other_video_and_may_be_repeated(store: Store) -> None:
    store.add_video(a_video("v1", job_id="j1"), [a_job("j1", "v1")])
    store.add_video(a_video("v2"), [a_job("j2", "v2")])
    put(store, 0, 16)
    for _ in range(2):
        store.purge_video("v2")
    assert store.find_job("j2") is None
    assert (store.get_job("j1").video_id, store.get_chunk("j1", 0)) == ("v1", b"frames")


def test_a_list_pages_through_everything_once(store: Store) -> None:
    for n in range(7):  # two share an instant: the id decides
        store.add_video(a_video(f"v{n}", upload_time=T0 + timedelta(seconds=n // 2)), [])
    seen, cursor = [], None
    while True:
        page = store.list_videos(VideoQuery("local", limit=3, cursor=cursor))
        assert page.total == 7
        seen += [video.id for video in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["v6", "v5", "v4", "v3", "v2", "v1", "v0"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "v1"), ("-name", "v0"), ("size", "v0"), ("-duration", "v1"), ("upload_time", "v0")],
)
def test_a_list_is_sorted_by_what_is_asked(store: Store, sort: str, first: str) -> None:
    store.add_video(a_video("v0", original_filename="zebra.mp4"), [])
    later = T0 + timedelta(1)
    store.add_video(
        a_video("v1", original_filename="Ape.mp4", file_size=9999, duration=9, upload_time=later),
        [],
    )
    page = store.list_videos(VideoQuery("local", sort=sort, limit=1))
    assert page.items[0].id == first
    rest = store.list_videos(VideoQuery("local", sort=sort, limit=1, cursor=page.next_cursor))
    assert rest.items[0].id != first


def test_a_list_is_filtered_by_status_text_and_owner(store: Store) -> None:
    store.add_video(a_video("v0", original_filename="100%_dog.mp4"), [])
    store.add_video(a_video("v1", status=VideoStatus.FAILED), [])
    store.add_video(a_video("v2", user_id="other"), [])

    def ids(**options: object) -> list[str]:
        return [v.id for v in store.list_videos(VideoQuery("local", **options)).items]

    assert ids(text="%_DOG") == ["v0"]
    assert ids(text="_") == ["v0"]
    assert ids(status=VideoStatus.FAILED) == ["v1"]
    assert sorted(ids()) == ["v0", "v1"]


@pytest.mark.parametrize("way", ["", "-"])
def test_names_are_sorted_without_the_case_of_ascii_letters(store: Store, way: str) -> None:
    names = ["b", "Zoo", "a", "A", "_", "\u00e4", "\u00c4", "zoo", "\U0001f415", "10", "9"]
    for n, name in enumerate(names):
        store.add_video(a_video(f"v{n:02}", original_filename=name), [])
    seen, cursor = [], None
    while not seen or cursor is not None:
        page = store.list_videos(VideoQuery("local", sort=f"{way}name", limit=2, cursor=cursor))
        seen += [video.original_filename for video in page.items]
        cursor = page.next_cursor
    expected = ["10", "9", "_", "a", "A", "b", "Zoo", "zoo", "\u00c4", "\u00e4", "\U0001f415"]
    assert seen == (expected[::-1] if way else expected)


@pytest.mark.parametrize(
    "text",
    [".*", "a.b", "(", "[x]", "\\d", "%", "_", "$", "^", "|", "\u00e9", "\U0001f415", "'\"", "#"],
)
def test_every_character_of_a_search_means_itself(store: Store, text: str) -> None:
    store.add_video(a_video("v0", original_filename=f"dog {text}.mp4"), [])
    store.add_video(a_video("v1", original_filename="dog axb d 1 x.mp4"), [])
    page = store.list_videos(VideoQuery("local", text=text))
    assert ([video.id for video in page.items], page.total) == (["v0"], 1)
    assert store.list_videos(VideoQuery("local", text=text * 300)).total == 0


def test_a_list_counts_what_it_would_show(store: Store) -> None:
    def totals() -> list[int]:
        counted = (None, VideoStatus.UPLOADED, VideoStatus.PROCESSING)
        return [store.list_videos(VideoQuery("local", status=s)).total for s in counted]

    for n in range(3):
        store.add_video(a_video(f"v{n}", job_id=f"j{n}"), [a_job(f"j{n}", f"v{n}")])
    assert totals() == [3, 3, 0]
    store.claim_job(TRACK, T0, claimed)
    assert totals() == [3, 2, 1]
    store.update_video("v2", lambda video: replace(video, deleted_at=T0))
    assert totals() == [2, 1, 1]
    store.update_job("j2", claimed)  # of the deleted one
    store.purge_video("v2")
    assert totals() == [2, 1, 1]
    assert store.list_videos(VideoQuery("other")).total == 0


def test_a_foreign_cursor_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput):
        store.list_videos(VideoQuery("local", cursor="!!!"))


def test_every_change_raises_the_revision(store: Store) -> None:
    first = store.add_video(a_video(job_id="j1"), [a_job()]).revision
    store.update_job("j1", claimed)
    second = store.get_video("v1").revision
    put(store, 0, 16)
    third = store.get_video("v1").revision
    assert first < second < third


def test_a_change_of_nothing_raises_no_revision(store: Store) -> None:
    video = store.add_video(a_video(job_id="j1"), [a_job()])
    store.update_job("j1", lambda job: job)
    store.update_video("v1", lambda video: video)
    assert store.get_video("v1") == video


def test_changes_are_told_from_any_revision_on(store: Store) -> None:
    start, _ = store.changes_since(0)
    store.add_video(a_video("v1", job_id="j1"), [a_job()])
    store.add_video(a_video("v2"), [])
    middle, ids = store.changes_since(start)
    assert sorted(ids) == ["v1", "v2"]
    store.update_job("j1", claimed)
    assert store.changes_since(middle)[1] == ["v1"]


def test_a_deletion_is_told_and_so_is_what_happens_to_its_jobs(store: Store) -> None:
    store.add_video(a_video("v1", job_id="j1"), [a_job()])
    position, _ = store.changes_since(0)
    store.update_video("v1", lambda video: replace(video, deleted_at=T0))
    position, ids = store.changes_since(position)
    assert ids == ["v1"]
    store.update_job("j1", claimed)
    assert store.changes_since(position)[1] == ["v1"]


def test_nothing_has_changed_after_the_end_of_time(store: Store) -> None:
    store.add_video(a_video("v1"), [])
    newest, ids = store.changes_since(2**62)
    assert ids == []
    assert store.changes_since(newest) == (newest, [])


def test_many_writers_hide_no_change_from_any_watcher(store: Store) -> None:
    over = threading.Event()

    def write(writer: int) -> list[str]:
        return [store.add_video(a_video(f"v{writer}{n:02}"), []).id for n in range(25)]

    def watch(_: int) -> set[str]:
        position, told, is_last = 0, set[str](), False
        while not is_last:
            is_last = over.is_set()
            position, ids = store.changes_since(position)
            told.update(ids)
        return told

    with ThreadPoolExecutor(8) as pool:
        watchers = [pool.submit(watch, n) for n in range(4)]
        written = {video_id for ids in pool.map(write, range(4)) for video_id in ids}
        over.set()
    assert [len(written - watcher.result()) for watcher in watchers] == [0, 0, 0, 0]


def test_no_change_of_many_at_once_is_lost(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])

    def add(_: int) -> None:
        for _ in range(10):
            store.update_job("j1", lambda job: replace(job, frames_done=job.frames_done + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert store.get_job("j1").frames_done == 40


def test_a_refused_change_leaves_the_record_as_it_was(store: Store) -> None:
    video = store.add_video(a_video(job_id="j1"), [a_job()])
    with pytest.raises(Conflict):
        store.update_job("j1", Job.retried)
    assert store.get_job("j1") == a_job()
    assert store.get_video("v1") == video


def test_the_video_shows_the_job_in_the_same_step(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    store.update_job("j1", claimed)
    assert store.get_video("v1").status is VideoStatus.PROCESSING


def test_jobs_are_claimed_by_priority_then_age(store: Store) -> None:
    store.add_video(a_video(), [])
    turns = [("late", 0, 9), ("low", 2, 0), ("second", 1, 2), ("first", 1, 1)]
    for name, priority, second in turns:
        job = a_job(name, priority=Priority(priority), created_at=T0 + timedelta(seconds=second))
        store.add_job(job, lambda video: video)
    waiting = [store.get_job(name) for name in ("low", "first")]
    assert store.queue_positions(waiting) == {"low": 3, "first": 1}
    order = [store.claim_job(TRACK, T0, claimed) for _ in range(5)]
    assert [job.id if job else None for job in order] == ["late", "first", "second", "low", None]


def test_a_job_is_not_claimed_before_its_time_or_by_another_kind(store: Store) -> None:
    store.add_video(a_video(), [a_job(not_before=T0 + LEASE)])
    assert store.claim_job(TRACK, T0, claimed) is None
    assert store.claim_job((JobKind.PROXY, JobKind.RENDER), T0 + LEASE, claimed) is None
    assert store.claim_job(TRACK, T0 + LEASE, claimed) is not None


def test_many_claimers_get_each_job_exactly_once(store: Store) -> None:
    store.add_video(a_video(), [a_job(f"j{n:02}") for n in range(40)])

    def claim_all(_: int) -> list[str]:
        mine = []
        while job := store.claim_job(TRACK, T0, claimed):
            mine.append(job.id)
        return mine

    with ThreadPoolExecutor(8) as pool:
        taken = [job_id for mine in pool.map(claim_all, range(8)) for job_id in mine]
    assert sorted(taken) == [f"j{n:02}" for n in range(40)]


def test_running_jobs_with_an_old_lease_are_listed(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    store.update_job("j1", claimed)
    assert store.expired_jobs(T0 + LEASE) == []
    assert [job.id for job in store.expired_jobs(T0 + 2 * LEASE)] == ["j1"]


def test_a_job_id_is_taken_once(store: Store) -> None:
    store.add_video(a_video(), [a_job()])
    with pytest.raises(Conflict):
        store.add_job(a_job(), lambda video: video)


def test_a_deleted_video_gets_no_more_jobs(store: Store) -> None:
    store.add_video(a_video(), [])
    store.update_video("v1", lambda video: replace(video, deleted_at=T0))
    with pytest.raises(NotFound):
        store.add_job(a_job(), lambda video: video)
    assert store.find_job("j1") is None


def test_jobs_are_listed_newest_first_and_filtered(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job("j1"), a_job("j2", kind=JobKind.PROXY)])
    store.add_job(a_job("j3", created_at=T0 + LEASE), lambda video: video)
    store.update_job("j1", claimed)

    def ids(**options: object) -> list[str]:
        return [job.id for job in store.list_jobs(JobQuery("local", **options)).items]

    assert ids() == ["j3", "j2", "j1"]
    assert ids(kind=JobKind.PROXY) == ["j2"]
    assert ids(state=JobState.RUNNING) == ["j1"]
    assert ids(video_id="v9") == []
    assert store.list_jobs(JobQuery("other")).total == 0


def test_waiting_and_running_jobs_are_counted_by_kind_and_priority(store: Store) -> None:
    jobs = [a_job("j1"), a_job("j2", kind=JobKind.PROXY, priority=Priority.HIGH), a_job("j3")]
    store.add_video(a_video(job_id="j1"), [*jobs, a_job("j4")])
    store.update_job("j1", claimed)
    store.update_job("j4", lambda job: job.cancelled(T0))
    assert store.queue_lengths() == {
        (JobKind.TRACK, JobState.RUNNING, Priority.NORMAL): 1,
        (JobKind.TRACK, JobState.QUEUED, Priority.NORMAL): 1,
        (JobKind.PROXY, JobState.QUEUED, Priority.HIGH): 1,
    }


def test_totals_grow_also_when_many_add_at_once(store: Store) -> None:
    assert store.tallies() == {}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.tally({"frames": 2.0, "videos.of/any kind": 0.5}), range(20)))
    assert store.tallies() == {"frames": 40.0, "videos.of/any kind": 10.0}


def test_aged_videos_are_those_that_neither_are_pinned_nor_deleted(store: Store) -> None:
    for name, days in (("new", 0), ("older", 2), ("old", 1), ("kept", 3), ("gone", 4)):
        pinned = name == "kept"
        came_at = T0 - timedelta(days=days)
        store.add_video(a_video(name, upload_time=came_at, pinned=pinned), [])
    store.update_video("gone", lambda video: replace(video, deleted_at=T0))
    assert [video.id for video in store.aged_videos(T0)] == ["older", "old"]
    assert store.aged_videos(T0 - timedelta(days=2)) == []


def put(store: Store, chunk: int, stop: int, payload: bytes = b"frames") -> Job:
    start = 0 if chunk == 0 else 16
    content = ChunkContent(payload, f"snapshot {chunk}".encode(), [a_track(chunk + 1)])
    bounds = ChunkBounds(chunk, start, stop)
    return store.put_chunk(
        "j1", bounds, content, lambda job: replace(job, frames_ready=stop, chunk_count=chunk + 1)
    )


def test_a_chunk_brings_its_snapshot_its_tracks_and_its_progress(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    assert store.get_snapshot("j1") is None
    put(store, 0, 16, b"one")
    put(store, 1, 64, b"two")
    assert store.chunk_bounds("j1") == [ChunkBounds(0, 0, 16), ChunkBounds(1, 16, 64)]
    assert store.get_chunk("j1", 1) == b"two"
    assert store.get_snapshot("j1") == b"snapshot 1"
    assert store.tracks("j1") == [a_track(1), a_track(2)]
    assert store.get_job("j1").frames_ready == 64
    with pytest.raises(NotFound):
        store.get_chunk("j1", 2)


def test_chunks_are_read_by_the_frames_they_touch(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    put(store, 0, 16, b"one")
    put(store, 1, 64, b"two")
    assert list(store.chunks("j1", 0, None)) == [b"one", b"two"]
    assert list(store.chunks("j1", 16, 17)) == [b"two"]
    assert list(store.chunks("j1", 3, 16)) == [b"one"]
    assert list(store.chunks("j1", 64, None)) == []


def test_storing_a_chunk_again_changes_nothing(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    put(store, 0, 16)
    put(store, 0, 16)
    assert store.chunk_bounds("j1") == [ChunkBounds(0, 0, 16)]


def test_chunks_and_snapshots_have_any_size(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    large = bytes(range(256)) * (17 << 12)  # 17 MiB
    for payload in (large, b"", large[:-1]):
        content = ChunkContent(payload, payload[::-1], [])
        store.put_chunk("j1", ChunkBounds(0, 0, 16), content, lambda job: job)
        assert store.get_chunk("j1", 0) == payload
        assert store.get_snapshot("j1") == payload[::-1]
        assert store.chunk_bounds("j1") == [ChunkBounds(0, 0, 16)]


def test_a_chunk_of_no_job_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        put(store, 0, 16)
    assert store.chunk_bounds("j1") == []


def test_a_fenced_off_worker_stores_nothing(store: Store) -> None:
    store.add_video(a_video(job_id="j1"), [a_job()])
    content = ChunkContent(b"frames", b"snapshot", [a_track()])
    with pytest.raises(Conflict):
        store.put_chunk(
            "j1", ChunkBounds(0, 0, 16), content, lambda job: job.advanced(7, 16, 1, 0.1)
        )
    assert store.chunk_bounds("j1") == []
    assert store.get_snapshot("j1") is None


def test_workers_are_alive_until_they_said(store: Store) -> None:
    assert store.live_workers(T0) == {}
    store.beat_worker("here:1", (JobKind.PROXY, JobKind.RENDER), T0, T0 + LEASE)
    store.beat_worker("here:2", TRACK, T0, T0 + 2 * LEASE)
    store.beat_worker("here:2", TRACK, T0, T0 + 2 * LEASE)
    assert store.live_workers(T0) == {JobKind.TRACK: 1, JobKind.PROXY: 1, JobKind.RENDER: 1}
    assert store.live_workers(T0 + 1.5 * LEASE) == {JobKind.TRACK: 1}
    store.beat_worker("here:4", TRACK, T0, T0 + 9 * LEASE)
    store.beat_worker("here:4", (), T0, T0 + 9 * LEASE)
    store.beat_worker("here:3", TRACK, T0 + 3 * LEASE, T0 + 4 * LEASE)
    assert store.live_workers(T0) == {JobKind.TRACK: 1}
