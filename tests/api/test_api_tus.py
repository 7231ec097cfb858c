from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from api_client import Client
from sammot.adapters.disk_objects import DiskObjects
from sammot.api import ApiConfig, create_app
from sammot.api.tus import read_count, read_metadata, write_metadata
from sammot.errors import StorageFull
from sammot.service import Service
from world import a_service

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "objects").rglob("*") if path.is_file()]


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def created(client: Client, size: int, **headers: str) -> TestResponse:
    metadata = {"Upload-Metadata": f"filename {coded('dog.mp4')}", "Upload-Length": str(size)}
    return client.post("/api/uploads", headers={**TUS, **metadata, **headers})


def begun(client: Client, size: int) -> str:
    response = created(client, size)
    assert response.status_code == 201
    return response.headers["Location"]


def patched(
    client: Client, path: str, offset: int, data: bytes, headers: Mapping[str, str] | None = None
) -> TestResponse:
    given = {**TUS, "Upload-Offset": str(offset), **(headers or {})}
    return client.patch(path, data=data, headers=given, content_type=BYTES)


def offset(client: Client, path: str) -> int:
    response = client.head(path, headers=TUS)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return int(response.headers["Upload-Offset"])


def test_pieces_become_a_video(client: Client, clip: bytes) -> None:
    path = begun(client, len(clip))
    first = patched(client, path, 0, clip[:1000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    assert "Sammot-Video-Id" not in first.headers
    assert offset(client, path) == 1000
    last = patched(client, path, 1000, clip[1000:])
    assert last.status_code == 204
    video = client.get(f"/api/videos/{last.headers['Sammot-Video-Id']}").get_json()
    assert video["sha256"] == hashlib.sha256(clip).hexdigest()
    head = client.head(path, headers=TUS)
    assert head.headers["Sammot-Video-Id"] == video["id"]
    assert "Sammot-Duplicate" not in head.headers


def test_what_the_server_can_do_is_told_to_everybody(client: Client) -> None:
    response = client.options("/api/uploads")
    assert response.status_code == 204
    assert response.headers["Tus-Resumable"] == response.headers["Tus-Version"] == "1.0.0"
    extensions = set(response.headers["Tus-Extension"].split(","))
    assert extensions == {
        "creation", "creation-with-upload", "termination", "expiration", "checksum",
    }  # fmt: skip
    assert response.headers["Tus-Checksum-Algorithm"] == "sha256,sha1,md5"
    assert int(response.headers["Tus-Max-Size"]) == 10**12


@pytest.mark.parametrize("version", ["0.2.2", "", None])
def test_another_version_is_refused(client: Client, version: str | None) -> None:
    headers = {} if version is None else {"Tus-Resumable": version}
    for method, path in (("POST", "/api/uploads"), ("HEAD", "/api/uploads/x")):
        response = client.open(path, method=method, headers=headers)
        assert response.status_code == 412
        assert response.headers["Tus-Version"] == "1.0.0"


def test_the_first_bytes_may_come_with_the_creation(client: Client, clip: bytes) -> None:
    metadata = {"Upload-Metadata": f"filename {coded('dog.mp4')}", "Upload-Length": str(len(clip))}
    response = client.post(
        "/api/uploads", data=clip[:500], headers={**TUS, **metadata}, content_type=BYTES
    )
    assert (response.status_code, response.headers["Upload-Offset"]) == (201, "500")
    rest = patched(client, response.headers["Location"], 500, clip[500:])
    assert "Sammot-Video-Id" in rest.headers


def test_the_whole_file_may_come_with_the_creation(client: Client, clip: bytes) -> None:
    metadata = {"Upload-Metadata": f"filename {coded('dog.mp4')}", "Upload-Length": str(len(clip))}
    response = client.post(
        "/api/uploads", data=clip, headers={**TUS, **metadata}, content_type=BYTES
    )
    assert response.status_code == 201
    assert "Sammot-Video-Id" in response.headers


def test_the_metadata_choose_how_to_track_and_are_told_again(client: Client, clip: bytes) -> None:
    metadata = ",".join(
        f"{key} {coded(value)}"
        for key, value in {
            "filename": "강아지.mp4", "engine": "fake", "parameters": '{"a":1}', "priority": "low",
        }.items()
    )  # fmt: skip
    path = created(client, len(clip), **{"Upload-Metadata": metadata}).headers["Location"]
    assert client.head(path, headers=TUS).headers["Upload-Metadata"] == metadata
    video_id = patched(client, path, 0, clip).headers["Sammot-Video-Id"]
    video = client.get(f"/api/videos/{video_id}").get_json()
    assert video["original_filename"] == "강아지.mp4"
    job = client.get(f"/api/jobs/{video['job_id']}").get_json()
    assert (job["engine"], job["parameters"], job["priority"]) == ("fake", {"a": 1}, "low")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Concat": "partial"}, 400),
        ({"Upload-Metadata": ""}, 422),
        ({"Upload-Metadata": "filename ***"}, 400),
        ({"Upload-Metadata": f"filename {coded('../x')}"}, 422),
        ({"Upload-Metadata": f"filename {coded('x')},engine {coded('none')}"}, 422),
        ({"Upload-Metadata": f"filename {coded('x')},priority {coded('soon')}"}, 422),
        ({"Upload-Metadata": f"filename {coded('x')},parameters {coded('{')}"}, 422),
        ({"Upload-Length": str(10**12 + 1)}, 413),
    ],
)
def test_a_creation_that_means_nothing_is_refused(
    client: Client, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    response = created(client, 10, **headers)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert files(tmp_path) == []


def test_an_empty_file_is_refused_at_once(client: Client, tmp_path: Path) -> None:
    response = created(client, 0)
    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/unreadable-video"
    assert files(tmp_path) == []


def test_a_wrong_offset_is_a_conflict(client: Client) -> None:
    path = begun(client, 10)
    assert patched(client, path, 4, b"x").status_code == 409
    assert offset(client, path) == 0


@pytest.mark.parametrize("given", ["", "-1", "x", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(client: Client, given: str) -> None:
    path = begun(client, 10)
    assert patched(client, path, 0, b"x", {"Upload-Offset": given}).status_code == 400


def test_bytes_of_another_type_are_refused(client: Client) -> None:
    path = begun(client, 10)
    headers = {**TUS, "Upload-Offset": "0"}
    response = client.patch(path, data=b"x", headers=headers, content_type="text/plain")
    assert response.status_code == 415


def test_more_than_was_announced_is_refused_and_forgotten(client: Client) -> None:
    path = begun(client, 10)
    patched(client, path, 0, b"1234")
    assert patched(client, path, 4, b"x" * 7).status_code == 413
    assert offset(client, path) == 4


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_checksum_keeps_only_what_was_sent(client: Client, algorithm: str) -> None:
    path = begun(client, 10)
    digest = base64.b64encode(hashlib.new(algorithm, b"hello").digest()).decode()
    headers = {"Upload-Checksum": f"{algorithm} {digest}"}
    wrong = patched(client, path, 0, b"hellx", headers)
    assert (wrong.status_code, wrong.get_json()["type"]) == (460, "/problems/checksum-mismatch")
    assert offset(client, path) == 0
    assert patched(client, path, 0, b"hello", headers).status_code == 204
    assert offset(client, path) == 5


def test_a_checksum_of_an_unknown_kind_is_refused(client: Client) -> None:
    path = begun(client, 10)
    response = patched(client, path, 0, b"hello", {"Upload-Checksum": "crc32 AAAA"})
    assert response.status_code == 400
    assert offset(client, path) == 0


def test_an_ended_upload_leaves_nothing(client: Client, tmp_path: Path) -> None:
    path = begun(client, 10)
    patched(client, path, 0, b"1234")
    assert client.delete(path, headers=TUS).status_code == 204
    assert files(tmp_path) == []
    assert client.head(path, headers=TUS).status_code == 404
    assert client.delete(path, headers=TUS).status_code == 404


def test_a_refused_file_leaves_nothing_and_its_upload_is_gone(
    client: Client, tmp_path: Path
) -> None:
    path = begun(client, 2000)
    response = patched(client, path, 0, b"not a video " * 166 + b"12345678")
    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/unreadable-video"
    assert files(tmp_path) == []
    assert client.head(path, headers=TUS).status_code == 404


def test_the_same_bytes_are_said_to_be_here(client: Client, clip: bytes) -> None:
    known = client.bring(clip)
    path = begun(client, len(clip))
    last = patched(client, path, 0, clip)
    assert last.headers["Sammot-Video-Id"] == known["id"]
    assert last.headers["Sammot-Duplicate"] == "true"
    assert client.head(path, headers=TUS).headers["Sammot-Duplicate"] == "true"


def test_a_complete_upload_that_was_cut_off_before_its_end_is_finished_when_asked_for(
    client: Client, service: Service, clip: bytes
) -> None:
    path = begun(client, len(clip))
    upload = service.uploads.get("local", path.rpartition("/")[2])
    service.uploads.append(upload, 0, [clip])  # and the process ended here
    head = client.head(path, headers=TUS)
    assert head.headers["Upload-Offset"] == str(len(clip))
    assert client.get(f"/api/videos/{head.headers['Sammot-Video-Id']}").status_code == 200


def test_an_upload_tells_when_it_expires_and_then_has_expired(
    client: Client, service: Service
) -> None:
    response = created(client, 10)
    assert response.headers["Upload-Expires"].endswith("GMT")
    path = response.headers["Location"]
    assert client.head(path, headers=TUS).headers["Upload-Expires"].endswith("GMT")
    upload = service.uploads.get("local", path.rpartition("/")[2])
    over = replace(upload, expires_at=service.world.now() - timedelta(seconds=1))
    service.world.store.put_upload(over)
    assert client.head(path, headers=TUS).status_code == 410
    assert patched(client, path, 0, b"x").status_code == 410


@pytest.mark.parametrize(("method", "status"), [("PATCH", 204), ("DELETE", 204)])
def test_a_post_may_stand_for_what_a_proxy_forbids(
    client: Client, method: str, status: int
) -> None:
    path = begun(client, 10)
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": method}
    response = client.post(path, data=b"1234", headers=headers, content_type=BYTES)
    assert response.status_code == status


def test_a_full_disk_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    client = Client(create_app(a_service(tmp_path, min_free_bytes=2**60), ApiConfig("1")))
    response = created(client, 10)
    assert (response.status_code, response.get_json()["type"]) == (507, "/problems/storage-full")


class _Disk(DiskObjects):
    """One on which, while it is full, no new file can be written."""

    is_full = True

    def writing(self, key: str) -> AbstractContextManager[Path]:
        if self.is_full:
            raise StorageFull("The disk is full.")
        return super().writing(key)


def test_a_file_that_came_before_the_disk_was_full_is_taken_in_later(
    tmp_path: Path, clip: bytes
) -> None:
    disk = _Disk(tmp_path / "objects")
    service = Service.over(replace(a_service(tmp_path).world, objects=disk))
    client = Client(create_app(service, ApiConfig("1")))
    path = begun(client, len(clip))
    assert patched(client, path, 0, clip).status_code == 507
    assert client.head(path, headers=TUS).status_code == 507
    disk.is_full = False
    assert "Sammot-Video-Id" in client.head(path, headers=TUS).headers


def test_two_do_not_write_at_one_time(client: Client, service: Service) -> None:
    path = begun(client, 10)
    upload = service.uploads.get("local", path.rpartition("/")[2])
    answers = []

    def parts() -> Iterator[bytes]:
        answers.append(patched(client, path, 0, b"other"))
        yield b"1234"

    service.uploads.append(upload, 0, parts())
    assert (answers[0].status_code, answers[0].get_json()["type"]) == (423, "/problems/locked")
    assert offset(client, path) == 4


def test_all_who_ask_for_a_complete_upload_at_one_time_get_the_same_video(
    app: Flask, client: Client, service: Service, clip: bytes, tmp_path: Path
) -> None:
    path = begun(client, len(clip))
    service.uploads.append(service.uploads.get("local", path.rpartition("/")[2]), 0, [clip])
    with ThreadPoolExecutor(4) as pool:
        heads = list(pool.map(lambda _: Client(app).head(path, headers=TUS), range(4)))
    assert len({head.headers["Sammot-Video-Id"] for head in heads}) == 1
    assert not any("Sammot-Duplicate" in head.headers for head in heads)
    assert len(files(tmp_path)) == 3  # original, poster, timeline


@given(st.dictionaries(st.from_regex(r"[a-zA-Z0-9_.-]{1,20}", fullmatch=True), st.text()))
def test_metadata_are_read_as_they_were_written(values: dict[str, str]) -> None:
    assert read_metadata(write_metadata(values)) == values


@given(st.text(max_size=80))
def test_any_other_metadata_are_a_bad_request(header: str) -> None:
    try:
        found = read_metadata(header)
    except BadRequest:
        return
    assert all(key and " " not in key and "," not in key for key in found)


@pytest.mark.parametrize(
    "header", ["a ,a ", "a YQ==,,b YQ==", "a YQ", "a YQ== x", "é YQ==", "a /w=="]
)
def test_metadata_that_are_not_quite_right_are_a_bad_request(header: str) -> None:
    with pytest.raises(BadRequest):
        read_metadata(header)


@given(st.text(max_size=30) | st.none())
def test_a_count_is_a_number_or_a_bad_request(value: str | None) -> None:
    try:
        count = read_count("Upload-Offset", value)
    except BadRequest:
        return
    assert 0 <= count < 10**18


@pytest.fixture(scope="module")
def any_client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(a_service(tmp_path_factory.mktemp("world")), ApiConfig("1")))


_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


@settings(max_examples=120)
@given(
    method=st.sampled_from(["POST", "PATCH", "HEAD", "DELETE", "OPTIONS"]),
    headers=st.fixed_dictionaries(
        {},
        optional={
            "Upload-Length": _HEADER | st.just("20"),
            "Upload-Offset": _HEADER | st.just("0"),
            "Upload-Metadata": _HEADER | st.just("filename YS5tcDQ="),
            "Upload-Checksum": _HEADER,
            "X-HTTP-Method-Override": _HEADER | st.just("PATCH"),
        },
    ),
    data=st.binary(max_size=30),
)
def test_no_headers_break_the_server(
    any_client: Client, method: str, headers: dict[str, Any], data: bytes
) -> None:
    path = begun(any_client, 20) if method != "POST" else "/api/uploads"
    response = any_client.open(
        path, method=method, headers={**TUS, **headers}, data=data, content_type=BYTES
    )
    assert response.status_code < 500
