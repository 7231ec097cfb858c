from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clips import Clip
from sammot.adapters.sqlite_store import SqliteStore
from sammot.errors import NotFound
from sammot.records import JobKind, Video
from sammot.service import Service
from sammot.worker import Worker
from world import a_service, bring

KEPT = timedelta(days=30)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Clip(count=10).write(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


def after(service: Service, wait: timedelta) -> Service:
    """The same service so much later."""
    now = service.world.now() + wait
    return Service.over(replace(service.world, now=lambda: now))


def is_there(service: Service, video: Video) -> bool:
    try:
        service.library.get("local", video.id)
    except NotFound:
        return False
    return True


def test_videos_that_are_too_old_are_deleted_with_their_files(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, retention=KEPT)
    video, _ = bring(service, clip)
    after(service, KEPT - timedelta(hours=1)).library.retire()
    assert is_there(service, video)
    after(service, KEPT + timedelta(hours=1)).library.retire()
    assert not is_there(service, video)
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []
    after(service, KEPT + timedelta(hours=2)).library.purge()
    assert service.world.store.find_job(video.job_id or "") is None


def test_pinned_videos_stay_until_they_are_let_go(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, retention=KEPT)
    video, _ = bring(service, clip)
    service.library.pin("local", video.id, is_pinned=True)
    late = after(service, 2 * KEPT)
    late.library.retire()
    assert is_there(service, video)
    service.library.pin("local", video.id, is_pinned=False)
    late.library.retire()
    assert not is_there(service, video)


def test_without_a_limit_nothing_is_too_old(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path)
    video, _ = bring(service, clip)
    after(service, 1000 * KEPT).library.retire()
    assert is_there(service, video)


def test_a_video_that_is_pinned_at_the_last_moment_stays(
    tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = a_service(tmp_path, retention=KEPT)
    video, _ = bring(service, clip)
    found = [service.library.get("local", video.id)]
    service.library.pin("local", video.id, is_pinned=True)
    monkeypatch.setattr(SqliteStore, "aged_videos", lambda *_: found)
    after(service, 2 * KEPT).library.retire()
    assert is_there(service, video)


def test_workers_do_it(tmp_path: Path, clip: bytes) -> None:
    service = a_service(tmp_path, retention=timedelta(seconds=1e-6))
    video, _ = bring(service, clip)
    stop = threading.Event()
    worker = threading.Thread(target=Worker(service, "here:1", [JobKind.PROXY], stop).run)
    worker.start()
    while is_there(service, video):
        stop.wait(0.02)
    stop.set()
    worker.join()
