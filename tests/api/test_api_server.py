"""Against the real server, with real clients and real accidents."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from tusclient.client import TusClient
from tusclient.uploader import Uploader

from web_server import WebServer

TUS = {"Tus-Resumable": "1.0.0"}
MIB = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with WebServer(tmp_path_factory.mktemp("server") / "data") as server:
        yield server


def padded(clip: bytes, size: int) -> bytes:
    """The same video in a file of `size` bytes: players pass over what is in a `free` box."""
    room = size - len(clip)
    noise = np.random.default_rng(1).bytes(room - 8)
    return clip + struct.pack(">I4s", room, b"free") + noise


def created(server: WebServer, size: int, name: str = "big.mp4") -> str:
    headers = {
        **TUS,
        "Upload-Length": str(size),
        "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
    }
    response = requests.post(f"{server.url}/api/uploads", headers=headers, timeout=10)
    assert response.status_code == 201
    return response.headers["Location"]


def offset(server: WebServer, path: str) -> int:
    response = requests.head(server.url + path, headers=TUS, timeout=10)
    assert response.status_code == 200
    return int(response.headers["Upload-Offset"])


def patching(server: WebServer, path: str, at: int, total: int) -> socket.socket:
    """A connection over which a PATCH of `total` bytes has begun."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: {at}\r\nContent-Length: {total}\r\n"
        "Content-Type: application/offset+octet-stream\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def resumed_offset(server: WebServer, path: str) -> int:
    """Where the upload stands once the server has noticed that its sender has gone."""
    deadline = time.monotonic() + 30
    while True:
        at = offset(server, path)
        headers = {**TUS, "Upload-Offset": str(at), "Content-Length": "0"}
        headers["Content-Type"] = "application/offset+octet-stream"
        answer = requests.patch(server.url + path, headers=headers, timeout=10)
        if answer.status_code == 204:
            return at
        assert answer.status_code in (409, 423)
        assert time.monotonic() < deadline
        time.sleep(0.05)


def video_of(server: WebServer, path: str) -> dict[str, Any]:
    head = requests.head(server.url + path, headers=TUS, timeout=60)
    video_id = head.headers["Sammot-Video-Id"]
    video: dict[str, Any] = requests.get(f"{server.url}/api/videos/{video_id}", timeout=10).json()
    return video


def test_a_hundred_megabytes_arrive_unharmed_through_a_cut_and_a_crash(
    server: WebServer, clip: bytes
) -> None:
    content = padded(clip, 100 * MIB)
    path = created(server, len(content))
    with patching(server, path, 0, len(content)) as connection:
        connection.sendall(content[: 40 * MIB + 12_345])
    first = resumed_offset(server, path)
    assert first == 40 * MIB + 12_345
    with patching(server, path, first, len(content) - first) as connection:
        connection.sendall(content[first : first + 30 * MIB])
        server.kill()
    server.start()
    second = offset(server, path)
    assert first < second <= first + 30 * MIB
    uploader = Uploader(
        file_stream=io.BytesIO(content),
        url=server.url + path,
        chunk_size=16 * MIB,
        retries=10,  # the dead process holds the upload until its lease is over
        retry_delay=1,
    )
    assert uploader.offset == second
    uploader.upload()
    video = video_of(server, path)
    assert video["sha256"] == hashlib.sha256(content).hexdigest()
    assert (video["file_size"], video["frame_count"]) == (len(content), 80)


def test_tuspy_uploads_a_file_in_pieces_with_checksums(server: WebServer, odd_clip: bytes) -> None:
    uploader = TusClient(f"{server.url}/api/uploads").uploader(
        file_stream=io.BytesIO(odd_clip),
        chunk_size=1000,
        metadata={"filename": "old.avi"},
        upload_checksum=True,
    )
    uploader.upload()
    path = uploader.url.removeprefix(server.url)
    assert video_of(server, path)["original_filename"] == "old.avi"


def test_memory_does_not_grow_with_the_file(server: WebServer) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process's peak memory in /proc")
    before = server.peak_memory()
    path = created(server, 1024 * MIB + 1)
    with patching(server, path, 0, 1024 * MIB) as connection:
        block = bytes(4 * MIB)
        for _ in range(256):
            connection.sendall(block)
        assert b" 204 " in connection.recv(100)
    assert offset(server, path) == 1024 * MIB
    assert server.peak_memory() - before < 150 * MIB
    requests.delete(server.url + path, headers=TUS, timeout=10)


def test_curl_uploads_a_form(server: WebServer, clip: bytes, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl")
    file = tmp_path / "강아지.mp4"
    file.write_bytes(padded(clip, 3 * MIB))
    command = [curl, "-sS", "-F", f"file=@{file}", "-F", "engine=motion"]
    command.append(f"{server.url}/api/videos/upload")
    answers = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(2)
    ]
    assert [answer["duplicate"] for answer in answers] == [False, True]
    assert answers[0]["original_filename"] == "강아지.mp4"
    assert answers[0]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    part = requests.get(
        f"{server.url}/api/videos/{answers[0]['id']}/original",
        headers={"Range": "bytes=4-7"},
        timeout=10,
    )
    assert (part.status_code, part.content) == (206, b"ftyp")


def test_a_form_that_is_cut_off_leaves_nothing_behind(server: WebServer) -> None:
    before = requests.get(f"{server.url}/api/videos", timeout=10).json()["total"]
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"POST /api/videos/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
            + bytes(3 * MIB)
        )
        wait_until(lambda: any(server.uploads()))
    wait_until(lambda: not server.uploads())
    assert requests.get(f"{server.url}/api/videos", timeout=10).json()["total"] == before


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lines(connection: http.client.HTTPConnection, path: str, **headers: str) -> Iterator[str]:
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    assert response.status == 200
    while line := response.readline():
        yield line.decode().rstrip("\n")


def test_events_go_on_after_the_last_one_that_was_seen(server: WebServer, clip: bytes) -> None:
    form = {"file": ("events.mp4", padded(clip, MIB))}
    video = requests.post(f"{server.url}/api/videos/upload", files=form, timeout=60).json()
    path = f"{server.url}/api/videos/{video['id']}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    stream = lines(connection, f"/api/videos/{video['id']}/events")
    seen = next(line for line in stream if line.startswith("id: ")).removeprefix("id: ")
    connection.close()
    renamed = requests.patch(path, json={"original_filename": "x.mp4"}, timeout=10).json()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    stream = lines(connection, f"/api/videos/{video['id']}/events", **{"Last-Event-ID": seen})
    assert next(line for line in stream if line.startswith("id: ")) == f"id: {renamed['revision']}"
    requests.delete(path, timeout=10)
    assert "event: deleted" in list(stream)
    connection.close()
