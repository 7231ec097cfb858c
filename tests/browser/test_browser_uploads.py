"""Uploads that are interrupted, refused, or known already."""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
from typing import TYPE_CHECKING

from browsing import until

from clips import Clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from product import Product

MEGABYTE = 1_000_000


def padded(path: Path, size: int) -> Path:
    """A playable clip of `size` bytes: most of them in a box that players pass over."""
    Clip().write(path)
    length = size - path.stat().st_size
    noise = random.Random(path.name).randbytes(length - 8)  # noqa: S311 - any bytes will do
    with path.open("ab") as file:
        file.write(length.to_bytes(4, "big") + b"free" + noise)
    return path


def sent(page: Page) -> int:
    """Percent of the only upload."""
    bar = page.get_by_test_id("upload-row").get_by_role("progressbar")
    return int(bar.get_attribute("aria-valuenow") or 0) if bar.count() else 100


def slow_down(page: Page, bytes_per_second: int) -> None:
    session = page.context.new_cdp_session(page)
    rates = {"downloadThroughput": -1, "uploadThroughput": bytes_per_second, "latency": 0}
    session.send("Network.emulateNetworkConditions", {"offline": False, **rates})


def test_an_upload_outlives_a_pause_a_reload_and_a_killed_server(
    page: Page, live_server: Product, tmp_path: Path
) -> None:
    file = padded(tmp_path / "hundred.mp4", 100 * MEGABYTE)
    row = page.get_by_test_id("upload-row")
    page.goto("/")
    slow_down(page, 25 * MEGABYTE)
    page.get_by_test_id("file-input").set_input_files(file)
    until(lambda: sent(page) >= 20, "a fifth")

    row.get_by_role("button", name="Pause").click()
    until(lambda: row.get_attribute("data-phase") == "paused", "the pause")
    row.get_by_role("button", name="Resume").click()
    until(lambda: sent(page) >= 40, "two fifths")

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    until(lambda: row.get_attribute("data-phase") == "interrupted", "what the last visit left")
    kept = sent(page)
    assert kept >= 15, "the server should have kept whole pieces"
    slow_down(page, 25 * MEGABYTE)
    page.get_by_test_id("file-input").set_input_files(file)
    until(lambda: row.get_attribute("data-phase") == "sending", "going on")
    until(lambda: sent(page) > kept, "more than was kept")

    live_server.kill()
    until(lambda: row.get_attribute("data-phase") == "waiting", "the lost server")
    page.get_by_text("The server does not answer.").wait_for()
    live_server.start()
    row.get_by_role("link", name="Open").wait_for(timeout=120_000)
    row.get_by_role("link", name="Open").click()
    video = live_server.get(f"/api/videos/{page.url.rsplit('/', 1)[-1]}")
    assert video["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_video_that_is_here_already_is_recognised(page: Page, tmp_path: Path) -> None:
    file = Clip(count=40).write(tmp_path / "twice.mp4")
    page.goto("/")
    row = page.get_by_test_id("upload-row")
    for phase in ("done", "duplicate"):
        page.get_by_test_id("file-input").set_input_files(file)
        until(lambda end=phase: row.last.get_attribute("data-phase") == end, phase)
    row.last.get_by_text("This video is already here").wait_for()
    assert row.first.get_by_role("link").get_attribute("href") == row.last.get_by_role(
        "link"
    ).get_attribute("href")


def test_a_refusal_is_told_in_the_services_own_words(
    page: Page, live_server: Product, tmp_path: Path
) -> None:
    file = tmp_path / "letter.mp4"
    file.write_text("Dear Sir or Madam, I am not a video.\n" * 100)
    upload = ["curl", "-sF", f"file=@{file}", f"{live_server.url}/api/videos/upload"]
    problem = json.loads(subprocess.run(upload, check=True, capture_output=True).stdout)
    assert problem["status"] == 422
    before = live_server.get("/api/videos")["total"]
    page.goto("/")
    page.get_by_test_id("file-input").set_input_files(file)
    alert = page.get_by_test_id("upload-row").get_by_role("alert")
    alert.wait_for()
    assert problem["title"] in alert.inner_text()
    assert problem["detail"] in alert.inner_text()
    assert live_server.get("/api/videos")["total"] == before


def test_a_refusal_is_told_in_korean_to_who_reads_it(
    page: Page, keep_picture: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "letter.mp4").write_text("Dear Sir or Madam, I am not a video.\n" * 100)
    page.add_init_script("localStorage.setItem('sammot.language', 'ko')")
    page.goto("/")
    page.get_by_test_id("file-input").set_input_files(tmp_path / "letter.mp4")
    alert = page.get_by_test_id("upload-row").get_by_role("alert")
    alert.wait_for()
    assert re.fullmatch(r"[가-힣\s.,]+", alert.inner_text())
    keep_picture("refused")


def test_an_empty_file_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto("/")
    page.get_by_test_id("file-input").set_input_files(tmp_path / "empty.mp4")
    page.get_by_role("alert").get_by_text("This file is empty.").wait_for()
    assert not [url for url in requests if "/api/uploads" in url]
