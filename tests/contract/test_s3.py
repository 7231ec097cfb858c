"""What is true of S3 alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest

pytest.importorskip("boto3", reason="the service profile is not installed")

from sammot.adapters.s3_objects import Bucket, S3Objects
from sammot.adapters.s3_objects.growing import part_size_for
from sammot.errors import ChecksumMismatch, NotFound, Unavailable
from sammot.stack import free_port
from servers.s3 import S3Server

MIB = 1 << 20


@pytest.fixture(params=["rclone", "moto"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    return server.bucket()


@pytest.fixture
def checking(rclone_server: S3Server) -> Bucket:
    """One whose signatures are checked, which moto does not do."""
    return rclone_server.bucket()


@pytest.fixture
def replacing(moto_server: S3Server) -> Bucket:
    """One whose parts can be sent again, which rclone does not take."""
    return moto_server.bucket()


def blocks(content: bytes, size: int = MIB) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def left(bucket: Bucket) -> list[str]:
    """All that lies in the bucket, also the unfinished."""
    client = bucket.client()
    plain = client.list_objects_v2(Bucket=bucket.name).get("Contents", ())
    found = [item["Key"] for item in plain]
    try:
        unfinished = client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", ())
    except client.exceptions.NoSuchUpload:
        unfinished = ()
    return found + [f"{item['Key']} (unfinished)" for item in unfinished]


def test_any_process_goes_on_with_what_another_began(bucket: Bucket, tmp_path: Path) -> None:
    content = os.urandom(21 * MIB + 12_345)
    S3Objects(bucket, tmp_path).create("uploads/a", len(content))
    offset = 0
    for stop in (3 * MIB, 3 * MIB + 1, 18 * MIB, len(content)):
        objects = S3Objects(bucket, tmp_path)
        assert objects.info("uploads/a").size == offset
        offset = objects.append("uploads/a", offset, blocks(content[offset:stop], 700_000))
    S3Objects(bucket, tmp_path).move("uploads/a", "videos/a/original")
    with S3Objects(bucket, tmp_path).open("videos/a/original") as file:
        assert file.read() == content
    assert left(bucket) == ["videos/a/original"]


def test_a_killed_process_loses_less_than_a_part(bucket: Bucket, tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from sammot.adapters.s3_objects import Bucket, S3Objects
def parts():
    for n in range(11):
        yield bytes([n]) * 2**20
    os._exit(9)
name, endpoint, access_key, secret_key, scratch = sys.argv[1:]
bucket = Bucket(name, endpoint, None, "us-east-1", access_key, secret_key)
S3Objects(bucket, Path(scratch)).append("a", 0, parts())
"""
    objects = S3Objects(bucket, tmp_path)
    objects.create("a", 12 * MIB)
    words = [bucket.name, bucket.endpoint, bucket.access_key, bucket.secret_key, str(tmp_path)]
    killed = subprocess.run([sys.executable, "-c", script, *map(str, words)], check=False)
    assert killed.returncode == 9
    offset = objects.info("a").size
    assert 11 * MIB - offset < part_size_for(0)
    objects.append("a", offset, [bytes([n]) * MIB for n in range(offset // MIB, 12)])
    with objects.open("a") as file:
        assert file.read() == b"".join(bytes([n]) * MIB for n in range(12))


def test_what_an_error_undoes_may_have_been_parts(replacing: Bucket, tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield from blocks(b"x" * 20 * MIB)
        raise ChecksumMismatch

    objects = S3Objects(replacing, tmp_path)
    objects.create("a", 20 * MIB)
    objects.append("a", 0, [b"kept"])
    with pytest.raises(ChecksumMismatch):
        objects.append("a", 4, parts(), undone_by=(ChecksumMismatch,))
    assert objects.info("a").size == 4
    objects.append("a", 4, blocks(b"y" * 10 * MIB))
    with objects.open("a") as file:
        assert file.read() == b"kept" + b"y" * 10 * MIB


def test_parts_that_were_all_undone_are_freed_with_the_rest(bucket: Bucket, tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield from blocks(b"x" * 9 * MIB)
        raise ChecksumMismatch

    objects = S3Objects(bucket, tmp_path)
    objects.create("a", 20 * MIB)
    with pytest.raises(ChecksumMismatch):
        objects.append("a", 0, parts(), undone_by=(ChecksumMismatch,))
    assert objects.append("a", 0, [b"small"]) == 5
    with objects.open("a") as file:
        assert file.read() == b"small"
    assert left(bucket) == ["a"]


def test_deleting_frees_the_parts_of_what_was_never_finished(
    bucket: Bucket, tmp_path: Path
) -> None:
    objects = S3Objects(bucket, tmp_path)
    objects.create("uploads/a", 10 * MIB)
    objects.append("uploads/a", 0, blocks(b"x" * 9 * MIB))
    assert left(bucket) == ["uploads/a.growing", "uploads/a (unfinished)"]
    objects.delete("uploads/a")
    assert left(bucket) == []


def test_what_was_joined_by_a_process_that_died_behind_it_is_whole(
    bucket: Bucket, tmp_path: Path
) -> None:
    client = bucket.client()
    objects = S3Objects(bucket, tmp_path)
    objects.create("a", 10 * MIB)
    objects.append("a", 0, blocks(b"x" * 9 * MIB))
    record = client.get_object(Bucket=bucket.name, Key="a.growing")["Body"].read()
    with objects.open("a") as file:
        assert len(file.read()) == 9 * MIB
    client.put_object(Bucket=bucket.name, Key="a.growing", Body=record)
    assert objects.info("a").size == 9 * MIB
    objects.move("a", "b")
    assert left(bucket) == ["b"]


@pytest.mark.parametrize("size", [0, 10 * 2**30, 64 * 2**30, 5 * 2**40])
def test_parts_are_large_enough_for_what_is_announced(size: int) -> None:
    assert part_size_for(size) >= 5 * MIB
    assert part_size_for(size) * 10_000 >= size


def test_a_file_is_read_from_any_place(bucket: Bucket, tmp_path: Path) -> None:
    content = os.urandom(9 * MIB)
    objects = S3Objects(bucket, tmp_path)
    with objects.writing("a") as path:
        path.write_bytes(content)
    with objects.open("a") as file:
        assert file.seek(-10, os.SEEK_END) == len(content) - 10
        assert file.read(100) == content[-10:]
        assert file.read(100) == b""
        file.seek(5 * MIB)
        assert file.read(2 * MIB) == content[5 * MIB : 7 * MIB]
        file.seek(-MIB, os.SEEK_CUR)
        assert file.tell() == 6 * MIB
        file.seek(1)
        assert file.read() == content[1:]


def test_nothing_stays_on_the_disk(bucket: Bucket, tmp_path: Path) -> None:
    objects = S3Objects(bucket, tmp_path / "scratch")
    with objects.writing("a") as path:
        path.write_bytes(b"x")
    with objects.local("a") as path:
        assert path.read_bytes() == b"x"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_of_a_part_no_more_is_fetched_than_is_read(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sammot.adapters.s3_objects.objects.LOOKS", 1)
    objects = S3Objects(bucket, tmp_path)
    content = os.urandom(12 * MIB)
    with objects.writing("a") as path:
        path.write_bytes(content)
    with objects.footage("a", 0.1) as footage:
        assert not isinstance(footage, Path)
        for start in (11 * MIB, 0):
            with footage() as file:
                file.seek(start)
                assert file.read(100) == content[start : start + 100]
        assert not any(tmp_path.iterdir())
    with objects.footage("a", 0.9) as footage:
        assert isinstance(footage, Path)
        assert footage.read_bytes() == content


def fetched(url: str, **headers: str) -> tuple[int, Message, bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.status, answer.headers, answer.read()


def a_url(objects: S3Objects, seconds: int = 60) -> str:
    with objects.writing("a") as path:
        path.write_bytes(b"0123456789")
    url = objects.url("a", "video/mp4", seconds, disposition='attachment; filename="dog.mp4"')
    assert url is not None
    return url


def test_an_address_gives_the_object_under_its_name(bucket: Bucket, tmp_path: Path) -> None:
    status, headers, body = fetched(a_url(S3Objects(bucket, tmp_path)))
    assert (status, body) == (200, b"0123456789")
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Disposition"] == 'attachment; filename="dog.mp4"'


def test_an_address_gives_ranges(bucket: Bucket, tmp_path: Path) -> None:
    status, _, body = fetched(a_url(S3Objects(bucket, tmp_path)), Range="bytes=2-4")
    assert body == b"234"
    assert status in (200, 206)  # rclone says 200


def test_a_changed_address_is_refused(checking: Bucket, tmp_path: Path) -> None:
    url = a_url(S3Objects(checking, tmp_path))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        fetched(url.replace("dog.mp4", "cat.mp4"))


def test_an_address_expires(checking: Bucket, tmp_path: Path) -> None:
    url = a_url(S3Objects(checking, tmp_path), seconds=1)
    time.sleep(2.1)
    with pytest.raises(urllib.error.HTTPError, match="40"):
        fetched(url)


def test_addresses_are_those_that_browsers_reach(replacing: Bucket, tmp_path: Path) -> None:
    outside = replace(replacing, public_endpoint="https://media.example")
    url = S3Objects(outside, tmp_path).url("a", "video/mp4", 60, disposition=None)
    assert url is not None
    assert url.startswith(f"https://media.example/{replacing.name}/a?")


def test_amazon_is_asked_by_the_bucket_s_own_name(tmp_path: Path) -> None:
    bucket = Bucket("videos", region="eu-west-1", access_key="a", secret_key="b")
    url = S3Objects(bucket, tmp_path).url("a", "video/mp4", 60, disposition=None)
    assert url is not None
    assert url.startswith("https://videos.s3.eu-west-1.amazonaws.com/a?")


def test_a_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    objects = S3Objects(Bucket("videos", away, None, "us-east-1", "a", "b"), tmp_path)
    with pytest.raises(Unavailable):
        objects.ping()
    with pytest.raises(Unavailable):
        objects.info("a")


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="'videos-elsewhere'"):
        S3Objects(replace(bucket, name="videos-elsewhere"), tmp_path).ping()


def test_a_wrong_secret_is_unavailable_and_told_to_nobody(checking: Bucket, tmp_path: Path) -> None:
    wrong = replace(checking, secret_key="guessed")
    assert "guessed" not in repr(wrong)
    with pytest.raises(Unavailable) as caught:
        S3Objects(wrong, tmp_path).create("a", 1)
    assert "guessed" not in str(caught.value)


def test_nothing_written_is_no_object(bucket: Bucket, tmp_path: Path) -> None:
    objects = S3Objects(bucket, tmp_path)
    with pytest.raises(Unavailable, match="storage failed"), objects.writing("a"):
        pass
    with pytest.raises(NotFound):
        objects.info("a")
