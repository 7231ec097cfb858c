from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from api_client import Client
from sammot.api import ApiConfig, create_app
from sammot.api.config import Rates
from sammot.cli import main
from sammot.service import Service
from servers.redis import RedisServer

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def a_process(
    service: Service, server: RedisServer, requests: str = "5/minute", beginnings: str = ""
) -> Client:
    from sammot.redis_client import patience  # noqa: PLC0415 - an optional package

    rates = Rates(server.url, requests, beginnings, patience())
    app = create_app(service, ApiConfig("1", rates=rates))
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def statuses(client: Client, count: int) -> list[int]:
    return [client.get("/api/settings").status_code for _ in range(count)]


def test_a_client_that_asks_too_often_is_told_when_it_may_again(
    service: Service, redis_server: RedisServer
) -> None:
    client = a_process(service, redis_server)
    assert statuses(client, 5) == [200] * 5
    refused = client.get("/api/videos")
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert refused.get_json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["Retry-After"] in refused.get_json()["detail"]


def test_clients_are_counted_one_by_one_and_over_all_processes(
    service: Service, redis_server: RedisServer
) -> None:
    first, second = a_process(service, redis_server), a_process(service, redis_server)
    assert statuses(first, 3) == [200] * 3
    assert statuses(second, 3) == [200, 200, 429]
    assert second.get("/api/settings", environ_overrides=ELSEWHERE).status_code == 200


def test_the_page_and_those_who_watch_over_the_service_are_never_refused(
    service: Service, redis_server: RedisServer
) -> None:
    client = a_process(service, redis_server, "1/hour")
    assert statuses(client, 2) == [200, 429]
    for path in ("/api/health", "/api/ready", "/metrics", "/robots.txt"):
        assert client.get(path).status_code != 429


def test_whatever_begins_work_is_counted_together(
    service: Service, redis_server: RedisServer, clip: bytes
) -> None:
    client = a_process(service, redis_server, "", "2/hour")
    video = client.bring(clip)
    assert client.post(f"/api/videos/{video['id']}/jobs", json={}).status_code == 201
    again = {"file": (io.BytesIO(clip), "dog.mp4")}
    assert client.post("/api/videos/upload", data=again).status_code == 429
    assert client.post("/api/demo").status_code == 429
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    assert client.post("/api/uploads", headers=headers).status_code == 429
    assert statuses(client, 10) == [200] * 10


@pytest.mark.timeout(60)
def test_without_redis_each_process_counts_for_itself_until_it_is_back(
    service: Service, redis_server: RedisServer
) -> None:
    client, other = a_process(service, redis_server), a_process(service, redis_server)
    redis_server.stop()
    assert statuses(client, 6) == [200] * 5 + [429]
    assert statuses(other, 5) == [200] * 5
    redis_server.start()
    for process in (client, other):
        while statuses(process, 1) == [429]:  # it asks for Redis now and then
            pass
    assert statuses(client, 2) + statuses(other, 2) == [200] * 3 + [429]


def test_a_rate_that_is_none_is_told_by_the_name_of_its_setting() -> None:
    result = CliRunner().invoke(main, ["web"], env={"SAMMOT_RATE_REQUESTS": "often"})
    assert result.exit_code == 1
    assert "SAMMOT_RATE_REQUESTS" in result.output


def test_the_document_of_the_api_is_the_same_with_rates(
    service: Service, redis_server: RedisServer, tmp_path: Path
) -> None:
    del tmp_path
    with_rates = a_process(service, redis_server, "", "2/hour").get("/api/openapi.json")
    without = create_app(service, ApiConfig("1")).test_client().get("/api/openapi.json")
    assert with_rates.get_json() == without.get_json()
