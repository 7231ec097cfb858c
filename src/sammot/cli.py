"""The command line: `sammot up` for everybody, the rest for those who run its parts."""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import orjson

from sammot import __version__, bootstrap, logs, preflight, supervisor
from sammot.errors import SamMotError
from sammot.records import JobKind
from sammot.settings import Settings
from sammot.worker import Worker

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Group(click.Group):
    """Turns our own errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except SamMotError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
@click.version_option(__version__)
def main() -> None:
    """SAM-MOT: everything that moves in a video, segmented, tracked and numbered."""


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen (8000).")
@click.option("--host", help="Which address to listen on (127.0.0.1: this machine only).")
@click.option("--data", type=click.Path(path_type=Path), help="The folder to keep everything in.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many videos to track at a time.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
def up(
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
    worker = [sys.executable, "-m", "sammot", "worker"]
    children = {f"worker-{n + 1}": [*worker, "--kind", "track"] for n in range(settings.workers)}
    children["copies"] = [*worker, "--kind", "proxy", "--kind", "render"]
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else name  # noqa: S104 - compared only
    url = f"http://{shown}:{settings.port}"
    web = [sys.executable, "-m", "sammot", "web"]
    return supervisor.Options(
        children={"web": web, **children},
        url=url,
        ready=f"{url}/api/ready",
        open_browser=open_browser,
    )


@main.command()
def web() -> None:
    """Run the web process alone (SAMMOT_HOST, SAMMOT_PORT)."""
    settings = Settings()
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    flags = ["--config", "python:sammot.gunicorn_conf", "--bind", f"{name}:{settings.port}"]
    command = [sys.executable, "-m", "gunicorn", *flags, "sammot.bootstrap:web()"]
    os.execv(sys.executable, command)


@main.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in JobKind]),
    help="The kinds of job to take (all).",
)
def worker(kinds: tuple[str, ...]) -> None:
    """Run one worker: it takes jobs until it is told to stop."""
    settings = Settings()
    logs.configure(settings.log_level)
    supervisor.exit_with_parent()
    chosen = [JobKind(kind) for kind in kinds] or list(JobKind)
    _limit_memory(settings.worker_memory_bytes)
    if JobKind.TRACK not in chosen:
        os.nice(10)  # copies never delay the masks
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    owner = f"{socket.gethostname()}:{os.getpid()}"
    Worker(bootstrap.service(settings), owner, chosen, stop).run()


def _limit_memory(size: int) -> None:
    """An address space of at most `size` bytes, where the system can hold a process to it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the HTTP API."""
    logs.configure("WARNING")
    sys.stdout.buffer.write(orjson.dumps(bootstrap.openapi(), option=orjson.OPT_INDENT_2) + b"\n")
