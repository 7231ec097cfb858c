"""For all tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from servers.mongo import mongo, mongo_server, mongo_store
from servers.redis import redis_server
from servers.s3 import moto_server, rclone_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

__all__ = [
    "browser",
    "mongo",
    "mongo_server",
    "mongo_store",
    "moto_server",
    "rclone_server",
    "redis_server",
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The same examples every time, and none refused for being slow on a busy machine.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

# The default for consoles draws every traceback with all its variables: seconds for each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all: a second Playwright cannot live beside it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        instance = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield instance
        instance.close()
