from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from api_client import Client, work_off
from sammot.adapters.store_events import StoreEvents
from sammot.api import events
from sammot.service import Service
from world import bring


class Stream:
    """The events of an answer that does not end."""

    def __init__(self, response: TestResponse) -> None:
        assert response.status_code == 200
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Accel-Buffering"] == "no"
        self._response = response
        self._parts: Iterator[bytes] = iter(response.response)  # type: ignore[arg-type]

    def comment_or_event(self) -> dict[str, Any]:
        lines = next(self._parts).decode().strip().split("\n")
        fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        return {**fields, "data": orjson.loads(fields["data"])} if "data" in fields else fields

    def event(self) -> dict[str, Any]:
        while "event" not in (found := self.comment_or_event()):
            pass
        return found

    def rest(self) -> list[bytes]:
        return list(self._parts)

    def close(self) -> None:
        self._response.close()


def opened(client: Client, path: str, **headers: str) -> Stream:
    return Stream(client.get(path, headers=headers, buffered=False))


def test_the_status_comes_at_once_and_after_each_change(
    client: Client, service: Service, clip: bytes
) -> None:
    video = client.bring(clip)
    stream = opened(client, f"/api/videos/{video['id']}/events")
    first = stream.event()
    assert first["event"] == "status"
    assert first["data"] == client.get(f"/api/videos/{video['id']}/status").get_json()
    assert first["id"] == str(first["data"]["revision"])
    working = threading.Thread(target=work_off, args=[service])
    working.start()
    seen = [stream.event()["data"]]
    while seen[-1]["status"] != "completed":
        seen.append(stream.event()["data"])
    working.join()
    stream.close()
    revisions = [status["revision"] for status in seen]
    assert revisions == sorted(set(revisions))
    assert seen[-1]["frames_ready"] == 80


def test_what_is_known_already_is_not_sent_again(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}"
    stream = opened(client, f"{path}/events", **{"Last-Event-ID": str(video["revision"])})
    client.patch(path, json={"original_filename": "cat.mp4"})
    event = stream.event()
    stream.close()
    assert event["data"]["revision"] > video["revision"]


@pytest.mark.parametrize("known", ["", "0", "nonsense", "99999"])
def test_who_missed_something_gets_the_status_at_once(
    client: Client, clip: bytes, known: str
) -> None:
    video = client.bring(clip)
    path = f"/api/videos/{video['id']}/events"
    stream = opened(client, path, **{"Last-Event-ID": known})
    assert stream.event()["data"]["revision"] == video["revision"]
    stream.close()


def test_a_deleted_video_ends_its_stream(client: Client, clip: bytes) -> None:
    video = client.bring(clip)
    stream = opened(client, f"/api/videos/{video['id']}/events")
    stream.event()
    client.delete(f"/api/videos/{video['id']}")
    event = stream.event()
    while event["event"] != "deleted":
        event = stream.event()
    assert event["data"] == {"video_id": video["id"]}
    with pytest.raises(StopIteration):
        stream.event()
    stream.close()


def test_silence_is_broken_by_a_comment(
    client: Client, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SILENCE_SECONDS", 0.01)
    video = client.bring(clip)
    for path in (f"/api/videos/{video['id']}/events", "/api/events"):
        stream = opened(client, path)
        found = [stream.comment_or_event() for _ in range(4)]
        stream.close()
        assert found[-1] == {}


def test_a_list_hears_of_every_video_that_changed_or_is_gone(client: Client, clip: bytes) -> None:
    stream = opened(client, "/api/events")
    stream.comment_or_event()
    video = client.bring(clip)
    assert stream.event()["data"] == {"video_ids": [video["id"]]}
    client.delete(f"/api/videos/{video['id']}")
    event = stream.event()
    assert (event["event"], event["data"]) == ("videos", {"video_ids": [video["id"]]})
    stream.close()


def test_a_list_hears_nothing_of_the_videos_of_others(
    client: Client, service: Service, clip: bytes, odd_clip: bytes
) -> None:
    stream = opened(client, "/api/events")
    stream.comment_or_event()
    bring(service, odd_clip, user_id="other")
    mine = client.bring(clip)["id"]
    assert stream.event()["data"] == {"video_ids": [mine]}
    stream.close()


def test_a_client_that_leaves_is_forgotten(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip)
    stream = opened(client, f"/api/videos/{video['id']}/events")
    stream.event()
    watched = service.world.events
    assert isinstance(watched, StoreEvents)
    assert len(watched._fanout._watches) == 1
    stream.close()
    assert len(watched._fanout._watches) == 0


@pytest.mark.parametrize("of_one", [True, False])
def test_a_stream_ends_by_itself_when_its_client_has_left(
    client: Client, clip: bytes, monkeypatch: pytest.MonkeyPatch, *, of_one: bool
) -> None:
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.01)
    path = f"/api/videos/{client.bring(clip)['id']}/events" if of_one else "/api/events"
    here, there = socket.socketpair()
    with here:
        environ = {"gunicorn.socket": here}
        stream = Stream(client.get(path, environ_overrides=environ, buffered=False))
        stream.comment_or_event()
        there.close()
        assert len(stream.rest()) == of_one  # the status, and then the end
        stream.close()
