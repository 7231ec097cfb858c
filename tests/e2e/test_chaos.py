"""The service profile as a whole, while its parts are killed and stopped."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from product import Product
from sammot import scenes, video

CLIENTS, VIDEOS_EACH = 4, 5
FRAMES = 160
KILLS = 5
AWAY_SECONDS = 20
PIECE = 200_000  # bytes a request: an upload takes several


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One for each client."""
    folder = tmp_path_factory.mktemp("clips")
    clips = []
    for name in ("crossing", "occlusion", "many", "light")[:CLIENTS]:
        scene = scenes.make(name, width=320, height=180, seconds=FRAMES / 30)
        clips.append(folder / f"{name}.mp4")
        video.write(clips[-1], islice(scene.frames(), FRAMES), 30)
    return clips


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path, "--profile", "service", "--workers", "2", lease=10)
    product.start()
    yield product
    product.kill()


def copies(clip: Path, count: int) -> Iterator[Path]:
    """The same video in other bytes: with a box at its end that players pass over."""
    for number in range(count):
        copy = clip.with_name(f"{clip.stem}-{number}.mp4")
        filling = f"{number:016}".encode()
        copy.write_bytes(
            clip.read_bytes() + (8 + len(filling)).to_bytes(4, "big") + b"free" + filling
        )
        yield copy


def uploaded(product: Product, path: Path) -> str:
    """The id of the video, sent piece by piece by a client that does not give up."""
    client, url = TusClient(f"{product.url}/api/uploads"), None
    with path.open("rb") as stream:
        for _ in range(360):
            try:
                if url is None:
                    url = client.uploader(
                        file_stream=stream, metadata={"filename": path.name}
                    ).create_url()
                client.uploader(file_stream=stream, url=url, chunk_size=PIECE).upload()
                return str(url).rsplit("/", 1)[1]
            except (TusCommunicationError, requests.RequestException):
                time.sleep(0.5)
    raise AssertionError(f"{path.name} could not be uploaded")


def asked(product: Product, path: str) -> Any:
    """The answer, of a service that may be away for a while."""
    for _ in range(240):
        try:
            return product.get(path)
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{path} is not answered")


def result_of(product: Product, video_id: str) -> list[tuple[int, int, str]]:
    """The completed video's chunks: their bounds, and the tags of their bytes."""
    deadline = time.monotonic() + 300
    while (status := asked(product, f"/api/videos/{video_id}/status"))["status"] != "completed":
        assert status["status"] in ("uploaded", "processing"), status
        assert time.monotonic() < deadline, status
        time.sleep(0.3)
    chunks = f"/api/jobs/{status['job_id']}/chunks"
    found = []
    for bounds in asked(product, chunks)["items"]:
        answer = requests.get(f"{product.url}{chunks}/{bounds['chunk']}", timeout=30)
        found.append((bounds["start"], bounds["stop"], answer.headers["ETag"]))
    return found


class Process(NamedTuple):
    """One of the product's."""

    pid: int
    name: str
    command: str
    parent: int


def processes(product: Product) -> dict[int, Process]:
    found = {}
    for pid in product.children():
        with suppress(OSError):
            status = Path(f"/proc/{pid}/stat").read_text()
            name, _, rest = status.partition("(")[2].rpartition(")")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found[pid] = Process(pid, name, command, int(rest.split()[1]))
    return found


def below(product: Product, word: str) -> list[int]:
    """Those whose command, and whose parent's, has a word: the forked ones."""
    known = processes(product)
    return [
        one.pid
        for one in known.values()
        if word in one.command and one.parent in known and word in known[one.parent].command
    ]


class Chaos:
    """Kills and stops processes of the product by turns, until it is over."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._random = random.Random(20)  # noqa: S311 - which one it is must only be the same each time
        self.killed: list[str] = []
        acts = (self._kill_workers, self._stop_servers)
        self._threads = [threading.Thread(target=act) for act in acts]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def _kill_workers(self) -> None:
        """Those that do a job, and those that start them, by turns."""
        deadline = time.monotonic() + 120
        while len(self.killed) < KILLS and time.monotonic() < deadline:
            time.sleep(self._random.uniform(1, 4))
            kind = "job" if len(self.killed) % 2 == 0 else "worker"
            if kind == "job":
                pids = below(self._product, "multiprocessing.forkserver")
            else:
                known = processes(self._product).values()
                pids = [one.pid for one in known if "sammot worker --queues track" in one.command]
            if pids:
                os.kill(self._random.choice(pids), signal.SIGKILL)
                self.killed.append(kind)

    def _stop_servers(self) -> None:
        time.sleep(4)
        self._away("redis")
        os.kill(self._random.choice(below(self._product, "gunicorn")), signal.SIGKILL)
        self._away("mongod")

    def _away(self, name: str) -> None:
        (pid,) = [one.pid for one in processes(self._product).values() if one.name.startswith(name)]
        os.kill(pid, signal.SIGSTOP)
        time.sleep(AWAY_SECONDS)
        os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_video_is_completed_unchanged_whatever_is_killed_and_stopped(
    product: Product, clips: list[Path]
) -> None:
    undisturbed = {clip: result_of(product, uploaded(product, clip)) for clip in clips}

    def client(clip: Path) -> list[str]:
        return [uploaded(product, copy) for copy in copies(clip, VIDEOS_EACH)]

    with Chaos(product) as chaos, ThreadPoolExecutor(CLIENTS) as clients:
        video_ids = dict(zip(clips, clients.map(client, clips), strict=True))
    assert chaos.killed == ["job", "worker", "job", "worker", "job"]
    assert len({id_ for ids in video_ids.values() for id_ in ids}) == CLIENTS * VIDEOS_EACH
    for clip, ids in video_ids.items():
        assert undisturbed[clip][-1][1] == FRAMES
        assert [result_of(product, id_) for id_ in ids] == [undisturbed[clip]] * VIDEOS_EACH
