from __future__ import annotations

from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from api_client import Client


def requests_logged(client: Client, method: str, path: str) -> list[Any]:
    with capture_logs() as logs:
        client.open(path, method=method)
    return [entry for entry in logs if entry["event"] == "request"]


def test_a_request_is_one_line_with_its_route_status_time_and_ids(client: Client) -> None:
    (line,) = requests_logged(client, "GET", "/api/videos/abc/status?token=secret")
    assert line["ms"] >= 0
    del line["ms"]
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/api/videos/<video_id>/status",
        "status": 404,
        "video_id": "abc",
    }


def test_an_address_that_does_not_exist_is_logged_too(client: Client) -> None:
    (line,) = requests_logged(client, "PUT", "/api/nothing")
    assert (line["path"], line["status"]) == (None, 405)


def test_what_is_asked_all_the_time_is_not_logged(client: Client, web_dir: Path) -> None:
    assert (web_dir / "index.html").exists()
    for path in ("/api/health", "/api/ready", "/", "/api/docs"):
        assert requests_logged(client, "GET", path) == []
