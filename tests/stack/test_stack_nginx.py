"""The deployed nginx before the real web processes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from tusclient.client import TusClient

from api_client import work_off
from clips import Clip
from sammot.api import guards
from sammot.bootstrap import service
from sammot.errors import Unavailable
from sammot.settings import Settings
from sammot.stack import free_port, running
from sammot.stack import nginx as stack
from web_server import WebServer

BEHIND = {"PROXIES": "1", "FILES_LOCATION": "/_files/", "MAX_BYTES": str(2**22)}


class Front:
    """nginx, the processes behind it, and a video that was tracked."""

    def __init__(self, url: str, web: WebServer, events: WebServer) -> None:
        self.url, self.web, self.events = url, web, events
        self.video: dict[str, Any] = {}

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Clip(count=20).write(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    pytest.importorskip("gevent", reason="gevent is not installed")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    data = folder / "data"
    with ExitStack() as stop:
        web = stop.enter_context(WebServer(data, "web", "--processes", "2", **BEHIND))
        events = stop.enter_context(WebServer(data, "events", **BEHIND))
        values = {
            "SAMMOT_NGINX_WEB": f"127.0.0.1:{web.port}",
            "SAMMOT_NGINX_EVENTS": f"127.0.0.1:{events.port}",
            "SAMMOT_NGINX_FILES": str(data),
            "SAMMOT_MAX_BYTES": BEHIND["MAX_BYTES"],
        }
        try:
            nginx = stack.nginx(folder / "work", values, ("127.0.0.1", port))
        except Unavailable as missing:
            pytest.skip(str(missing))
        few_files = ["/bin/sh", "-c", 'ulimit -Sn 1024; exec "$0" "$@"']  # as in many a shell
        command = [*few_files, *nginx.argv, "-t"]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        assert "warn" not in tried.stderr
        stop.enter_context(running(nginx, folder / "nginx.log"))
        yield Front(f"http://127.0.0.1:{port}", web, events)


@pytest.fixture(scope="module")
def front(program: Front, clip: Path) -> Front:
    """A clip was sent in small pieces, and tracked."""
    client = TusClient(f"{program.url}/api/uploads")
    metadata = {"filename": "dög.mp4"}
    with clip.open("rb") as file:
        client.uploader(file_stream=file, chunk_size=2000, metadata=metadata).upload()
    work_off(service(Settings(data_dir=program.web.data_dir)))
    (program.video,) = program.get("/api/videos").json()["items"]
    return program


def test_a_file_sent_in_pieces_arrives_whole(front: Front, clip: Path) -> None:
    assert front.video["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert front.video["original_filename"] == "dög.mp4"
    assert front.video["status"] == "completed"


def test_a_form_arrives_as_well(front: Front, clip: Path) -> None:
    with clip.open("rb") as file:
        address = f"{front.url}/api/videos/upload"
        answer = requests.post(address, files={"file": ("again.mp4", file)}, timeout=30)
    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)


def test_the_first_bytes_of_an_upload_pass_before_the_last_are_sent(front: Front) -> None:
    name = base64.b64encode(b"slow.mp4").decode()
    tus = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "3000000",
        "Upload-Metadata": f"filename {name}",
    }
    made = requests.post(f"{front.url}/api/uploads", headers=tus, timeout=10)
    path = made.headers["Location"]
    host, port = front.url.removeprefix("http://").split(":")
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: {host}:{port}\r\nTus-Resumable: 1.0.0\r\n"
        "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        "Content-Length: 3000000\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + bytes(2**21))
        deadline = time.monotonic() + 20
        while front.web.uploads()[0].stat().st_size < 2**20:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    while requests.delete(front.url + path, headers=tus, timeout=10).status_code == 423:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("path", ["/api/uploads/any", "/api/videos/upload", "/api/videos/any"])
def test_what_is_too_large_is_refused_as_a_problem(front: Front, path: str) -> None:
    size = str(2**22 + 1 if "upload" in path else 2**20 + 1)
    connection = http.client.HTTPConnection(front.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", path)
    connection.putheader("Content-Length", size)
    connection.endheaders()
    with connection.getresponse() as answer:
        assert answer.status == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.load(answer)["type"] == "/problems/too-large"
    connection.close()


def test_nginx_sends_files_whole_and_in_part(front: Front, clip: Path) -> None:
    path, content = f"/api/videos/{front.video['id']}/original", clip.read_bytes()
    whole = front.get(path)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Cache-Control"] == "private, no-cache"
    part = front.get(path, Range="bytes=100-299")
    assert (part.status_code, part.content) == (206, content[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(content)}"
    assert front.get(path, Range=f"bytes={len(content)}-").status_code == 416
    assert front.get(path, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    head = requests.head(front.url + path, timeout=10)
    assert (head.headers["Content-Length"], head.content) == (str(len(content)), b"")
    saved = front.get(f"{path}?download=1")
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="dog.mp4"')


def test_nginx_sends_them_and_not_the_web_process(front: Front) -> None:
    path = f"/api/videos/{front.video['id']}/original"
    direct = requests.get(front.web.url + path, timeout=10)
    assert direct.headers["X-Accel-Redirect"] == f"/_files/videos/{front.video['id']}/original"
    assert direct.content == b""


def test_the_place_of_the_files_cannot_be_reached_from_outside(front: Front) -> None:
    key = f"videos/{front.video['id']}/original"
    for path in (f"/_files/{key}", "/_files/sammot.db", f"//_files/{key}", f"/x/../_files/{key}"):
        ask = requests.Request("GET", front.url).prepare()
        ask.url = front.url + path  # as it is, not tidied
        with requests.Session() as session:
            assert session.send(ask, timeout=10).status_code == 404, path


def test_files_carry_the_headers_that_all_answers_carry(front: Front) -> None:
    sent = front.get(f"/api/videos/{front.video['id']}/original").headers
    said = front.get(f"/api/videos/{front.video['id']}").headers
    for name, value in guards.HEADERS.items():
        assert sent[name] == said[name] == value
    assert sent["X-Request-ID"]
    assert "nginx/" not in sent["Server"]


def test_lists_are_packed_and_chunks_pass_as_they_are_stored(front: Front) -> None:
    openapi = front.get("/api/openapi.json")
    assert openapi.headers["Content-Encoding"] == "gzip"
    path = f"/api/jobs/{front.video['job_id']}/chunks/0"
    chunk = requests.get(front.url + path, stream=True, timeout=10)
    stored = chunk.raw.read()
    assert chunk.headers["Content-Encoding"] == "gzip"
    assert chunk.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert stored == service(Settings(data_dir=front.web.data_dir)).world.store.get_chunk(
        front.video["job_id"], 0
    )
    assert front.get(path, **{"Accept-Encoding": "identity"}).json() == front.get(path).json()


def test_events_come_at_once_and_from_the_process_for_streams(front: Front) -> None:
    video = front.video["id"]
    with (
        requests.get(f"{front.url}/api/videos/{video}/events", stream=True, timeout=20) as one,
        requests.get(f"{front.url}/api/events", stream=True, timeout=20) as every,
    ):
        lines, list_lines = one.iter_lines(), every.iter_lines()
        assert next(line for line in lines if line.startswith(b"data"))
        next(list_lines)
        metrics = requests.get(f"{front.events.url}/metrics", timeout=10).text
        assert "sammot_event_streams 2.0" in metrics
        body = {"original_filename": "renamed.mp4"}
        requests.patch(f"{front.url}/api/videos/{video}", json=body, timeout=10)
        assert next(line for line in lines if line.startswith(b"data"))
        changed = next(line for line in list_lines if line.startswith(b"data"))
        assert video in changed.decode()
    requests.patch(
        f"{front.url}/api/videos/{video}", json={"original_filename": "dög.mp4"}, timeout=10
    )


def test_metrics_are_not_behind_the_same_door(front: Front) -> None:
    assert front.get("/metrics").status_code == 404
    assert requests.get(f"{front.web.url}/metrics", timeout=10).status_code == 200


def test_a_foreign_host_or_origin_is_refused_through_nginx_too(front: Front) -> None:
    assert front.get("/api/videos", Host="evil.example").status_code == 403
    own = {"Origin": front.url}
    for headers, status in ((own, 404), ({"Origin": "http://evil.example"}, 403)):
        gone = requests.delete(f"{front.url}/api/videos/none", headers=headers, timeout=10)
        assert gone.status_code == status


def test_a_service_that_is_away_is_told_as_a_problem(front: Front) -> None:
    front.web.kill()
    try:
        answer = front.get("/api/videos")
    finally:
        front.web.start()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unavailable"
    assert front.get("/api/videos").status_code == 200
