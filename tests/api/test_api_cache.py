"""Copies of answers are used, and never once something has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api_client import Client, work_off
from records_help import a_track
from sammot.api import ApiConfig, create_app
from sammot.ports import Cache, ChunkContent
from sammot.records import ChunkBounds, Job, JobKind
from sammot.service import Service
from servers.redis import RedisServer
from world import a_service


class Counting:
    """How often a cache had an answer, and had none."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.hits = self.misses = 0

    def get(self, key: str) -> bytes | None:
        content = self._cache.get(key)
        self.hits, self.misses = self.hits + bool(content), self.misses + (not content)
        return content

    def put(self, key: str, content: bytes, seconds: float) -> None:
        self._cache.put(key, content, seconds)


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Counting:
    if request.param == "memory":
        return Counting(a_service(tmp_path / "other").world.cache)
    server: RedisServer = request.getfixturevalue("redis_server")
    return Counting(redis_cache(server))


def redis_cache(server: RedisServer) -> Cache:
    from sammot.adapters.redis_cache import RedisCache  # noqa: PLC0415 - an optional package

    return RedisCache(server.url)


@pytest.fixture
def service(tmp_path: Path, cache: Counting) -> Service:
    plain = a_service(tmp_path)
    return Service.over(replace(plain.world, cache=cache))


@pytest.fixture
def client(service: Service) -> Client:
    app = create_app(service, ApiConfig("1"))
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def tracks(client: Client, video: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/videos/{video['id']}/tracks").get_json()
    return answer


def test_what_has_not_changed_is_answered_from_the_copy(
    client: Client, service: Service, cache: Counting, clip: bytes
) -> None:
    video = client.bring(clip)
    work_off(service)
    first = tracks(client, video)
    assert (cache.hits, cache.misses) == (0, 1)
    assert tracks(client, video) == first
    assert (cache.hits, cache.misses) == (1, 1)


def test_a_client_that_has_the_answer_is_told_so(
    client: Client, service: Service, cache: Counting, clip: bytes
) -> None:
    video = client.bring(clip)
    work_off(service)
    path = f"/api/videos/{video['id']}/tracks"
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert cache.misses == 1
    client.patch(f"/api/videos/{video['id']}", json={"original_filename": "cat.mp4"})
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_each_step_of_a_job_is_seen_at_once(client: Client, service: Service, clip: bytes) -> None:
    video = client.bring(clip)
    job = service.leases.claim("here:1", [JobKind.TRACK])
    assert job is not None
    assert tracks(client, video) == {"job_id": job.id, "complete": False, "items": []}
    for chunk in range(5):
        job = stored(service, job, chunk)
        assert [track["track_id"] for track in tracks(client, video)["items"]] == [
            *range(1, chunk + 2)
        ]
    service.leases.complete(job, 80)
    assert tracks(client, video)["complete"] is True
    client.post(f"/api/videos/{video['id']}/jobs", json={})
    assert tracks(client, video)["items"] == []


def stored(service: Service, job: Job, chunk: int) -> Job:
    """A chunk with which one more track has come."""
    content = ChunkContent(b"", b"", [a_track(chunk + 1)])
    bounds = ChunkBounds(chunk, 16 * chunk, 16 * (chunk + 1))
    return service.leases.store_chunk(job, bounds, content, track_count=1, seconds=1)


@pytest.mark.parametrize(
    ("leave", "come_back"),
    [(RedisServer.stop, RedisServer.start), (RedisServer.freeze, RedisServer.thaw)],
)
def test_a_change_while_redis_is_away_is_seen_then_and_after_it_has_come_back(
    tmp_path: Path,
    clip: bytes,
    redis_server: RedisServer,
    leave: Callable[[RedisServer], None],
    come_back: Callable[[RedisServer], None],
) -> None:
    plain = a_service(tmp_path)
    service = Service.over(replace(plain.world, cache=redis_cache(redis_server)))
    app = create_app(service, ApiConfig("1"))
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    video = client.bring(clip)
    before = tracks(client, video)
    leave(redis_server)
    work_off(service)
    assert len(tracks(client, video)["items"]) == 2
    come_back(redis_server)
    after = Service.over(replace(plain.world, cache=redis_cache(redis_server)))
    other = create_app(after, ApiConfig("1")).test_client()
    assert len(other.get(f"/api/videos/{video['id']}/tracks").get_json()["items"]) == 2
    assert before["items"] == []
