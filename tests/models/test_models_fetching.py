"""Fetching from a hub on the loopback that speaks as the real one does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from sam_models import random_model
from sammot.cli import main
from sammot.errors import ChecksumMismatch, NotFound, Unavailable
from sammot.models.fetching import SOURCE, fetch
from sammot.models.loading import segmenter

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME, REPOSITORY = "sam2.1-tiny", "facebook/sam2.1-hiera-tiny"
READER, READERS_REPOSITORY = "grounding-dino-tiny", "IDEA-Research/grounding-dino-tiny"


class Hub(BaseHTTPRequestHandler):
    """Repositories that hold the same files."""

    files: ClassVar[dict[str, bytes]] = {}
    stated: ClassVar[dict[str, str]] = {}
    status: ClassVar[int] = 200
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        place = self.path.partition("?")[0]
        self.asked.append(place)
        if self.status != 200:
            self.answer(self.status, b"{}")
        elif place.startswith((f"/api/models/{REPOSITORY}", f"/api/models/{READERS_REPOSITORY}")):
            self.answer(200, json.dumps(self.listing()).encode())
        elif f"/resolve/{COMMIT}/" in place:
            self.answer(200, self.files[place.rpartition("/")[2]])
        else:
            self.answer(404, b"{}")

    def listing(self) -> dict[str, Any]:
        siblings: list[dict[str, Any]] = [{"rfilename": "config.json"}]
        sha256, size = self.stated["model.safetensors"], len(self.files["model.safetensors"])
        lfs = {"sha256": sha256, "size": size, "pointerSize": 1}
        siblings.append({"rfilename": "model.safetensors", "lfs": lfs, "size": size})
        return {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("published")
    random_model().save_pretrained(folder)
    return {name: (folder / name).read_bytes() for name in ("config.json", "model.safetensors")}


@pytest.fixture
def endpoint(files: dict[str, bytes]) -> Iterator[str]:
    Hub.files, Hub.status = files, 200
    Hub.stated = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    Hub.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_fetched_weights_are_a_model(endpoint: str, tmp_path: Path) -> None:
    folder = fetch(NAME, tmp_path, endpoint=endpoint)
    assert folder == tmp_path / NAME
    assert segmenter(folder, "cpu").side == 64
    source = json.loads((folder / SOURCE).read_text())
    assert (source["repository"], source["commit"]) == (REPOSITORY, COMMIT)
    assert source["sha256"] == Hub.stated
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_model_that_reads_comes_with_its_tokenizer(endpoint: str, tmp_path: Path) -> None:
    Hub.files = Hub.files | {"tokenizer.json": b"{}", "tokenizer_config.json": b"{}"}
    folder = fetch(READER, tmp_path, endpoint=endpoint)
    assert (folder / "tokenizer.json").is_file()
    assert json.loads((folder / SOURCE).read_text())["sha256"].keys() == Hub.files.keys()


def test_a_second_fetch_asks_for_the_same_commit(endpoint: str, tmp_path: Path) -> None:
    fetch(NAME, tmp_path, endpoint=endpoint)
    Hub.asked.clear()
    fetch(NAME, tmp_path, endpoint=endpoint)
    assert Hub.asked[0].endswith(f"/revision/{COMMIT}")


def test_other_bytes_than_stated_are_refused(endpoint: str, tmp_path: Path) -> None:
    Hub.stated = {"model.safetensors": "0" * 64}
    with pytest.raises(ChecksumMismatch):
        fetch(NAME, tmp_path, endpoint=endpoint)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (403, Unavailable)])
def test_a_refusal_is_told(
    endpoint: str, tmp_path: Path, status: int, error: type[Exception]
) -> None:
    Hub.status = status
    with pytest.raises(error):
        fetch(NAME, tmp_path, endpoint=endpoint)


def test_a_hub_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be fetched"):
        fetch(NAME, tmp_path, endpoint="http://127.0.0.1:9")


def test_an_unknown_model_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there are: sam2\.1-tiny"):
        fetch("sam9", tmp_path)


def test_models_are_listed_with_their_licences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMMOT_MODELS_DIR", str(tmp_path))
    random_model().save_pretrained(tmp_path / "mine")
    listed = CliRunner().invoke(main, ["models", "list"])
    assert listed.exit_code == 0, listed.output
    assert "Apache-2.0" in listed.output
    assert f"your own, in {tmp_path / 'mine'}" in listed.output
    assert CliRunner().invoke(main, ["models", "path"]).output.strip() == str(tmp_path)
