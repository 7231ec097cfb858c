from __future__ import annotations

import importlib.util
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

PAGE = Path(__file__).resolve().parents[2] / "src" / "sammot" / "web" / "index.html"


@contextmanager
def served(folder: Path) -> Iterator[Product]:
    """The product over a folder, with its page."""
    if not PAGE.is_file():
        pytest.skip("the page is not built: ./dev up builds it")
    server = Product(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def require_torch() -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("Segment Anything is not installed: ./dev test --sam installs it")


def until(fact: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a fact. The page forbids `eval`, so Playwright's own wait_for_function cannot."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.03)


def shown(overlay: Locator) -> int:
    """How many objects the canvas over the video shows now."""
    return int(overlay.get_attribute("data-shown") or 0)


def overlay_frame(page: Page) -> int:
    """The number of the frame whose results the canvas shows."""
    return int(page.get_by_test_id("overlay").get_attribute("data-frame") or -1)


def go_to(page: Page, frame: int) -> None:
    """As a person does: G, the number, Enter."""
    page.keyboard.press("g")
    page.keyboard.type(str(frame))
    page.keyboard.press("Enter")
    until(lambda: overlay_frame(page) == frame, f"frame {frame} on the screen")


def upload(page: Page, server: Product, path: Path) -> dict[str, Any]:
    """Upload a clip and wait until it is tracked and can be played."""
    content = {"name": path.name, "mimeType": "video/mp4", "buffer": path.read_bytes()}
    answer = page.request.post("/api/videos/upload", multipart={"file": content})
    video_id = answer.json()["id"]

    def is_ready() -> bool:
        status = server.get(f"/api/videos/{video_id}/status")
        return (status["status"], status["playable"]) == ("completed", "ready")

    until(is_ready, "a tracked and playable clip")
    video: dict[str, Any] = server.get(f"/api/videos/{video_id}")
    return video


def open_viewer(page: Page, video: dict[str, Any]) -> None:
    """And wait for its first picture."""
    page.goto(f"/videos/{video['id']}")
    page.get_by_test_id("overlay").wait_for()
    has_picture = "document.querySelector('video')?.readyState >= 2"
    until(lambda: bool(page.evaluate(has_picture)), "the first picture")


def at(layer: Locator, across: float, down: float) -> tuple[float, float]:
    """The place on the screen at this share of the picture."""
    box = layer.bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]
