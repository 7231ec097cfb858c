"""What words name is tracked on the page by Segment Anything 3, with random weights."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import go_to, open_viewer, require_torch, served, shown, until, upload

from clips import Clip
from product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    require_torch()
    from sam_models import random_sam3  # noqa: PLC0415 - needs torch

    folder = tmp_path_factory.mktemp("product")
    for part in random_sam3():
        part.save_pretrained(folder / "data" / "models" / "sam3")
    with served(folder) as server:
        yield server


@pytest.fixture
def video(page: Page, live_server: Product, tmp_path: Path) -> dict[str, Any]:
    """Tracked by `motion`, and open in the viewer."""
    video = upload(page, live_server, Clip(count=20).write(tmp_path / "clip.mp4"))
    open_viewer(page, video)
    return video


def track_again(page: Page) -> Locator:
    """The dialogue, with Segment Anything 3 chosen."""
    page.get_by_role("button", name="Track again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Segment Anything 3")).check()
    return dialog


def test_what_words_name_appears_with_its_words(
    page: Page, live_server: Product, video: dict[str, Any], keep_picture: Callable[[str], None]
) -> None:
    dialog = track_again(page)
    dialog.get_by_role("textbox", name="Text").fill("a person")
    dialog.get_by_role("button", name="Start tracking").click()
    dialog.wait_for(state="detached")

    def is_done() -> bool:
        status = live_server.get(f"/api/videos/{video['id']}/status")
        return (status["status"], status["engine"]) == ("completed", "sam3")

    until(is_done, "what was named", seconds=120)
    tracks = live_server.get(f"/api/videos/{video['id']}/result")["objects"]
    assert {one["label"] for one in tracks} == {"a person"}
    seen = tracks[0]["frames"][0]["frame_id"]
    here = sum(any(one["frame_id"] == seen for one in track["frames"]) for track in tracks)
    go_to(page, seen)
    until(lambda: shown(page.get_by_test_id("overlay")) == here, "its masks on the screen")
    page.get_by_text("a person").first.wait_for()
    keep_picture("tracked")


def test_without_words_or_with_too_many_it_is_refused_in_words(
    page: Page, live_server: Product, video: dict[str, Any], keep_picture: Callable[[str], None]
) -> None:
    dialog = track_again(page)
    text = dialog.get_by_role("textbox", name="Text")
    for given in ("", ", ".join("abcdefghijk")):
        text.fill(given)
        dialog.get_by_role("button", name="Start tracking").click()
        alert = dialog.get_by_role("alert")
        alert.wait_for()
        assert "text must name what to find: 1 to 10 things" in alert.inner_text()
    keep_picture("refused")
    assert live_server.get(f"/api/videos/{video['id']}/status")["job_id"] == video["job_id"]


def test_the_model_is_shown_with_its_licence_that_it_is_gated_and_here(
    page: Page, video: dict[str, Any], keep_picture: Callable[[str], None]
) -> None:
    assert video["status"] == "completed"
    dialog = track_again(page)
    dialog.get_by_text("Models and their licences").last.click()
    (model,) = dialog.get_by_role("listitem").filter(has_text="SAM License").all()
    assert model.inner_text().split("\n")[:4] == ["sam3", "SAM License", "Gated", "Here"]
    keep_picture("licences")
