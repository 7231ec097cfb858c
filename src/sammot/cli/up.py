from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from sammot import preflight, supervisor
from sammot.settings import Settings
from sammot.stack import Program

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen (8000).")
@click.option("--host", help="Which address to listen on (127.0.0.1: this machine only).")
@click.option("--data", type=click.Path(path_type=Path), help="The folder to keep everything in.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many videos to track at a time.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
def command(
    port: int | None, host: str | None, data: Path | None, workers: int | None, *, no_browser: bool
) -> None:
    """Start the web process and the workers, and keep them running."""
    chosen = {"PORT": port, "HOST": host, "DATA_DIR": data, "WORKERS": workers}
    for name, value in chosen.items():
        if value is not None:
            os.environ[f"SAMMOT_{name}"] = str(value)
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(message)s")
    preflight.require_port(settings.host, settings.port)
    preflight.require_folder(settings.data_dir)
    if settings.host not in _LOOPBACK:
        click.echo("Others can reach this address: whoever does can see and delete the videos.")
    sys.exit(supervisor.run(_processes(settings, open_browser=not no_browser)))


def _processes(settings: Settings, *, open_browser: bool) -> supervisor.Options:
    workers = [
        _ours(f"worker-{n + 1}", "worker", "--queues", "track") for n in range(settings.workers)
    ]
    copies = _ours("copies", "worker", "--queues", "proxy,render")
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else name  # noqa: S104 - compared only
    url = f"http://{shown}:{settings.port}"
    return supervisor.Options(
        stages=[[_ours("web", "web"), *workers, copies]],
        url=url,
        ready=f"{url}/api/ready",
        open_browser=open_browser,
    )


def _ours(name: str, *arguments: str) -> Program:
    return Program(name, (sys.executable, "-m", "sammot", *arguments))
