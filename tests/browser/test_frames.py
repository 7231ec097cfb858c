"""The overlay is that of the picture on the screen: the clip's pixels carry their frame number."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
from browsing import go_to, until

from clips import Clip

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from product import Product

COUNT = 120

HAS_PICTURE = "document.querySelector('video')?.readyState >= 2"
READ = """
window.readNumber = () => {
  const video = document.querySelector("video");
  const [width, height] = [video.videoWidth, video.videoHeight];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const row = context.getImageData(0, Math.floor(height / 6), width, 1).data;
  let number = 0;
  for (let block = 1; block <= 10; block += 1) {
    const x = Math.floor(((block + 0.5) * width) / 12);
    number = number * 2 + (row[x * 4] > 128 ? 1 : 0);
  }
  return number;
};
window.readOverlay = () => Number(document.querySelector("canvas").dataset.frame);
"""

WATCH = """
(times) => new Promise((resolve) => {
  const video = document.querySelector("video");
  const seen = [];
  const look = (_now, { mediaTime }) => {
    const distances = times.map((time) => Math.abs(time - mediaTime));
    seen.push([distances.indexOf(Math.min(...distances)), window.readOverlay()]);
    if (seen.length < 20) video.requestVideoFrameCallback(look);
    else { video.pause(); resolve(seen); }
  };
  video.requestVideoFrameCallback(look);
  video.play();
})
"""

UNEVEN = [number / 25 + 0.013 * math.sin(number) for number in range(COUNT)]
RECIPES = {
    "steady.mp4": Clip(count=COUNT),
    "variable.mp4": Clip(count=COUNT, times=UNEVEN, start=0.5),
    "turned.mp4": Clip(count=COUNT, turn=90),
    "copied.avi": Clip(count=COUNT, codec="mpeg4"),
}


@pytest.fixture(params=RECIPES)
def numbered(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return RECIPES[request.param].write(tmp_path / request.param)


def test_the_overlay_belongs_to_the_picture_on_the_screen(
    page: Page, live_server: Product, numbered: Path
) -> None:
    page.goto("/")
    page.get_by_test_id("file-input").set_input_files(numbered)
    page.get_by_test_id("upload-row").get_by_role("link", name="Open").click()
    until(lambda: page.evaluate(HAS_PICTURE), "a picture")
    page.evaluate(READ)

    chance = random.Random(5)  # noqa: S311 - any frames will do
    for frame in [0, COUNT - 1, *(chance.randrange(COUNT) for _ in range(12))]:
        go_to(page, frame)
        until(lambda: page.evaluate("readNumber()") == page.evaluate("readOverlay()"), str(frame))
    go_to(page, 7)
    for step in range(8, 16):
        page.keyboard.press("ArrowRight")
        until(lambda at=step: page.evaluate("[readNumber(), readOverlay()]") == [at, at], str(step))

    video_id = page.url.rsplit("/", 1)[-1]
    times = live_server.get(f"/api/videos/{video_id}/timeline")["times"]
    pairs = page.evaluate(WATCH, times)
    assert [overlay for _, overlay in pairs] == [told for told, _ in pairs]
    assert len({told for told, _ in pairs}) > len(pairs) // 2
    until(lambda: page.evaluate("readNumber()") == page.evaluate("readOverlay()"), "the pause")
