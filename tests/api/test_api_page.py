from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/", "/videos/1234", "/index.html", "/jobs?state=failed"])
def test_the_page_answers_every_address_that_is_not_the_apis(
    client: FlaskClient, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "the page" in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-cache"


def test_its_parts_are_kept_for_ever(client: FlaskClient) -> None:
    response = client.get("/assets/index-1a2b.js")
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/../secret", "/api", "/api/nothing"])
def test_missing_parts_are_not_the_page(client: FlaskClient, web_dir: Path, path: str) -> None:
    (web_dir.parent / "secret").write_text("secret")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "//secret"])
def test_nothing_outside_the_pages_folder_is_served(
    client: FlaskClient, web_dir: Path, path: str
) -> None:
    (web_dir.parent / "secret").write_text("the hidden words")
    assert "hidden" not in client.get(path, follow_redirects=True).get_data(as_text=True)


def test_a_page_that_is_not_built_says_so(client: FlaskClient, web_dir: Path) -> None:
    (web_dir / "index.html").unlink()
    response = client.get("/")
    assert response.status_code == 503
    assert "./dev up" in response.get_data(as_text=True)


def test_the_api_can_be_tried_without_the_network(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert client.get("/api/docs/").get_data(as_text=True) == page
    assert "://" not in page
    for path in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f'"/api/docs/{path}"' in page
        assert client.get(f"/api/docs/{path}").status_code == 200


def test_the_document_is_openapi_31_and_names_every_operation(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    operations = [
        operation
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) > 25
    assert all(operation["summary"] for operation in operations)
