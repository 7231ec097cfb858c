from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from sammot import preflight, supervisor
from sammot.settings import Settings
from sammot.stack import Program

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_WEB_PROCESSES = "2"
_COPIES = "proxy,render"


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen (8000).")
@click.option("--host", help="Which address to listen on (127.0.0.1: this machine only).")
@click.option("--data", type=click.Path(path_type=Path), help="The folder to keep everything in.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many videos to track at a time.")
@click.option(
    "--profile",
    type=click.Choice(["embedded", "service"]),
    help="embedded: no servers (default); service: MongoDB, Redis and nginx, started here as well.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
def command(*, no_browser: bool, **options: object) -> None:
    """Start the web process and the workers, and keep them running."""
    for name, value in options.items():
        if value is not None:
            os.environ[_VARIABLES[name]] = str(value)
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(message)s")
    preflight.require_port(settings.host, settings.port)
    preflight.require_folder(settings.data_dir)
    if settings.host not in _LOOPBACK:
        click.echo("Others can reach this address: whoever does can see and delete the videos.")
    stages = _embedded(settings) if settings.profile == "embedded" else _service(settings)
    sys.exit(supervisor.run(_options(settings, stages, open_browser=not no_browser)))


_VARIABLES = {
    "port": "SAMMOT_PORT",
    "host": "SAMMOT_HOST",
    "data": "SAMMOT_DATA_DIR",
    "workers": "SAMMOT_WORKERS",
    "profile": "SAMMOT_PROFILE",
}


def _embedded(settings: Settings) -> list[list[Program]]:
    """Our processes alone."""
    workers = [
        _ours(f"worker-{n + 1}", "worker", "--queues", "track,span")
        for n in range(settings.workers)
    ]
    return [[_ours("web", "web"), *workers, _ours("copies", "worker", "--queues", _COPIES)]]


def _service(settings: Settings) -> list[list[Program]]:
    """The databases, then our processes, then nginx before them, each as soon as it is of use."""
    from sammot.stack.machine import Machine  # noqa: PLC0415 - its packages may be missing

    machine = Machine.of(settings.data_dir)
    databases, found = machine.databases(settings)
    machine.tell(found)
    nginx, behind = machine.front(settings)
    web, events = (str(machine.ports[name]) for name in ("web", "events"))
    at_a_time = str(settings.workers)
    words = (
        ("web", "web", "--port", web, "--processes", _WEB_PROCESSES),
        ("events", "events", "--port", events),
        ("workers", "worker", "--queues", "track,span", "--concurrency", at_a_time),
        ("copies", "worker", "--queues", _COPIES),
    )
    health = f"http://127.0.0.1:{web}/api/health"
    ours = [_ours(*line, env={**found, **behind}) for line in words]
    ours[0] = replace(ours[0], is_ready=lambda: supervisor.answers(health))
    return [databases, ours, [nginx]]


def _options(
    settings: Settings, stages: Sequence[Sequence[Program]], *, open_browser: bool
) -> supervisor.Options:
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else name  # noqa: S104 - compared only
    url = f"http://{shown}:{settings.port}"
    return supervisor.Options(
        stages=stages, url=url, ready=f"{url}/api/ready", open_browser=open_browser
    )


def _ours(name: str, *arguments: str, env: Mapping[str, str] | None = None) -> Program:
    return Program(name, (sys.executable, "-m", "sammot", *arguments), env=env or {})
