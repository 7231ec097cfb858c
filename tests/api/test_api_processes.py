"""The real Gunicorn: several processes that share a port, and the one for event streams."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from api_client import work_off
from clips import Clip
from sammot.bootstrap import service
from sammot.settings import Settings
from web_server import WebServer


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Clip(count=20).write(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    data = tmp_path_factory.mktemp("web") / "data"
    with WebServer(data, "web", "--processes", "2") as server:
        yield server


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    pytest.importorskip("gevent", reason="gevent is not installed")
    with WebServer(tmp_path_factory.mktemp("events") / "data", "events") as server:
        yield server


def measured(server: WebServer, sample: str) -> float:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    lines = [line for line in text.splitlines() if line.startswith(sample)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def await_measured(server: WebServer, sample: str, value: float) -> None:
    """What a process counts may be read by another a moment later."""
    deadline = time.monotonic() + 30
    while (found := measured(server, sample)) != value:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


STREAMS = "sammot_event_streams "
HEALTH = 'sammot_request_seconds_count{method="GET",route="/api/health"'


def test_processes_that_share_a_port_add_up_what_they_measure(web: WebServer) -> None:
    before = measured(web, HEALTH)
    for _ in range(30):  # each on a connection of its own, so that both processes get some
        requests.get(f"{web.url}/api/health", timeout=10)
    await_measured(web, HEALTH, before + 30)


def test_what_a_dead_process_had_counted_is_kept_and_its_streams_are_gone(web: WebServer) -> None:
    streams = [requests.get(f"{web.url}/api/events", stream=True, timeout=10) for _ in range(8)]
    heard = [stream.iter_content(16) for stream in streams]  # kept: its end closes the connection
    for content in heard:
        next(content)
    await_measured(web, STREAMS, 8)
    before = measured(web, HEALTH)
    for pid in web.children():
        os.kill(pid, signal.SIGKILL)
    for stream in streams:
        stream.close()
    web.wait()
    await_measured(web, STREAMS, 0)
    assert measured(web, HEALTH) >= before


def test_a_change_reaches_every_stream_of_one_small_process(events: WebServer, clip: Path) -> None:
    with clip.open("rb") as file:
        sent = requests.post(f"{events.url}/api/videos/upload", files={"file": file}, timeout=30)
    video = sent.json()["id"]
    address = f"{events.url}/api/videos/{video}/events"
    streams = [requests.get(address, stream=True, timeout=30) for _ in range(60)]
    heard = [stream.iter_lines() for stream in streams]
    working = threading.Thread(target=work_off, args=[service(Settings(data_dir=events.data_dir))])
    working.start()
    for lines in heard:
        assert any(b'"status":"completed"' in line for line in lines)
    working.join()
    await_measured(events, STREAMS, 60)
    for stream in streams:
        stream.close()


def test_streams_whose_clients_left_are_given_up(events: WebServer) -> None:
    streams = [requests.get(f"{events.url}/api/events", stream=True, timeout=10) for _ in range(5)]
    for stream in streams:
        next(stream.iter_content(16))
        stream.close()
    await_measured(events, STREAMS, 0)


@pytest.mark.parametrize("server", ["web", "events"])
def test_it_stops_when_it_is_asked_although_streams_are_open(
    server: str, request: pytest.FixtureRequest
) -> None:
    running = request.getfixturevalue(server)
    with requests.get(f"{running.url}/api/events", stream=True, timeout=10) as stream:
        content = stream.iter_content(16)  # kept: its end closes the connection
        next(content)
        assert running.stop(within=8) == 0
