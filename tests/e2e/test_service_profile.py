"""The whole service profile by one command: real MongoDB, Redis, nginx, Gunicorn, Celery."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient

from clips import Clip
from product import Product
from sammot.errors import Unavailable
from sammot.records import JobKind


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    pytest.importorskip("pymongo", reason="the service profile is not installed")
    folder = tmp_path_factory.mktemp("service")
    try:
        _require_programs(folder)
    except Unavailable as missing:
        pytest.skip(str(missing))
    product = Product(folder, "--profile", "service")
    product.start()
    yield product
    product.kill()


def _require_programs(folder: Path) -> None:
    from sammot.settings import Settings  # noqa: PLC0415
    from sammot.stack.machine import Machine  # noqa: PLC0415 - optional packages

    machine = Machine.of(folder / "probe")
    machine.databases(Settings())
    machine.front(Settings())


@pytest.fixture(scope="module")
def video(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip that was sent in pieces."""
    clip = Clip(count=40).write(tmp_path_factory.mktemp("clips") / "clip.mp4")
    with clip.open("rb") as file:
        sending = TusClient(f"{product.url}/api/uploads").uploader(
            file_stream=file, chunk_size=3000, metadata={"filename": "clip.mp4"}
        )
        sending.upload()
    video_id: str = product.get("/api/videos")["items"][0]["id"]
    return video_id


def until(fact: Callable[[], bool]) -> None:
    """Wait for a fact; the test's own time limit ends a wait in vain."""
    while not fact():
        time.sleep(0.1)


def is_completed(product: Product, video_id: str) -> bool:
    try:
        status: str = product.get(f"/api/videos/{video_id}")["status"]
    except OSError:
        return False
    assert status != "failed"
    return status == "completed"


def pids_of(product: Product, program: str) -> list[int]:
    """The processes below the supervisor whose own names match."""
    return [pid for pid in product.children() if re.fullmatch(program, _name(pid))]


@pytest.mark.slow
def test_a_video_is_tracked_and_nginx_sends_its_file(product: Product, video: str) -> None:
    until(lambda: is_completed(product, video))
    part = requests.get(
        f"{product.url}/api/videos/{video}/original", headers={"Range": "bytes=0-9"}, timeout=10
    )
    assert (part.status_code, len(part.content)) == (206, 10)
    assert part.headers["Server"] == "nginx"


@pytest.mark.slow
def test_its_secrets_are_its_own_and_for_nobody_else_to_read(
    product: Product, tmp_path: Path
) -> None:
    from sammot.stack.machine import Machine  # noqa: PLC0415 - optional packages

    file = product.folder / "data" / "servers" / "machine.json"
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    password = json.loads(file.read_text())["password"]
    assert len(password) >= 48
    assert Machine.of(tmp_path).password not in ("", password)
    for pid in product.children():
        assert password not in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")


@pytest.mark.slow
def test_other_commands_find_its_servers_by_what_it_wrote_down(product: Product) -> None:
    file = product.folder / "data" / "servers" / "environment"
    assert file.stat().st_mode & 0o077 == 0
    doctor = f'. "$0"; {sys.executable} -m sammot doctor --json'
    said = subprocess.run(["/bin/sh", "-c", doctor, file], capture_output=True, check=False).stdout
    found = {finding["name"]: finding for finding in json.loads(said)}
    for name in ("database", "files", "events", *(f"workers: {kind}" for kind in JobKind)):
        assert found[name]["verdict"] == "ok", found[name]
    assert found["database"]["detail"].startswith("MongoDB")


@pytest.mark.slow
def test_strangers_on_this_machine_do_not_get_into_the_database(product: Product) -> None:
    import pymongo  # noqa: PLC0415 - an optional package
    from pymongo.errors import OperationFailure  # noqa: PLC0415

    file = product.folder / "data" / "servers" / "machine.json"
    port = json.loads(file.read_text())["ports"]["mongo"]
    with pymongo.MongoClient("127.0.0.1", port, directConnection=True) as client:
        with pytest.raises(OperationFailure):
            client.sammot.videos.find_one()
        with pytest.raises(OperationFailure):
            client.admin.command("createUser", "me", pwd="me", roles=["root"])


@pytest.mark.slow
@pytest.mark.parametrize("program", ["mongod", "(redis|valkey)-server", "nginx"])
def test_a_server_that_dies_is_started_again(product: Product, video: str, program: str) -> None:
    dead = pids_of(product, program)
    os.kill(dead[0], signal.SIGKILL)
    until(lambda: bool(set(pids_of(product, program)) - set(dead)))
    until(product.answers)
    assert product.get(f"/api/videos/{video}")["id"] == video


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


@pytest.mark.slow
def test_it_stops_in_time_and_finds_everything_again(product: Product, video: str) -> None:
    until(lambda: is_completed(product, video))
    below = product.children()
    assert product.stop(within=10) == 0
    assert not [pid for pid in below if Path(f"/proc/{pid}/exe").exists()]
    product.start()
    assert is_completed(product, video)
