from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from product import Product


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with served(tmp_path_factory.mktemp("product")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, live_server: Product) -> Iterator[Page]:
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
