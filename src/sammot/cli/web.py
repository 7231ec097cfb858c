from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click

from sammot.gunicorn_conf import METRICS_DIR
from sammot.settings import Settings

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@click.command("web")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of SAMMOT_PORT.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, help="How many share the port (1)."
)
def command(port: int | None, processes: int) -> None:
    """Run the web process alone (SAMMOT_HOST, SAMMOT_PORT)."""
    if processes > 1:
        os.environ[METRICS_DIR] = _shared_folder()
    serve(port, "--workers", str(processes))


def serve(port: int | None, *flags: str) -> NoReturn:
    """Become a Gunicorn that answers with our application."""
    settings = Settings()
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{name}:{port or settings.port}"
    known = ["--config", "python:sammot.gunicorn_conf", "--bind", address]
    command = [sys.executable, "-m", "gunicorn", *known, *flags, "sammot.bootstrap:web()"]
    os.execv(sys.executable, command)


def _shared_folder() -> str:
    """In memory where that is possible: a write into a mapped file of a full disk kills."""
    return tempfile.mkdtemp(prefix="sammot-", dir=_MEMORY if _MEMORY.is_dir() else None)
