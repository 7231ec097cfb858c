"""Objects shown on the page are tracked by Segment Anything, with random or trained weights."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsing import at, go_to, open_viewer, require_torch, served, shown, until, upload

from clips import Clip
from product import Product
from sammot.tracking.mask import mask_iou
from sammot.video import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from sammot.tracking.mask import Mask

CLIPS = {
    "landscape": Clip(count=20),
    "portrait": Clip(count=20, width=112, height=192, turn=90),
    "proxied": Clip(count=20, codec="mpeg4"),
}


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    require_torch()
    from sam_models import TRAINED, random_grounder, random_model  # noqa: PLC0415 - needs torch

    folder = tmp_path_factory.mktemp("product")
    models = folder / "data" / "models"
    random_model().save_pretrained(models / "random")
    shutil.copytree(TRAINED, models / "trained")
    for part in random_grounder():
        part.save_pretrained(models / "reader")
    with served(folder) as server:
        yield server


def tracks_of(server: Product, video: dict[str, Any], job_id: str) -> Any:
    """The tracks of a video, once this job has found them."""

    def is_done() -> bool:
        status = server.get(f"/api/videos/{video['id']}/status")
        return (status["status"], status["job_id"]) == ("completed", job_id)

    until(is_done, "the job's result")
    return server.get(f"/api/videos/{video['id']}/result")["objects"]


def bring(page: Page, server: Product, clip: Clip, folder: Path) -> dict[str, Any]:
    """Upload a clip and wait until it is tracked and can be played."""
    return upload(page, server, clip.write(folder / "clip.mp4"))


@pytest.mark.parametrize("kind", CLIPS)
def test_objects_that_are_shown_on_the_page_are_tracked(
    page: Page,
    live_server: Product,
    kind: str,
    tmp_path: Path,
    keep_picture: Callable[[str], None],
) -> None:
    video = bring(page, live_server, CLIPS[kind], tmp_path)
    width, height = video["width"], video["height"]
    assert (width < height) == (kind == "portrait")
    open_viewer(page, video)
    go_to(page, 3)
    page.keyboard.press("n")
    layer = page.get_by_test_id("prompt-layer")

    page.mouse.click(*at(layer, 0.25, 0.5))
    page.keyboard.down("Alt")
    page.mouse.click(*at(layer, 0.75, 0.25))
    page.keyboard.up("Alt")
    page.mouse.click(*at(layer, 0.9, 0.9))  # a mistake
    page.keyboard.press("Control+z")
    page.keyboard.press("n")
    go_to(page, 9)
    page.mouse.move(*at(layer, 0.5, 0.4))
    page.mouse.down()
    page.mouse.move(*at(layer, 0.6, 0.6))
    page.mouse.move(*at(layer, 0.7, 0.8))
    page.mouse.up()
    assert page.get_by_test_id("prompt-row").count() == 2
    keep_picture("marked")
    page.get_by_role("button", name="Track 2 objects").click()
    layer.wait_for(state="detached")

    overlay = page.get_by_test_id("overlay")
    until(lambda: shown(overlay) == 2, "both objects on the screen")
    keep_picture("tracked")
    status = live_server.get(f"/api/videos/{video['id']}/status")
    assert status["engine"] == "sam2"
    prompts = live_server.get(f"/api/jobs/{status['job_id']}")["parameters"]["prompts"]
    clicked, boxed = prompts
    assert (clicked["object"], clicked["frame"]) == (1, 3)
    assert [point["inside"] for point in clicked["points"]] == [True, False]
    places = [[point["x"], point["y"]] for point in clicked["points"]]
    assert places[0] == pytest.approx([0.25 * width, 0.5 * height], abs=1)
    assert places[1] == pytest.approx([0.75 * width, 0.25 * height], abs=1)
    assert (boxed["object"], boxed["frame"]) == (2, 9)
    box = [0.5 * width, 0.4 * height, 0.2 * width, 0.4 * height]
    assert boxed["box"] == pytest.approx(box, abs=1)


def test_an_object_is_corrected_with_the_keyboard_alone(
    page: Page, live_server: Product, tmp_path: Path
) -> None:
    video = bring(page, live_server, Clip(count=21), tmp_path)
    shown_before = [{"object": 1, "frame": 0, "box": [60, 30, 40, 40]}]
    request = {"engine": "sam2", "prompts": shown_before}
    first = page.request.post(f"/api/videos/{video['id']}/jobs", data=request).json()
    before = tracks_of(live_server, video, first["id"])
    open_viewer(page, video)
    page.keyboard.press("n")
    row = page.get_by_test_id("prompt-row").get_by_role("button", name=re.compile("Object 1"))
    row.first.press("Enter")
    page.get_by_test_id("prompt-layer").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+Enter")
    page.get_by_role("button", name="Track 1 object").press("Enter")

    def latest() -> str:
        job_id: str = live_server.get(f"/api/videos/{video['id']}/status")["job_id"]
        return job_id

    until(lambda: latest() != first["id"], "another job")
    (prompt,) = live_server.get(f"/api/jobs/{latest()}")["parameters"]["prompts"]
    assert prompt["box"] == shown_before[0]["box"]
    (point,) = prompt["points"]
    assert point["inside"] is False
    assert video["width"] / 2 < point["x"] < video["width"] / 2 + 4
    assert point["y"] == pytest.approx(video["height"] / 2, abs=1)
    after = tracks_of(live_server, video, latest())
    assert [one["track_id"] for one in before] == [one["track_id"] for one in after] == [1]
    masks = [[seen["mask"] for seen in one["frames"]] for (one,) in (before, after)]
    assert masks[0] != masks[1]


def test_the_engines_tell_their_state_and_their_measured_speed(
    page: Page, live_server: Product, tmp_path: Path
) -> None:
    video = bring(page, live_server, Clip(count=22), tmp_path)
    page.goto(f"/videos/{video['id']}")
    page.get_by_role("button", name="Track again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Motion")).wait_for()
    assert dialog.get_by_text(re.compile("About .* fps here: this video takes")).count() > 0
    assert dialog.get_by_text("Ready", exact=True).count() == 2
    dialog.get_by_role("radio", name=re.compile("Segment Anything 2")).check()
    dialog.get_by_role("combobox", name="Weights").wait_for()


def test_a_text_on_the_page_says_what_is_tracked(
    page: Page, live_server: Product, tmp_path: Path, keep_picture: Callable[[str], None]
) -> None:
    video = bring(page, live_server, Clip(count=23), tmp_path)
    page.goto(f"/videos/{video['id']}")
    page.get_by_role("button", name="Track again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Segment Anything 2")).check()
    dialog.get_by_role("combobox", name="Find").click()
    page.get_by_role("option", name="Text").click()
    text = dialog.get_by_role("textbox", name="Text")
    text.fill(" , ")
    dialog.get_by_role("button", name="Start tracking").click()
    refusal = dialog.get_by_role("alert")
    refusal.wait_for()
    assert "text must name what to find" in refusal.inner_text()
    keep_picture("refused")
    text.fill("A red car")
    dialog.get_by_role("button", name="Start tracking").click()
    dialog.wait_for(state="detached")
    job_id = live_server.get(f"/api/videos/{video['id']}/status")["job_id"]
    tracks = tracks_of(live_server, video, job_id)
    assert {one["label"] for one in tracks} == {"A red car"}


READ_OVERLAY = """([width, height]) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(document.querySelector('[data-testid="overlay"]'), 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Array.from({ length: width * height }, (_, place) => data[4 * place + 3]);
}"""
"""How opaque each pixel is that is drawn over the video, at the video's size."""


def mask_on_the_screen(page: Page, video: dict[str, Any]) -> Mask:
    width, height = video["width"], video["height"]
    opaque = np.array(page.evaluate(READ_OVERLAY, [width, height])).reshape(height, width)
    return np.asarray(opaque > 50, np.bool_)  # a fifth: masks are painted more opaque than that


def test_the_masks_of_the_trained_model_cover_the_object_on_the_page_and_in_the_file(
    page: Page, live_server: Product, tmp_path: Path, keep_picture: Callable[[str], None]
) -> None:
    from sam_models import masks_of, passage  # noqa: PLC0415 - needs torch

    frames, truth = passage()
    write(tmp_path / "passage.mp4", iter(frames), 10)
    video = upload(page, live_server, tmp_path / "passage.mp4")
    open_viewer(page, video)
    page.get_by_role("button", name="Track again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Segment Anything 2")).check()
    dialog.get_by_role("combobox", name="Weights").click()
    page.get_by_role("option", name="trained").click()
    dialog.get_by_role("button", name="Start tracking").click()
    dialog.wait_for(state="detached")

    def is_done() -> bool:
        status = live_server.get(f"/api/videos/{video['id']}/status")
        return (status["status"], status["engine"]) == ("completed", "sam2")

    until(is_done, "Segment Anything's result")
    for key in ("2", "3"):  # no boxes, no numbers
        page.keyboard.press(key)
    crate = {index: one[2] for index, one in enumerate(truth) if 2 in one}
    whole = max(crate, key=lambda index: np.count_nonzero(crate[index]))
    go_to(page, whole)
    until(lambda: shown(page.get_by_test_id("overlay")) == 1, "the object on the screen")
    until(lambda: mask_on_the_screen(page, video).any(), "its mask")
    keep_picture("covered")
    assert mask_iou(mask_on_the_screen(page, video), crate[whole]) >= 0.8

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as data:
        page.get_by_role("menuitem", name="JSON").click()
    masks = masks_of(json.loads(Path(data.value.path()).read_text()))
    assert len(masks) == len(truth)
    assert mask_iou(masks[whole][1], crate[whole]) >= 0.8
