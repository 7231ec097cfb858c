from __future__ import annotations

import pytest
from flask import request
from flask.testing import FlaskClient

from sammot.api import ApiConfig, create_app
from sammot.service import Service


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "192.168.1.7",
        "videos.example",
    ],
)
def test_our_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8000", "videos.example.evil.example", "", "["]
)
def test_a_name_that_is_not_ours_is_refused(client: FlaskClient, host: str) -> None:
    for path in ("/api/health", "/", "/api/docs"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 403
        assert response.get_json()["type"] == "/problems/forbidden"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:3000", "null", "http://["]
)
def test_a_foreign_page_may_change_nothing(client: FlaskClient, origin: str) -> None:
    response = client.post("/api/demo", headers={"Origin": origin})
    assert response.status_code == 403
    response = client.post(
        "/api/videos/x", headers={"Origin": origin, "X-HTTP-Method-Override": "DELETE"}
    )
    assert response.status_code == 403


def test_a_request_from_another_site_may_change_nothing(client: FlaskClient) -> None:
    response = client.delete("/api/videos/x", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_our_page_and_programs_may(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.delete("/api/videos/x", headers=headers).status_code == 404


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nowhere", "/api/docs"])
def test_answers_tell_browsers_to_be_careful(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_what_the_api_answers_is_not_kept_by_caches(client: FlaskClient) -> None:
    assert client.get("/api/videos").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
    ],
)
def test_a_client_is_known_by_what_the_first_of_our_proxies_saw(
    service: Service, proxies: int, sent: str, seen: str
) -> None:
    app, addresses = create_app(service, ApiConfig("1", proxies=proxies)), []
    app.before_request(lambda: addresses.append(request.remote_addr))
    app.test_client().get("/api/health", headers={"X-Forwarded-For": sent})
    assert addresses == [seen]
