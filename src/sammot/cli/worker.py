from __future__ import annotations

import os
import resource
import signal
import socket
import threading
from contextlib import suppress

import click

from sammot import bootstrap, logs
from sammot.leash import exit_with_parent
from sammot.records import JobKind
from sammot.settings import Settings
from sammot.worker import Worker


@click.command("worker")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in JobKind]),
    help="The kinds of job to take (all).",
)
def command(kinds: tuple[str, ...]) -> None:
    """Run one worker: it takes jobs until it is told to stop."""
    settings = Settings()
    logs.configure(settings.log_level)
    exit_with_parent()
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
