from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clips import Clip
from sammot.adapters.disk_objects import DiskObjects
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import (
    ChecksumMismatch,
    Conflict,
    InvalidInput,
    Locked,
    NotFound,
    StorageFull,
    TooLarge,
    Unavailable,
    UnknownEngine,
    UnreadableVideo,
)
from sammot.ports import JobQuery
from sammot.records import JobSpec, Priority, Upload
from sammot.service import Service, read_checksum
from sammot.service.world import upload_key
from world import a_service, bring

SPEC = JobSpec("fake", {}, Priority.NORMAL)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Clip(count=10).write(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path)


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "objects").rglob("*") if path.is_file()]


def begun(service: Service, size: int = 10, name: str = "clip.mp4") -> Upload:
    return service.uploads.begin("local", name, size, SPEC)


def test_pieces_make_a_video_with_its_job(service: Service, clip: bytes) -> None:
    upload = begun(service, len(clip))
    half = len(clip) // 2
    assert service.uploads.append(upload, 0, [clip[:half]]) == half
    assert service.uploads.offset(upload) == half
    service.uploads.append(upload, half, [clip[half:]])
    video, duplicate = service.uploads.finish(upload)
    assert not duplicate
    assert video.sha256 == hashlib.sha256(clip).hexdigest()
    assert (video.frame_count, video.width, video.height) == (10, 192, 112)
    jobs = service.jobs.list(JobQuery("local")).items
    assert [job.id for job in jobs] == [video.job_id]


def test_finishing_twice_gives_the_same_video(service: Service, clip: bytes) -> None:
    upload = begun(service, len(clip))
    service.uploads.append(upload, 0, [clip])
    video, _ = service.uploads.finish(upload)
    again, duplicate = service.uploads.finish(service.uploads.get("local", upload.id))
    assert (again.id, duplicate) == (video.id, False)
    assert service.uploads.offset(service.uploads.get("local", upload.id)) == len(clip)


def test_finishing_goes_on_after_a_crash_at_its_last_step(
    service: Service, clip: bytes, tmp_path: Path
) -> None:
    upload = begun(service, len(clip))
    service.uploads.append(upload, 0, [clip])
    video, _ = service.uploads.finish(upload)
    service.world.store.put_upload(upload)  # as if the process had ended before this was written
    again, duplicate = service.uploads.finish(upload)
    assert (again.id, duplicate) == (video.id, False)
    service.world.store.update_video(video.id, lambda v: replace(v, deleted_at=v.upload_time))
    service.world.store.put_upload(upload)
    service.world.store.purge_video(video.id)  # as if it had ended before the video was added
    assert service.uploads.offset(upload) == len(clip)
    again, duplicate = service.uploads.finish(upload)
    assert (again.id, duplicate) == (upload.id, False)
    assert len(files(tmp_path)) == 3  # original, poster, timeline


def test_the_same_bytes_are_recognised(service: Service, clip: bytes, tmp_path: Path) -> None:
    first, _ = bring(service, clip)
    before = files(tmp_path)
    second, duplicate = bring(service, clip, "other-name.mp4")
    assert (second.id, duplicate) == (first.id, True)
    assert files(tmp_path) == before


def test_another_user_has_a_copy_of_their_own(service: Service, clip: bytes) -> None:
    first, _ = bring(service, clip)
    second, duplicate = bring(service, clip, user_id="other")
    assert second.id != first.id
    assert not duplicate


def test_what_is_not_a_video_leaves_nothing_behind(service: Service, tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo):
        bring(service, b"not a video at all" * 100)
    assert files(tmp_path) == []
    assert service.world.store.expired_uploads(service.world.now() + timedelta(days=9)) == []


@pytest.mark.parametrize(
    "name",
    ["", "  ", "..", "../evil.mp4", "a/b.mp4", "a\\b.mp4", "a\0b.mp4", "é" * 200, "\ud800"],
)
def test_a_name_that_is_none_is_refused(service: Service, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        begun(service, name=name)
    assert files(tmp_path) == []


def test_names_are_kept_as_they_are_written(service: Service) -> None:
    assert begun(service, name=" 강아지 <b>.mp4 ").filename == "강아지 <b>.mp4"


def test_too_large_a_file_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        begun(a_service(tmp_path, max_bytes=9))


def test_a_file_for_which_there_is_no_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        begun(a_service(tmp_path, min_free_bytes=2**60))


def test_more_than_was_announced_is_refused_and_forgotten(service: Service) -> None:
    upload = begun(service, 10)
    service.uploads.append(upload, 0, [b"12345"])
    with pytest.raises(TooLarge):
        service.uploads.append(upload, 5, [b"678", b"90!"])
    assert service.uploads.offset(upload) == 5


def test_a_wrong_offset_is_a_conflict(service: Service) -> None:
    with pytest.raises(Conflict):
        service.uploads.append(begun(service), 3, [b"x"])


def test_nobody_appends_while_another_does(service: Service) -> None:
    upload = begun(service, 10)

    def parts() -> Iterator[bytes]:
        with pytest.raises(Locked):
            service.uploads.append(upload, 0, [b"other"])
        yield b"mine"

    assert service.uploads.append(upload, 0, parts()) == 4
    assert service.uploads.append(upload, 4, [b"!"]) == 5


def test_a_checksum_keeps_only_what_was_sent(service: Service) -> None:
    upload = begun(service)
    right = ("sha256", hashlib.sha256(b"hello").digest())
    with pytest.raises(ChecksumMismatch):
        service.uploads.append(upload, 0, [b"hellx"], checksum=right)
    assert service.uploads.offset(upload) == 0
    assert service.uploads.append(upload, 0, [b"hello"], checksum=right) == 5


@pytest.mark.parametrize("header", ["sha256", "sha256 !!", "crc32 AAAA"])
def test_a_checksum_that_is_none_is_refused(service: Service, header: str) -> None:
    with pytest.raises(InvalidInput):
        service.uploads.append(begun(service), 0, [b"x"], checksum=read_checksum(header))


def test_an_expired_upload_is_forgotten(tmp_path: Path) -> None:
    service = a_service(tmp_path, upload_expiry=timedelta(seconds=-1))
    upload = begun(service)
    service.uploads.append(upload, 0, [b"12345"])
    assert service.uploads.expire() == 1
    assert files(tmp_path) == []
    with pytest.raises(NotFound):
        service.uploads.get("local", upload.id)


def test_an_upload_expires_without_its_video(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, upload_expiry=timedelta(seconds=-1))
    video, _ = bring(service, clip)
    service.uploads.expire()
    assert service.library.get("local", video.id).id == video.id
    assert service.world.objects.info(video.storage_path).size == len(clip)


def test_a_foreign_upload_is_not_found(service: Service) -> None:
    with pytest.raises(NotFound):
        service.uploads.get("other", begun(service).id)


def test_an_engine_must_exist(service: Service) -> None:
    with pytest.raises(UnknownEngine):
        service.uploads.spec("nonsense", {}, Priority.NORMAL)
    with pytest.raises(InvalidInput):
        service.uploads.spec("fake", {"nonsense": 1}, Priority.NORMAL)


def complete(service: Service, clip: bytes) -> Upload:
    upload = begun(service, len(clip))
    service.uploads.append(upload, 0, [clip])
    return upload


def over(service: Service) -> Service:
    """The same service a long time later."""
    later = service.world.now() + timedelta(days=9)
    return Service.over(replace(service.world, now=lambda: later))


def test_bytes_that_come_put_the_expiry_off(service: Service) -> None:
    upload = begun(service)
    service.world.store.update_upload(
        upload.id, lambda old: replace(old, expires_at=service.world.now())
    )
    service.uploads.append(upload, 0, [b"12345"])
    assert service.uploads.expire() == 0
    assert service.uploads.get("local", upload.id).expires_at >= upload.expires_at


def test_an_upload_that_is_written_for_longer_than_its_time_does_not_expire(
    service: Service,
) -> None:
    upload = begun(service)
    service.uploads.append(upload, 0, [b"12345"])
    service.world.store.update_upload(
        upload.id, lambda old: replace(old, expires_at=service.world.now() - timedelta(days=1))
    )
    assert service.uploads.expire() == 0


class _Disk(DiskObjects):
    """One on which something happens at the moment that a test chooses."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.before: dict[str, Callable[[], object]] = {}

    def local(self, key: str) -> AbstractContextManager[Path]:
        self.before.get("local", int)()
        return super().local(key)

    def move(self, source: str, target: str) -> None:
        self.before.get("move", int)()
        super().move(source, target)

    def delete(self, prefix: str) -> None:
        self.before.get("delete", int)()
        super().delete(prefix)


@pytest.fixture
def disk(tmp_path: Path) -> _Disk:
    return _Disk(tmp_path / "objects")


@pytest.fixture
def eventful(service: Service, disk: _Disk) -> Service:
    return Service.over(replace(service.world, objects=disk))


def test_an_upload_does_not_expire_while_it_is_taken_in(
    eventful: Service, disk: _Disk, clip: bytes
) -> None:
    policy = replace(eventful.world.policy, upload_expiry=timedelta(seconds=-1))
    hasty = Service.over(replace(eventful.world, policy=policy))
    upload = complete(hasty, clip)
    expired = []
    disk.before["local"] = lambda: expired.append(hasty.uploads.expire())
    video, _ = hasty.uploads.finish(upload)
    assert expired == [0]
    assert hasty.world.objects.info(video.storage_path).size == len(clip)


def test_two_processes_take_an_upload_in_once(tmp_path: Path, clip: bytes) -> None:
    first, second = a_service(tmp_path), a_service(tmp_path)
    upload = complete(first, clip)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.uploads.finish(upload), (first, second)))
    assert {(video.id, duplicate) for video, duplicate in answers} == {(upload.id, False)}
    assert first.jobs.list(JobQuery("local")).total == 1
    assert len(files(tmp_path)) == 3


def test_a_process_that_died_while_taking_in_holds_nobody_up_for_long(
    service: Service, clip: bytes
) -> None:
    upload = complete(service, clip)
    now, lease = service.world.now(), service.world.policy.lease
    service.world.store.update_upload(upload.id, lambda old: old.held("dead", now, lease))
    video, _ = service.uploads.finish(upload)
    assert video.id == upload.id


class _Meeting(DiskObjects):
    """Whoever is first to move a file is held up until another has moved it, and waits for it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.is_held_up, self.may_go_on = threading.Event(), threading.Event()
        self.first: Future[object] | None = None

    def move(self, source: str, target: str) -> None:
        if not self.is_held_up.is_set():
            self.is_held_up.set()
            self.may_go_on.wait(30)
            super().move(source, target)
            return
        super().move(source, target)
        self.may_go_on.set()
        assert self.first is not None
        wait([self.first], 30)


def test_a_process_that_slept_while_taking_in_harms_nobody_who_took_over(
    tmp_path: Path, clip: bytes
) -> None:
    world = a_service(tmp_path, lease=timedelta(minutes=1)).world
    objects, late = _Meeting(tmp_path / "objects"), timedelta(0)
    world = replace(world, objects=objects, now=lambda: datetime.now(UTC) + late)
    service = Service.over(world)
    upload = begun(service, len(clip))
    service.uploads.append(upload, 0, [clip])
    with ThreadPoolExecutor(1) as pool:
        objects.first = pool.submit(service.uploads.finish, upload)
        assert objects.is_held_up.wait(30)
        late = timedelta(minutes=2)
        video, _ = service.uploads.finish(upload)
        with pytest.raises(Locked):
            objects.first.result()
    with objects.open(video.storage_path) as file:
        assert file.read() == clip


def test_what_cannot_be_moved_into_its_place_leaves_nothing_behind(
    eventful: Service, disk: _Disk, clip: bytes, tmp_path: Path
) -> None:
    upload = complete(eventful, clip)
    disk.before["move"] = lambda: disk.delete(upload_key(upload.id))
    with pytest.raises(NotFound):
        eventful.uploads.finish(upload)
    assert files(tmp_path) == []


def test_an_upload_that_is_ended_after_a_crash_leaves_nothing_behind(
    eventful: Service, disk: _Disk, clip: bytes, tmp_path: Path
) -> None:
    def die() -> None:
        raise _Died

    upload = complete(eventful, clip)
    disk.before["move"] = die
    with pytest.raises(_Died):
        eventful.uploads.finish(upload)
    disk.before.clear()
    eventful.uploads.discard(upload)
    assert files(tmp_path) == []


class _Died(BaseException):
    """As sudden as a signal."""


def test_what_a_crash_left_of_a_duplicate_goes_with_its_upload(
    service: Service, clip: bytes, tmp_path: Path
) -> None:
    video, _ = bring(service, clip)
    before = files(tmp_path)
    upload = complete(service, clip)
    service.world.store.update_upload(  # and here the process ended
        upload.id, lambda old: replace(old, video_id=video.id, duplicate=True)
    )
    assert service.uploads.finish(upload) == (video, True)
    assert over(service).uploads.expire() == 2
    assert files(tmp_path) == before


def test_an_upload_stops_before_the_last_room_is_gone(
    service: Service,
) -> None:
    size = 80 << 20
    upload = begun(service, size)
    tight = replace(service.world, policy=replace(service.world.policy, min_free_bytes=2**60))
    with pytest.raises(StorageFull):
        Service.over(tight).uploads.append(upload, 0, [bytes(1 << 20)] * 80)
    assert 0 < service.uploads.offset(upload) < size


def test_a_deletion_that_could_not_be_ended_is_ended_later(
    eventful: Service, disk: _Disk, clip: bytes, tmp_path: Path
) -> None:
    def away() -> None:
        raise Unavailable("The storage is away.")

    video, _ = bring(eventful, clip)
    disk.before["delete"] = away
    eventful.library.delete("local", video.id)
    over(eventful).library.purge()
    with pytest.raises(NotFound):
        eventful.library.get("local", video.id)
    disk.before.clear()
    over(eventful).library.purge()
    assert files(tmp_path) == []
    assert eventful.world.store.deleted_videos(over(eventful).world.now()) == []


class _FullStore(SqliteStore):
    """One whose disk has no room for another word."""

    def update_upload(self, *_: object) -> Upload:
        raise StorageFull("The disk is full.")


def test_expired_uploads_make_room_even_where_nothing_can_be_written_down(
    service: Service, tmp_path: Path
) -> None:
    upload = begun(service)
    service.uploads.append(upload, 0, [b"12345"])
    full = replace(over(service).world, store=_FullStore(tmp_path / "store.db"))
    Service.over(full).uploads.expire()
    assert files(tmp_path) == []
