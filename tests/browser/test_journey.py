"""The whole journey of somebody who drops a video, watches, and takes the results along."""

from __future__ import annotations

import base64
import json
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest
from browsing import go_to, overlay_frame, shown, until

from sammot import scenes, video

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from product import Product

DOG = Path(__file__).resolve().parents[3] / "shared" / "clips" / "sam2-dog" / "video.mp4"
FRAMES = 150

DROP = """
([name, bytes]) => {
  const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([raw], name, { type: "video/mp4" }));
  const target = document.querySelector("main");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(
      new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }),
    );
  }
}
"""


@pytest.fixture(scope="module")
def made_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "crossing.mp4"
    scene = scenes.make("crossing", width=640, height=360, seconds=FRAMES / 30)
    video.write(path, islice(scene.frames(), FRAMES), 30)
    return path


@pytest.fixture(params=["made", "dog"])
def clip(request: pytest.FixtureRequest, made_clip: Path) -> Path:
    if request.param == "made":
        return made_clip
    if not DOG.is_file():
        pytest.skip("the shared clip sam2-dog is not beside this repository")
    return DOG


def drop(page: Page, clip: Path) -> None:
    page.evaluate(DROP, [clip.name, base64.b64encode(clip.read_bytes()).decode()])


def test_a_dropped_video_is_watched_while_it_is_tracked_and_taken_along(
    page: Page,
    live_server: Product,
    clip: Path,
    keep_picture: Callable[[str], None],
    tmp_path: Path,
) -> None:
    page.goto("/")
    drop(page, clip)
    upload = page.get_by_test_id("upload-row")
    upload.wait_for()
    upload.get_by_role("link", name="Open").click()
    video_id = page.url.rsplit("/", 1)[-1]

    overlay = page.get_by_test_id("overlay")
    until(lambda: shown(overlay) > 0, "an object over the first frames")
    keep_picture("live")
    status = live_server.get(f"/api/videos/{video_id}/status")
    assert status["status"] == "processing", "the overlay should come before the end"
    assert 0 < status["frames_ready"] < status["frame_count"]

    page.get_by_text("Done", exact=True).wait_for(timeout=120_000)
    last = live_server.get(f"/api/videos/{video_id}")["frame_count"] - 1

    go_to(page, last // 2)
    page.keyboard.press("ArrowRight")
    until(lambda: overlay_frame(page) == last // 2 + 1, "the next frame")
    until(lambda: shown(overlay) > 0, "objects in the middle of the clip")
    keep_picture("viewer")

    objects = shown(overlay)
    chunk = frame_objects(live_server, video_id, last // 2 + 1)
    assert objects == len(chunk)
    page.get_by_role("button", name=re.compile(rf"Hide track {chunk[0]}$")).click()
    until(lambda: shown(overlay) == objects - 1, "one object fewer")
    page.get_by_role("button", name="Show all tracks").click()
    until(lambda: shown(overlay) == objects, "all objects again")

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as data:
        page.get_by_role("menuitem", name="JSON").click()
    result = json.loads(Path(data.value.path()).read_text())
    assert result["frame_count"] == last + 1
    assert result["objects"]

    page.get_by_role("menu").wait_for(state="detached")  # else the next click would close it
    page.get_by_role("button", name="Download").click()
    page.get_by_role("menu").wait_for()
    with page.expect_download(timeout=120_000) as annotated:
        page.get_by_role("menuitem", name="Annotated video").click()
    annotated.value.save_as(tmp_path / "annotated.mp4")
    with av.open(str(tmp_path / "annotated.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == last + 1


def frame_objects(server: Product, video_id: str, frame: int) -> list[int]:
    path = f"/api/videos/{video_id}/result?from={frame}&to={frame + 1}&mask=none"
    return sorted(seen["track_id"] for seen in server.get(path)["objects"] if seen["frames"])


def test_a_first_visitor_needs_one_button(page: Page, live_server: Product) -> None:
    for item in live_server.get("/api/videos")["items"]:
        page.request.delete(f"/api/videos/{item['id']}")
    page.goto("/")
    page.get_by_role("heading", name="See everything that moves").wait_for()
    page.get_by_role("button", name="Try it with a demonstration clip").click()
    page.get_by_test_id("viewer").wait_for()
    until(lambda: shown(page.get_by_test_id("overlay")) > 0, "an object of the demonstration")


def test_a_second_language_and_a_dark_page_are_kept_for_the_next_visit(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="한국어").click()
    page.get_by_role("button", name="화면 모드").click()
    page.get_by_role("menuitemradio", name="어둡게").click()
    page.reload()
    page.get_by_role("link", name="작업").wait_for()
    assert page.evaluate("document.documentElement.classList.contains('dark')")
    assert page.evaluate("document.documentElement.lang") == "ko"
