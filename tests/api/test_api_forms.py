from __future__ import annotations

import io
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3 import encode_multipart_formdata

from api_client import Client
from sammot.adapters.disk_objects import DiskObjects
from sammot.api import ApiConfig, create_app
from sammot.api.multipart import read_parts
from sammot.errors import InvalidInput, StorageFull
from sammot.service import Service
from world import a_service


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "objects").rglob("*") if path.is_file()]


def sent(client: Client, content: bytes, name: str = "a.mp4", **form: Any) -> Any:
    body, content_type = encode_multipart_formdata({"file": (name, content), **form})
    return client.post("/api/videos/upload", data=body, content_type=content_type)


def test_the_fields_choose_how_to_track(client: Client, clip: bytes) -> None:
    video = client.bring(clip, engine="fake", parameters='{"depth": 3}', priority="high")
    job = client.get(f"/api/jobs/{video['job_id']}").get_json()
    assert (job["engine"], job["priority"], job["parameters"]) == ("fake", "high", {"depth": 3})


@pytest.mark.parametrize(
    "form",
    [
        {"engine": "unheard-of"},
        {"priority": "urgent"},
        {"parameters": "{"},
        {"parameters": "[1]"},
        {"parameters": '{"nonsense": 1}'},
        {"colour": "blue"},
        {"priority": "x" * 70_000},
    ],
)
def test_fields_that_mean_nothing_are_refused_and_the_file_forgotten(
    client: Client, clip: bytes, tmp_path: Path, form: dict[str, str]
) -> None:
    response = sent(client, clip, **form)
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "name", "type_"),
    [
        (b"", "empty.mp4", "/problems/unreadable-video"),
        (b"not a video" * 1000, "text.mp4", "/problems/unreadable-video"),
        (b"x", "../../etc/passwd", "/problems/invalid-input"),
    ],
)
def test_what_is_no_video_leaves_nothing_behind(
    client: Client, tmp_path: Path, content: bytes, name: str, type_: str
) -> None:
    response = sent(client, content, name)
    assert (response.status_code, response.get_json()["type"]) == (422, type_)
    assert files(tmp_path) == []


def test_a_form_without_a_file_is_refused(client: Client) -> None:
    response = client.post(
        "/api/videos/upload", data={"engine": "fake"}, content_type="multipart/form-data"
    )
    assert response.status_code == 422


def test_two_files_in_one_form_are_refused(client: Client, clip: bytes, tmp_path: Path) -> None:
    pair = [("file", ("a.mp4", clip)), ("file", ("b.mp4", clip))]
    body, content_type = encode_multipart_formdata(pair)
    response = client.post("/api/videos/upload", data=body, content_type=content_type)
    assert response.status_code == 422
    assert files(tmp_path) == []


def test_a_form_that_broke_off_leaves_nothing_behind(client: Client, tmp_path: Path) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    response = client.post(
        "/api/videos/upload",
        data=head + b"0" * 5000,
        content_type="multipart/form-data; boundary=x",
    )
    assert response.status_code == 422
    assert files(tmp_path) == []


class _FullDisk(DiskObjects):
    """One on which no new file can be written."""

    def writing(self, key: str) -> AbstractContextManager[Path]:
        raise StorageFull(key)


def test_a_form_that_cannot_be_taken_in_now_leaves_nothing_behind(
    tmp_path: Path, clip: bytes
) -> None:
    world = replace(a_service(tmp_path).world, objects=_FullDisk(tmp_path / "objects"))
    client = Client(create_app(Service.over(world), ApiConfig("1")))
    response = sent(client, clip)
    assert (response.status_code, response.get_json()["type"]) == (507, "/problems/storage-full")
    assert files(tmp_path) == []


def test_other_bodies_than_forms_are_refused(client: Client) -> None:
    response = client.post("/api/videos/upload", json={"file": "x"})
    assert response.status_code == 415


@settings(max_examples=150)
@given(content=st.binary(max_size=300) | st.just(b"\r\n--bou" * 40), block=st.integers(1, 64))
def test_a_part_is_read_as_it_was_sent_however_it_is_cut(content: bytes, block: int) -> None:
    if b"--boundary" in content:
        return
    body = (
        b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + content
        + b'\r\n--boundary\r\nContent-Disposition: form-data; name="engine"\r\n\r\nfake'
        + b"\r\n--boundary--\r\n"
    )
    found = [
        (head.name, b"".join(data)) for head, data in read_parts(_Slowly(body, block), "boundary")
    ]
    assert found == [("file", content), ("engine", b"fake")]


@given(body=st.binary(max_size=200))
def test_a_body_that_is_no_form_is_an_invalid_input(body: bytes) -> None:
    try:
        for head, data in read_parts(io.BytesIO(b"--b\r\n" + body), "b"):
            assert isinstance(head.name, str)
            assert isinstance(b"".join(data), bytes)
    except InvalidInput:
        return
    assert b"--" in body


class _Slowly(io.BytesIO):
    """Gives a few bytes at a time."""

    def __init__(self, content: bytes, block: int) -> None:
        super().__init__(content)
        self._block = block

    def read(self, size: int | None = -1, /) -> bytes:
        del size
        return super().read(self._block)
