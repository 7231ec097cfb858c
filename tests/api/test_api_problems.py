from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import fake_engine
from api_client import Client
from sammot.api import ApiConfig, create_app
from sammot.api.problems import PROBLEMS
from sammot.errors import SamMotError
from world import a_service


def problem(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    return body


def family(error: type[SamMotError]) -> set[type[SamMotError]]:
    return {error}.union(*(family(child) for child in error.__subclasses__()))


def test_every_deliberate_error_has_a_status_and_a_title() -> None:
    ours = {error for error in family(SamMotError) if error.__module__ == "sammot.errors"}
    assert ours == set(PROBLEMS)
    assert len({error.slug for error in ours}) == len(ours)


def test_the_apis_page_has_every_problem_and_every_address(client: FlaskClient) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    unseen = {"error", "invalid-tracks"}  # the family itself; only the command line reads tracks
    for error in PROBLEMS:
        assert error.slug in unseen or f"{error.slug}`" in page
    for path in client.get("/api/openapi.json").get_json()["paths"]:
        named = re.sub(r"\{(video|job|upload)_id\}", "{id}", path).replace("{chunk}", "{n}")
        assert f"{named}`" in page, named


@pytest.mark.parametrize(
    ("method", "path", "status", "type_"),
    [
        ("GET", "/api/nowhere", 404, "/problems/not-found"),
        ("GET", "/api/videos/none", 404, "/problems/not-found"),
        ("POST", "/api/health", 405, "/problems/method-not-allowed"),
        ("DELETE", "/somewhere", 405, "/problems/method-not-allowed"),
        ("GET", "/api/videos?limit=0", 422, "/problems/invalid-input"),
        ("GET", "/api/videos?cursor=nonsense", 422, "/problems/invalid-input"),
        ("GET", "/api/jobs?state=asleep", 422, "/problems/invalid-input"),
    ],
)
def test_errors_are_problems(
    client: FlaskClient, method: str, path: str, status: int, type_: str
) -> None:
    body = problem(client.open(path, method=method))
    assert (body["status"], body["type"]) == (status, type_)


def test_what_is_not_valid_is_named_by_place_and_field(client: FlaskClient) -> None:
    body = problem(client.get("/api/videos?limit=900&sort=colour"))
    assert set(body["errors"]["query"]) == {"limit", "sort"}


def test_a_method_that_is_not_allowed_comes_with_those_that_are(client: FlaskClient) -> None:
    assert "GET" in client.post("/api/videos").headers["Allow"]


def test_json_that_is_none_is_a_bad_request(client: Client, clip: bytes) -> None:
    path = f"/api/videos/{client.bring(clip)['id']}"
    body = problem(client.patch(path, data="{", content_type="application/json"))
    assert body["status"] == 400


def test_a_field_that_nobody_knows_is_refused(client: Client, clip: bytes) -> None:
    path = f"/api/videos/{client.bring(clip)['id']}"
    changes = {"original_filename": "a.mp4", "status": "completed"}
    body = problem(client.patch(path, json=changes))
    assert set(body["errors"]["json"]) == {"status"}


def test_a_large_body_is_refused_where_a_small_one_is_meant(client: Client, clip: bytes) -> None:
    path = f"/api/videos/{client.bring(clip)['id']}"
    name = {"original_filename": "x" * 2**20}
    body = problem(client.patch(path, json=name))
    assert (body["status"], body["type"]) == (413, "/problems/too-large")


def test_a_mistake_of_ours_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    def complete(_parameters: object) -> dict[str, Any]:
        raise RuntimeError("the secret inside")

    entry = replace(fake_engine.entry(), complete=complete)
    client = Client(create_app(a_service(tmp_path, entry), ApiConfig("1")))
    form = {"file": (io.BytesIO(b"x"), "a.mp4")}
    response = client.post("/api/videos/upload", data=form)
    assert problem(response)["type"] == "/problems/internal-error"
    assert "secret" not in response.get_data(as_text=True)
    assert "Traceback" not in response.get_data(as_text=True)


def test_a_given_request_id_is_kept(client: FlaskClient) -> None:
    response = client.get("/api/health", headers={"X-Request-ID": "abc.DEF-1"})
    assert response.headers["X-Request-ID"] == "abc.DEF-1"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>"])
def test_a_request_id_that_is_none_is_replaced(client: FlaskClient, given: str) -> None:
    response = client.get("/api/health", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] != given
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize("value", ["9223372036854775808", '"x"', "1e308", "null", "[]", "{}", "1"])
@pytest.mark.parametrize("sort", ["upload_time", "name", "size"])
def test_no_cursor_breaks_the_server(client: FlaskClient, value: str, sort: str) -> None:
    cursor = base64.urlsafe_b64encode(f'[{value},"id"]'.encode()).decode().rstrip("=")
    response = client.get("/api/videos", query_string={"cursor": cursor, "sort": sort})
    assert response.status_code in (200, 422)
