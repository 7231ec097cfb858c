"""Every Objects keeps these promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sammot.adapters.disk_objects import DiskObjects
from sammot.errors import Conflict, Locked, NotFound
from sammot.ports import Objects


@pytest.fixture(params=["disk"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    assert request.param == "disk"
    return DiskObjects(tmp_path)


def content(objects: Objects, key: str) -> bytes:
    with objects.open(key) as file:
        return file.read()


def test_what_is_appended_is_read(objects: Objects) -> None:
    objects.create("uploads/a")
    assert objects.append("uploads/a", 0, [b"one", b"two"]) == 6
    assert objects.append("uploads/a", 6, [b"!"]) == 7
    assert content(objects, "uploads/a") == b"onetwo!"
    assert objects.info("uploads/a").size == 7


def test_appending_elsewhere_than_at_the_end_is_refused(objects: Objects) -> None:
    objects.create("a")
    with pytest.raises(Conflict):
        objects.append("a", 3, [b"x"])
    assert objects.info("a").size == 0


def test_what_came_before_a_break_is_kept(objects: Objects) -> None:
    def parts() -> Iterator[bytes]:
        yield b"kept"
        raise RuntimeError("the line broke")

    objects.create("a")
    with pytest.raises(RuntimeError):
        objects.append("a", 0, parts())
    assert content(objects, "a") == b"kept"


def test_only_one_appends_at_a_time(objects: Objects) -> None:
    def parts() -> Iterator[bytes]:
        with pytest.raises(Locked):
            objects.append("a", 0, [b"other"])
        yield b"mine"

    objects.create("a")
    objects.append("a", 0, parts())
    assert content(objects, "a") == b"mine"


def test_truncating_forgets_the_rest(objects: Objects) -> None:
    objects.create("a")
    objects.append("a", 0, [b"0123456789"])
    objects.truncate("a", 4)
    assert content(objects, "a") == b"0123"


def test_moving_leaves_nothing_behind(objects: Objects) -> None:
    objects.create("a")
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
    objects.create("a")
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


def test_the_etag_changes_with_the_content(objects: Objects) -> None:
    objects.create("a")
    before = objects.info("a").etag
    objects.append("a", 0, [b"x"])
    assert objects.info("a").etag != before


def test_a_local_path_reads_the_object(objects: Objects) -> None:
    objects.create("a")
    objects.append("a", 0, [b"x"])
    with objects.local("a") as path:
        assert path.read_bytes() == b"x"
    with pytest.raises(NotFound), objects.local("b"):
        pass


def test_deleting_takes_all_below_and_may_be_repeated(objects: Objects) -> None:
    objects.create("videos/v/a")
    objects.create("videos/v/b/c")
    objects.delete("videos/v")
    objects.delete("videos/v")
    with pytest.raises(NotFound):
        objects.info("videos/v/b/c")


def test_there_is_room_and_it_answers(objects: Objects) -> None:
    objects.ping()
    free = objects.free_bytes()
    assert free is None or free > 0
