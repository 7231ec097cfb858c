"""The API answers the same, whichever store keeps the record.

On MongoDB, the fixture also fails for any request that made it scan a collection.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api_client import Client, work_off
from clips import Clip
from records_help import T0
from sammot.api import ApiConfig, create_app
from sammot.ports import Store
from sammot.records import JobKind
from sammot.service import Service
from servers.mongo import Mongo
from world import a_service

_OWN = re.compile(
    rb'("(?:revision|request_id|average_fps|processing_time|processing_seconds)":)[^,}]+'
)
"""What differs between any two runs."""


class Visit:
    """Somebody uses the API from end to end; `answers` are what came back."""

    def __init__(self, folder: Path, store: Store | None) -> None:
        world = a_service(folder, store=store).world
        ids = count()
        self.service = Service.over(
            replace(
                world,
                new_id=lambda: f"{next(ids):032x}",
                now=lambda: T0 + timedelta(seconds=self._steps),
            )
        )
        self._client = Client(create_app(self.service, ApiConfig("1", metrics_token="known")))
        self._steps = 0
        self.answers: list[tuple[str, int, bytes]] = []

    def ask(self, path: str, method: str = "GET", **body: Any) -> TestResponse:
        self._steps += 1
        answer = self._client.open(path, method=method, **({"json": body} if body else {}))
        content = _OWN.sub(rb"\1_", answer.get_data())
        self.answers.append((f"{method} {path}", answer.status_code, content))
        return answer

    def bring(self, path: Path, name: str) -> dict[str, Any]:
        self._steps += 1
        return self._client.bring(path.read_bytes(), name)


def visit(folder: Path, clips: list[Path], store: Store | None = None) -> Visit:
    """Uploads, work, lists, results, jobs, deletion."""
    someone = Visit(folder, store)
    videos = [someone.bring(clip, f"Clip {n}.mp4") for n, clip in enumerate(clips)]
    someone.bring(clips[0], "again.mp4")
    first, second, third = (video["id"] for video in videos)
    someone.ask(f"/api/videos/{second}/status")
    someone.ask(f"/api/jobs/{videos[2]['job_id']}/cancel", "POST")
    for _ in range(2):
        someone.ask(f"/api/jobs/{videos[2]['job_id']}/retry", "POST")
    work_off(someone.service, JobKind.TRACK)
    someone.ask(f"/api/videos/{first}", "PATCH", original_filename="zebra.mp4")
    someone.ask(f"/api/videos/{second}/jobs", "POST", engine="fake", parameters={"breaks_at": 3})
    work_off(someone.service)
    _lists(someone)
    _results(someone, first, videos[0]["job_id"])
    someone.ask(f"/api/videos/{third}", "DELETE")
    for path in (f"/api/videos/{third}", "/api/videos", "/api/jobs", "/api/ready"):
        someone.ask(path)
    return someone


def _lists(someone: Visit) -> None:
    for query in ("", "&sort=name", "&sort=-size", "&sort=duration", "&status=failed", "&q=clip"):
        page: dict[str, Any] = {"next_cursor": ""}
        while (cursor := page["next_cursor"]) is not None:
            behind = f"&cursor={cursor}" if cursor else ""
            page = someone.ask(f"/api/videos?limit=2{query}{behind}").get_json()
    for query in ("", "?limit=2", "?state=failed", "?kind=track&state=completed"):
        someone.ask(f"/api/jobs{query}")


def _results(someone: Visit, video: str, job: str) -> None:
    for path in (
        "",
        "/status",
        "/result",
        "/result?from=20&to=30&track_id=1",
        "/tracks",
        "/timeline",
    ):
        someone.ask(f"/api/videos/{video}{path}")
    for kind in ("json", "csv", "mot"):
        someone.ask(f"/api/videos/{video}/download?format={kind}")
    for path in ("", "/chunks", "/chunks/0", "/chunks/1", "/chunks/7"):
        someone.ask(f"/api/jobs/{job}{path}")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [Clip(count=n).write(folder / f"{n}.mp4") for n in (40, 10, 5)]


def test_the_api_answers_the_same_from_both_stores(
    clips: list[Path], tmp_path: Path, mongo: Mongo
) -> None:
    embedded = visit(tmp_path / "embedded", clips)
    served = visit(tmp_path / "served", clips, mongo.store())
    assert served.answers == embedded.answers
    statuses = {status for _, status, _ in served.answers}
    assert statuses == {200, 201, 204, 404, 409}
