"""Without any weights: an object that rests is shown on the page, and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from browsing import at, go_to, open_viewer, shown, until, upload

from sammot import scenes
from sammot.tracking.mask import RLE, Box, Mask, mask_iou
from sammot.video import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from product import Product


def masks(server: Product, video: dict[str, Any], job_id: str) -> dict[int, Mask]:
    """Of the finished job, by frame."""
    path = f"/api/videos/{video['id']}"
    done = ("completed", job_id)

    def is_done() -> bool:
        status = server.get(f"{path}/status")
        return (status["status"], status["job_id"]) == done

    until(is_done, "the tracks of what was shown")
    (one,) = server.get(f"{path}/result")["objects"]
    shapes = {seen["frame_id"]: seen["mask"] for seen in one["frames"]}
    return {index: RLE(*mask["size"], mask["counts"]).decode() for index, mask in shapes.items()}


def test_what_rests_is_added_on_the_page(
    page: Page, live_server: Product, tmp_path: Path, keep_picture: Callable[[str], None]
) -> None:
    scene = scenes.make("resting", width=320, height=180, fps=10, frame_count=40)
    truth = [one for _, one in scene]
    write(tmp_path / "resting.mp4", scene.frames(), 10)
    video = upload(page, live_server, tmp_path / "resting.mp4")
    open_viewer(page, video)
    go_to(page, 4)
    pebble = truth[4][2]
    x1, y1, x2, y2 = Box.around(pebble)
    page.keyboard.press("n")
    layer = page.get_by_test_id("prompt-layer")
    page.mouse.move(*at(layer, x1 / 320, y1 / 180))
    page.mouse.down()
    page.mouse.move(*at(layer, (x1 + x2) / 640, (y1 + y2) / 360))
    page.mouse.move(*at(layer, x2 / 320, y2 / 180))
    page.mouse.up()
    keep_picture("marked")
    page.get_by_role("button", name="Track 1 object").click()
    layer.wait_for(state="detached")
    status = live_server.get(f"/api/videos/{video['id']}/status")
    assert status["engine"] == "motion"
    found = masks(live_server, video, status["job_id"])
    assert sorted(found) == list(range(4, 40))
    assert min(mask_iou(mask, truth[n][2]) for n, mask in found.items()) > 0.7
    overlay = page.get_by_test_id("overlay")
    until(lambda: shown(overlay) == 1, "the object on the screen")
    keep_picture("tracked")
