from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page


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
