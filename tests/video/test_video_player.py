"""Our times are those of a browser's player: asked of Chromium itself."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest
from video_help import look

from clips import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from video_help import Made

pytestmark = [pytest.mark.timeout(30), pytest.mark.browser]

PLAY = """
(address) => new Promise((resolve) => {
  const video = document.createElement("video");
  const seen = [];
  const look = (_now, { mediaTime }) => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    const { width, height } = canvas;
    const row = context.getImageData(0, Math.floor(height / 6), width, 1).data;
    let number = 0;
    for (let block = 1; block <= 10; block += 1) {
      const x = Math.floor(((block + 0.5) * width) / 12);
      number = number * 2 + (row[x * 4] > 128 ? 1 : 0);
    }
    seen.push([mediaTime, number]);
    if (seen.length < 8) video.requestVideoFrameCallback(look);
    else { video.pause(); resolve(seen); }
  };
  video.onerror = () => resolve(video.error.message);
  video.onended = () => resolve(seen);
  video.requestVideoFrameCallback(look);
  video.muted = true;
  video.playbackRate = 0.25;
  video.src = address;
  document.body.replaceChildren(video);
  video.play();
})
"""
"""Plays slowly and resolves to [media time, number read from the pixels] of the frames shown."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page(made: Made, browser: Browser) -> Iterator[Page]:
    folder = made("b-frames.mp4").parent
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    page.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "kind",
    [
        *("b-frames.mp4", "variable-rate.mp4", "turned-90.mp4", "fragments.mp4"),
        *("late-picture.mp4", "late-sound.mp4", "late-start.mp4", "edit-list.mp4"),
        *("vp8.webm", "odd-size.webm", "open-groups.mp4"),
    ],
)
def test_the_player_shows_each_frame_at_the_time_we_say(page: Page, made: Made, kind: str) -> None:
    path: Path = made(kind)
    times = look(path).times
    seen = page.evaluate(PLAY, f"/{path.name}")
    assert len(seen) >= 4
    ahead = [
        number - HIDDEN.get(kind, 0) - int(np.abs(times - shown_at).argmin())
        for shown_at, number in seen
    ]
    # A callback on a busy machine may come when the next picture is on the canvas already.
    assert set(ahead) <= {0, 1}
    assert ahead.count(0) > len(ahead) / 2
    assert all(np.abs(times - shown_at).min() < 2e-6 for shown_at, _ in seen)
