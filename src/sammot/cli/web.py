from __future__ import annotations

import os
import sys

import click

from sammot.settings import Settings


@click.command("web")
def command() -> None:
    """Run the web process alone (SAMMOT_HOST, SAMMOT_PORT)."""
    settings = Settings()
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    flags = ["--config", "python:sammot.gunicorn_conf", "--bind", f"{name}:{settings.port}"]
    command = [sys.executable, "-m", "gunicorn", *flags, "sammot.bootstrap:web()"]
    os.execv(sys.executable, command)
