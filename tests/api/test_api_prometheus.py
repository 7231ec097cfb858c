from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from api_client import Client, work_off
from sammot.adapters.disk_objects import DiskObjects
from sammot.adapters.sqlite_store import SqliteStore
from sammot.api import ApiConfig, create_app
from sammot.errors import Unavailable
from sammot.records import JobKind
from sammot.service import Service
from world import a_service


def read(client: Client, **headers: str) -> dict[str, dict[str, float]]:
    """Each sample by its name, then by its labels, written as in `kind=track,state=queued`."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    families: list[Metric] = list(text_string_to_metric_families(response.get_data(as_text=True)))
    found: dict[str, dict[str, float]] = {}
    for sample in (sample for family in families for sample in family.samples):
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        found.setdefault(sample.name.removeprefix("sammot_"), {})[labels] = sample.value
    return found


def test_the_queue_is_counted_by_kind_and_priority(client: Client, clip: bytes) -> None:
    client.bring(clip, priority="high")
    assert read(client)["jobs"] == {"kind=track,priority=high,state=queued": 1}


def test_living_workers_are_counted_by_kind(client: Client, service: Service) -> None:
    service.leases.announce_worker("here:1", [JobKind.TRACK])
    expected = {f"kind={kind}": int(kind == JobKind.TRACK) for kind in JobKind}
    assert read(client)["workers"] == expected


def test_work_that_is_done_is_counted(client: Client, service: Service, clip: bytes) -> None:
    client.bring(clip)
    work_off(service)
    found = read(client)
    assert found["frames_total"] == {"engine=fake": 80}
    assert found["frame_seconds_total"]["engine=fake"] > 0
    assert found["job_seconds_count"] == {"kind=track": 1}
    assert found["job_seconds_sum"]["kind=track"] > 0
    assert found["job_seconds_bucket"]["kind=track,le=+Inf"] == 1


def test_failures_are_counted_by_their_cause(client: Client, service: Service, clip: bytes) -> None:
    client.bring(clip, parameters='{"breaks_at": 3}')
    work_off(service)
    assert read(client)["failures_total"] == {"cause=RuntimeError,kind=track": 3}


def test_requests_are_counted_by_route_and_never_by_path(client: Client) -> None:
    before = read(client)["request_seconds_count"]
    client.get("/api/videos/secret-name/status")
    client.open("/api/made-up", method="MADEUP")
    after = read(client)["request_seconds_count"]
    gained = {labels: count - before.get(labels, 0) for labels, count in after.items()}
    assert {labels: count for labels, count in gained.items() if count} == {
        "method=GET,route=/api/videos/<video_id>/status,status=404": 1,
        "method=other,route=none,status=405": 1,
        "method=GET,route=/metrics,status=200": 1,
    }
    text = client.get("/metrics").get_data(as_text=True)
    assert not re.search("secret-name|MADEUP|made-up", text)


def test_bytes_of_uploads_and_open_streams_are_counted(client: Client, clip: bytes) -> None:
    before = read(client)
    client.bring(clip)
    stream = client.get("/api/events", buffered=False)
    next(iter(stream.response))
    during = read(client)
    stream.close()
    gained = during["upload_bytes_total"][""] - before["upload_bytes_total"][""]
    assert gained >= len(clip)
    assert during["event_streams"][""] == before["event_streams"][""] + 1
    assert read(client)["event_streams"] == before["event_streams"]


def test_room_and_health_are_told(client: Client) -> None:
    found = read(client)
    assert found["store_up"] == found["objects_up"] == found["events_up"] == {"": 1}
    assert found["free_bytes"][""] > 0


def test_what_is_away_is_said_to_be_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable("It is away.")

    monkeypatch.setattr(SqliteStore, "queue_lengths", away)
    monkeypatch.setattr(DiskObjects, "ping", away)
    found = read(client)
    assert found["store_up"] == found["objects_up"] == {"": 0}
    assert "jobs" not in found


@pytest.mark.parametrize(
    "asked",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_overrides": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7", "Authorization": "Bearer "}},
    ],
)
def test_strangers_do_not_learn_that_there_are_metrics(
    client: Client, asked: dict[str, dict[str, str]]
) -> None:
    assert client.get("/metrics", **asked).status_code == 404  # type: ignore[arg-type]


def test_who_knows_the_token_reads_them_from_anywhere(tmp_path: Path) -> None:
    client = Client(create_app(a_service(tmp_path), ApiConfig("1", metrics_token="known")))
    far = {"X-Forwarded-For": "192.0.2.7"}
    assert read(client, **far, Authorization="Bearer known")["store_up"] == {"": 1}
    for wrong in ("Bearer unknown", "known", "Basic known", ""):
        assert client.get("/metrics", headers={**far, "Authorization": wrong}).status_code == 404
