from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "src" / "sammot" / "web" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@dataclass
class LiveServer:
    """The whole product on a free port: web process and workers, as `sammot up` starts them."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "sammot", "up", "--no-browser", "--workers", "1"]
        command += ["--port", str(self.port), "--data", str(self.data)]
        log = (self.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            command, stdout=log, stderr=log, env=self._environment(), start_new_session=True
        )
        log.close()
        while not self._answers():
            if self.process.poll() is not None:
                pytest.fail((self.data / "server.log").read_text()[-4000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """End every process at once, as a power cut does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def _answers(self) -> bool:
        try:
            return bool(self.get("/api/ready")["ready"])
        except (OSError, urllib.error.URLError):
            return False

    def _environment(self) -> dict[str, str]:
        return os.environ | {"SAMMOT_LEASE_SECONDS": "2"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    if not PAGE.is_file():
        pytest.skip("the page is not built: ./dev up builds it")
    server = LiveServer(tmp_path_factory.mktemp("data"), free_port())
    server.start()
    yield server
    server.kill()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A fresh visitor's page; a complaint in its console fails the test."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-US"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    yield page
    context.close()
    # A server that is away, or that refuses, is reported by the browser itself.
    unexpected = [line for line in complaints if not re.search(r"Failed to load resource", line)]
    assert unexpected == []


@pytest.fixture
def keep_picture(page: Page, request: pytest.FixtureRequest) -> Any:
    """Keeps a picture of the page under $SAMMOT_PICTURES, for people to look at."""
    folder = os.environ.get("SAMMOT_PICTURES")

    def keep(name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{request.node.name}-{name}.png")

    return keep
