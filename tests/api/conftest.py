from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from api_client import Client
from clips import Clip
from sammot.api import ApiConfig, create_app
from sammot.service import Service
from world import a_service


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """80 frames that browsers play."""
    return Clip(count=80).write(tmp_path_factory.mktemp("clips") / "clip.mp4").read_bytes()


@pytest.fixture(scope="session")
def odd_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One that they do not play."""
    path = tmp_path_factory.mktemp("clips") / "clip.avi"
    return Clip(count=5, codec="mpeg4").write(path).read_bytes()


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
    app = create_app(service, ApiConfig("1.2.3", frozenset({"videos.example"}), web_dir))
    app.test_client_class = Client
    return app


@pytest.fixture
def client(app: Flask) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    return client
