from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clips import Clip
from sammot.api import ApiConfig, create_app
from sammot.service import Service
from world import a_service


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Clip(count=80).write(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return a_service(tmp_path)


@pytest.fixture
def web_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>the page</title>")
    (folder / "assets" / "index-1a2b.js").write_text("0")
    return folder


@pytest.fixture
def app(service: Service, web_dir: Path) -> Flask:
    return create_app(service, ApiConfig("1.2.3", frozenset({"videos.example"}), web_dir))


class Client(FlaskClient):
    """Reads every answer to its end, unless told otherwise, so that no file stays open."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = Client
    return app.test_client()
