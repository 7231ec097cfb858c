from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from werkzeug.routing import Rule

from api_client import Client, work_off
from sammot.api import ApiConfig, create_app
from sammot.records import JobSpec, Priority
from sammot.service import Service
from world import a_service, bring

TUS = {"Tus-Resumable": "1.0.0"}
BODIES: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("PATCH", "/api/videos/<video_id>"): {"json": {"original_filename": "mine.mp4"}},
    ("POST", "/api/videos/<video_id>/jobs"): {"json": {}},
    ("PATCH", "/api/uploads/<upload_id>"): {
        "data": b"x",
        "headers": {**TUS, "Upload-Offset": "0"},
        "content_type": "application/offset+octet-stream",
    },
    ("HEAD", "/api/uploads/<upload_id>"): {"headers": TUS},
    ("DELETE", "/api/uploads/<upload_id>"): {"headers": TUS},
}


def routes(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if {"video_id", "job_id", "upload_id"} & rule.arguments
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]


def plain(rule: Rule) -> str:
    """Its path without converters."""
    return re.sub(r"<\w+(\(.*?\))?:", "<", rule.rule)


def test_nothing_of_another_user_is_there(app: Flask, service: Service, clip: bytes) -> None:
    video, _ = bring(service, clip, user_id="other")
    work_off(service)
    spec = JobSpec("fake", {}, Priority.NORMAL)
    upload = service.uploads.begin("other", "clip.mp4", 10, spec)
    ids = {"video_id": video.id, "job_id": video.job_id, "upload_id": upload.id, "chunk": "0"}
    client = Client(app)
    found = routes(app)
    assert len(found) > 25
    for method, rule in found:
        path = plain(rule)
        for name, value in ids.items():
            path = path.replace(f"<{name}>", str(value))
        answer = client.open(path, method=method, **BODIES.get((method, rule.rule), {}))
        assert answer.status_code == 404, (method, path)
    assert client.get("/api/videos").get_json()["total"] == 0
    assert client.get("/api/jobs").get_json()["total"] == 0
    assert service.library.get("other", video.id).original_filename == "clip.mp4"
    assert service.uploads.offset(service.uploads.get("other", upload.id)) == 0


@pytest.mark.parametrize("kind", ["video_id", "job_id", "upload_id"])
def test_what_is_not_mine_is_answered_like_what_does_not_exist(
    app: Flask, service: Service, clip: bytes, kind: str
) -> None:
    video, _ = bring(service, clip, user_id="other")
    upload = service.uploads.begin("other", "a.mp4", 10, JobSpec("fake", {}, Priority.NORMAL))
    paths = {
        "video_id": ("/api/videos/", video.id),
        "job_id": ("/api/jobs/", str(video.job_id)),
        "upload_id": ("/api/uploads/", upload.id),
    }
    prefix, foreign = paths[kind]
    method = "DELETE" if kind == "upload_id" else "GET"
    answers = [
        Client(app).open(prefix + id_, method=method, headers=TUS).get_json()
        for id_ in (foreign, "f" * 32)
    ]
    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1]


def test_the_walk_has_every_route_of_the_document(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = create_app(a_service(tmp_path_factory.mktemp("world")), ApiConfig("1"))
    document = Client(app).get("/api/openapi.json").get_json()
    walked = {plain(rule).replace("<", "{").replace(">", "}") for _, rule in routes(app)}
    assert {path for path in document["paths"] if "{" in path} == walked
