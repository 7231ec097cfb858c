from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType

import click

from sammot import bootstrap, logs
from sammot.leash import exit_with_parent
from sammot.records import JobKind
from sammot.settings import Settings
from sammot.worker import Worker, trials
from sammot.worker.processes import constrain


class _Kinds(click.ParamType[list[JobKind]]):
    """Kinds of jobs, separated by commas."""

    name = "kinds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[JobKind]:
        try:
            return [JobKind(word) for word in str(value).split(",")]
        except ValueError:
            known = ", ".join(JobKind)
            self.fail(f"{value!r} must be one or more of {known}.", param, ctx)


@click.command("worker")
@click.option(
    "--queues",
    "kinds",
    type=_Kinds(),
    default=",".join(JobKind),
    help="The kinds of jobs to take, separated by commas (all).",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=1,
    help="With the profile service: how many jobs at a time, each in a process of its own (1).",
)
def command(kinds: list[JobKind], concurrency: int) -> None:
    """Run one worker: it takes jobs until it is told to stop."""
    settings = Settings()
    logs.configure(settings.log_level)
    if settings.profile == "embedded" and concurrency > 1:
        raise click.UsageError(
            "With the profile embedded a worker does one job at a time: start several of them."
        )
    settings = settings.model_copy(update={"workers": max(settings.workers, concurrency)})
    exit_with_parent()
    owner = f"{socket.gethostname()}:{os.getpid()}"
    service = bootstrap.service(settings)
    service.world.objects.ping()  # without them it could only fail jobs
    if JobKind.TRACK in kinds:
        trials.begin(settings, service)
    if settings.profile == "embedded":
        constrain(settings, kinds)
        Worker(service, owner, kinds, _stop_by_signals()).run()
    else:
        from sammot.worker import celery_worker  # noqa: PLC0415 - embedded does without it

        celery_worker.serve(settings, service, owner, kinds, concurrency)


def _stop_by_signals() -> threading.Event:
    """Set by the first signal that asks us to stop; the second ends the process at once."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop
