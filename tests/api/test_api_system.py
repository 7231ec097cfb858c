from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import fake_engine
from api_client import Client, work_off
from sammot.adapters.store_events import StoreEvents
from sammot.api import ApiConfig, create_app
from sammot.errors import Unavailable
from sammot.records import JobKind
from sammot.service import Lack, LackKind, Service
from world import a_service

NO_WEIGHTS = Lack(LackKind.WEIGHTS, "Its weights are not here", "fetch big")


def test_a_living_process_is_healthy(client: Client) -> None:
    assert client.get("/api/health").get_json() == {"status": "ok", "version": "1.2.3"}


def test_a_service_that_has_what_it_needs_is_ready(client: Client, clip: bytes) -> None:
    client.bring(clip)
    ready = client.get("/api/ready").get_json()
    assert ready["ready"] is True
    assert set(ready["checks"].values()) == {"ok"}
    waiting = {"kind": "track", "state": "queued", "priority": "normal", "count": 1}
    assert ready["queue"] == [waiting]
    assert {"kind": "track", "count": 0} in ready["workers"]


def test_it_is_told_which_workers_are_alive(client: Client, service: Service) -> None:
    service.leases.announce_worker("here:1", [JobKind.TRACK])
    kinds = {
        entry["kind"]: entry["count"] for entry in client.get("/api/ready").get_json()["workers"]
    }
    assert kinds == {kind: int(kind == JobKind.TRACK) for kind in JobKind}
    service.leases.announce_worker("here:1", [])
    assert {entry["count"] for entry in client.get("/api/ready").get_json()["workers"]} == {0}


def test_a_service_without_room_is_not_ready_and_says_why(tmp_path: Path) -> None:
    client = Client(create_app(a_service(tmp_path, min_free_bytes=2**60), ApiConfig("1")))
    response = client.get("/api/ready")
    assert response.status_code == 503
    assert response.get_json()["ready"] is False
    assert "free" in response.get_json()["checks"]["disk_space"]
    assert client.get("/api/health").status_code == 200


def test_events_that_are_late_are_told_and_stop_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise Unavailable("It is away.")

    monkeypatch.setattr(StoreEvents, "ping", away)
    response = client.get("/api/ready")
    assert response.status_code == 200
    assert response.get_json()["checks"]["events"] == "It is away."


def test_the_page_is_told_the_limits(client: Client) -> None:
    assert client.get("/api/settings").get_json() == {
        "max_bytes": 10**12,
        "max_seconds": 3600,
        "max_pixels": 4000 * 4000,
        "max_frames": 100_000,
        "retention_days": None,
        "version": "1.2.3",
        "priorities": ["high", "normal", "low"],
    }


def test_engines_tell_their_parameters_and_why_they_cannot_run(tmp_path: Path) -> None:
    depth = {
        "name": "depth", "kind": "integer", "default": 3, "minimum": 1, "maximum": 9,
        "choices": [], "unit": "frames", "help": "How deep.",
    }  # fmt: skip
    ready = replace(fake_engine.entry(), parameters=[depth])
    absent = replace(fake_engine.entry(), name="big", lack=NO_WEIGHTS)
    client = Client(create_app(a_service(tmp_path, absent, ready), ApiConfig("1")))
    big, fake = client.get("/api/engines").get_json()["items"]
    lack = [big[name] for name in ("available", "lacks", "reason", "remedy")]
    assert lack == [False, "weights", "Its weights are not here", "fetch big"]
    assert (fake["available"], fake["lacks"], fake["parameters"]) == (True, None, [depth])


def test_an_engine_that_lacks_something_is_refused_with_what_mends_it(
    tmp_path: Path, clip: bytes
) -> None:
    absent = replace(fake_engine.entry(), name="big", lack=NO_WEIGHTS)
    client = Client(create_app(a_service(tmp_path, fake_engine.entry(), absent), ApiConfig("1")))
    video = client.bring(clip)
    answer = client.post(f"/api/videos/{video['id']}/jobs", json={"engine": "big"})
    assert answer.status_code == 422
    assert answer.get_json()["detail"] == "Its weights are not here: fetch big"


def test_a_finished_job_tells_how_fast_its_engine_is_here(
    client: Client, service: Service, clip: bytes
) -> None:
    assert client.get("/api/engines").get_json()["items"][0]["speeds"] == []
    client.bring(clip)
    work_off(service)
    (speed,) = client.get("/api/engines").get_json()["items"][0]["speeds"]
    assert (speed["choices"], speed["job_count"]) == ({}, 1)
    assert speed["fps"] > 0


def test_an_engine_that_can_run_is_the_default(tmp_path: Path, clip: bytes) -> None:
    absent = replace(fake_engine.entry(), name="big", lack=NO_WEIGHTS)
    service = a_service(tmp_path, absent, fake_engine.entry())
    client = Client(create_app(service, ApiConfig("1")))
    video = client.bring(clip)
    assert client.get(f"/api/jobs/{video['job_id']}").get_json()["engine"] == "fake"


def test_the_demonstration_is_made_once_and_then_said_to_be_here(client: Client) -> None:
    first = client.post("/api/demo")
    assert first.status_code == 201
    video = first.get_json()
    assert (video["width"], video["height"], video["frame_count"]) == (768, 432, 270)
    again = client.post("/api/demo")
    assert (again.status_code, again.get_json()["duplicate"]) == (200, True)
    assert again.get_json()["id"] == video["id"]
    client.delete(f"/api/videos/{video['id']}")
    assert client.post("/api/demo").get_json()["duplicate"] is False
