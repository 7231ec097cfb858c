"""Every Objects keeps these promises."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sammot.adapters.disk_objects import DiskObjects
from sammot.errors import (
    ChecksumMismatch,
    Conflict,
    Locked,
    NotFound,
    StorageFull,
    TooLarge,
    Unavailable,
)
from sammot.ports import Objects
from servers.s3 import S3Server


@pytest.fixture(params=["disk", "rclone", "moto"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "disk":
        return DiskObjects(tmp_path)
    return s3_objects(request.getfixturevalue(f"{request.param}_server"), tmp_path)


def s3_objects(server: S3Server, scratch: Path) -> Objects:
    from sammot.adapters.s3_objects import S3Objects  # noqa: PLC0415 - an optional package

    return S3Objects(server.bucket(), scratch)


def content(objects: Objects, key: str) -> bytes:
    with objects.open(key) as file:
        return file.read()


def test_what_is_appended_is_read(objects: Objects) -> None:
    objects.create("uploads/a", 100)
    assert objects.append("uploads/a", 0, [b"one", b"two"]) == 6
    assert objects.append("uploads/a", 6, [b"!"]) == 7
    assert content(objects, "uploads/a") == b"onetwo!"
    assert objects.info("uploads/a").size == 7


def test_appending_elsewhere_than_at_the_end_is_refused(objects: Objects) -> None:
    objects.create("a", 100)
    with pytest.raises(Conflict):
        objects.append("a", 3, [b"x"])
    assert objects.info("a").size == 0


def test_what_came_before_a_break_is_kept(objects: Objects) -> None:
    def parts() -> Iterator[bytes]:
        yield b"kept"
        raise RuntimeError("the line broke")

    objects.create("a", 100)
    with pytest.raises(RuntimeError):
        objects.append("a", 0, parts())
    assert content(objects, "a") == b"kept"


def test_what_an_error_undoes_leaves_nothing(objects: Objects) -> None:
    def parts() -> Iterator[bytes]:
        yield b"never"
        raise ChecksumMismatch

    objects.create("a", 100)
    objects.append("a", 0, [b"kept"])
    with pytest.raises(ChecksumMismatch):
        objects.append("a", 4, parts(), undone_by=(ChecksumMismatch, TooLarge))
    assert objects.append("a", 4, [b"!"]) == 5
    assert content(objects, "a") == b"kept!"


def test_who_is_overtaken_while_appending_is_refused(
    objects: Objects, request: pytest.FixtureRequest
) -> None:
    if "rclone" in request.node.name:
        pytest.skip("rclone ignores conditions")
    refused = []

    def parts(name: bytes) -> Iterator[bytes]:
        if name == b"slow":
            try:
                objects.append("a", 0, parts(b"fast"))
            except (Conflict, Locked) as error:
                refused.append(error)
        yield name

    objects.create("a", 100)
    try:
        objects.append("a", 0, parts(b"slow"))
    except (Conflict, Locked) as error:
        refused.append(error)
    assert len(refused) == 1
    assert content(objects, "a") in (b"slow", b"fast")


def test_moving_leaves_nothing_behind(objects: Objects) -> None:
    objects.create("a", 100)
    objects.append("a", 0, [b"x"])
    objects.move("a", "videos/v/original")
    assert content(objects, "videos/v/original") == b"x"
    with pytest.raises(NotFound):
        objects.info("a")


@pytest.mark.parametrize("key", ["nothing", "../outside", "a/../../outside", ""])
def test_what_is_not_there_or_outside_is_not_found(objects: Objects, key: str) -> None:
    with pytest.raises(NotFound):
        objects.info(key)
    with pytest.raises(NotFound):
        objects.open(key)


def test_a_written_object_appears_whole_or_not_at_all(objects: Objects) -> None:
    with objects.writing("videos/v/proxy.mp4") as path:
        assert path.suffix == ".mp4"
        path.write_bytes(b"half")
        with pytest.raises(NotFound):
            objects.info("videos/v/proxy.mp4")
    assert content(objects, "videos/v/proxy.mp4") == b"half"


def test_an_object_whose_writing_fails_stays_as_it_was(objects: Objects) -> None:
    objects.create("a", 100)
    paths = []

    def write() -> None:
        with objects.writing("a") as path:
            paths.append(path)
            path.write_bytes(b"never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert content(objects, "a") == b""
    assert not paths[0].exists()


def test_what_a_killed_writer_left_goes_when_the_next_begins(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from sammot.adapters.disk_objects import DiskObjects
with DiskObjects(Path(sys.argv[1])).writing("videos/v/proxy.mp4") as path:
    path.write_bytes(b"half")
    path.with_name("proxy.mp4.part").write_bytes(b"half")
    os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    objects = DiskObjects(tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    with objects.writing("videos/v/proxy.mp4") as first, objects.writing("videos/v/b") as second:
        first.write_bytes(b"whole")
        second.write_bytes(b"other")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["b", "proxy.mp4"]
    assert list((tmp_path / "videos" / "v").glob(".*")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_the_system_forbids_is_unavailable(tmp_path: Path) -> None:
    objects = DiskObjects(tmp_path)
    objects.create("videos/v/a", 100)
    (tmp_path / "videos" / "v").chmod(0o500)
    try:
        with pytest.raises(Unavailable):
            objects.delete("videos/v")
    finally:
        (tmp_path / "videos" / "v").chmod(0o700)


def test_a_disk_that_is_gone_is_told_in_our_words(tmp_path: Path) -> None:
    objects = DiskObjects(tmp_path / "gone")
    with pytest.raises(NotFound):
        objects.free_bytes()
    with pytest.raises(Unavailable):
        objects.ping()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        DiskObjects(tmp_path).append("a", 0, [b"x"])


def test_many_delete_at_one_time(objects: Objects) -> None:
    for n in range(200):
        objects.create(f"videos/v/{n % 7}/{n}", 100)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(objects.delete, ["videos/v"] * 4))
    with pytest.raises(NotFound):
        objects.info("videos/v")


def test_the_etag_changes_with_the_content(objects: Objects) -> None:
    objects.create("a", 100)
    before = objects.info("a").etag
    objects.append("a", 0, [b"x"])
    assert objects.info("a").etag != before


def test_a_local_path_reads_the_object(objects: Objects) -> None:
    objects.create("a", 100)
    objects.append("a", 0, [b"x"])
    with objects.local("a") as path:
        assert path.read_bytes() == b"x"
    with pytest.raises(NotFound), objects.local("b"):
        pass


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_footage_reads_the_object(objects: Objects, share: float) -> None:
    objects.create("a", 100)
    objects.append("a", 0, [b"film"])
    with objects.footage("a", share) as footage:
        file = footage.open("rb") if isinstance(footage, Path) else footage()
        with file:
            assert file.read() == b"film"
    with pytest.raises(NotFound), objects.footage("b", share):
        pass


def test_deleting_takes_all_below_and_may_be_repeated(objects: Objects) -> None:
    objects.create("videos/v/a", 100)
    objects.create("videos/v/b/c", 100)
    objects.delete("videos/v")
    objects.delete("videos/v")
    with pytest.raises(NotFound):
        objects.info("videos/v/b/c")


def test_there_is_room_and_it_answers(objects: Objects) -> None:
    objects.ping()
    free = objects.free_bytes()
    assert free is None or free > 0
