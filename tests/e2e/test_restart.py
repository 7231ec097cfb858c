"""The whole product is stopped, or killed, in the middle of a job, and goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from product import Product
from sammot import scenes, video

FRAMES = 500


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    scene = scenes.make("crossing", width=320, height=180, seconds=FRAMES / 30)
    video.write(path, islice(scene.frames(), FRAMES), 30)
    return path


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    product.start()
    yield product
    product.kill()


def upload(product: Product, clip: Path) -> str:
    with clip.open("rb") as file:
        answer = requests.post(
            f"{product.url}/api/videos/upload", files={"file": ("clip.mp4", file)}, timeout=60
        )
    assert answer.status_code == 201, answer.text
    video_id: str = answer.json()["id"]
    return video_id


def awaited(
    product: Product, video_id: str, is_enough: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    for _ in range(1200):
        status: dict[str, Any] = product.get(f"/api/videos/{video_id}/status")
        if is_enough(status):
            return status
        time.sleep(0.05)
    raise AssertionError(f"the job did not get on: {status}")


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_goes_on_after_a_restart(product: Product, clip: Path, end: signal.Signals) -> None:
    video_id = upload(product, clip)
    status = awaited(product, video_id, lambda status: status["frames_ready"] >= 16)
    assert status["status"] == "processing"
    before = product.get(f"/api/jobs/{status['job_id']}/chunks/0")
    if end is signal.SIGTERM:
        assert product.stop(within=10) == 0
    else:
        product.kill()
    product.start()
    status = awaited(product, video_id, lambda status: status["status"] != "processing")
    assert status["status"] == "completed", status
    assert product.get(f"/api/jobs/{status['job_id']}/chunks/0") == before
    result = product.get(f"/api/videos/{video_id}/result")
    assert (result["frame_count"], result["complete"]) == (FRAMES, True)
    assert result["objects"]
    bounds = product.get(f"/api/jobs/{status['job_id']}/chunks")["items"]
    assert bounds[-1]["stop"] == FRAMES
    assert all(first["stop"] == second["start"] for first, second in pairwise(bounds))


@pytest.mark.slow
def test_nothing_outlives_a_killed_supervisor(product: Product) -> None:
    children = product.children()
    assert len(children) >= 3
    product.kill_supervisor()
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in children):
            break
        time.sleep(0.05)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
