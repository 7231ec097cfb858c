"""Celery as the runner of jobs: it listens, and each job is done in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import structlog
from celery import Celery
from celery.worker import WorkController
from celery.worker import state as celery_state
from celery.worker.consumer import Consumer
from kombu.connection import Connection

from sammot import bootstrap
from sammot.adapters import celery_queue
from sammot.errors import Conflict, NotFound, SamMotError
from sammot.records import WORKER_LOST, Job, JobKind
from sammot.service import Service
from sammot.settings import Settings
from sammot.worker.processes import Processes
from sammot.worker.upkeep import Upkeep

_AWAY_SECONDS = 1
_SILENCE_SECONDS = 5
_ENDED = "The process that did it ended suddenly ({how}); it may have run out of memory."

log = structlog.get_logger()


def serve(
    settings: Settings, service: Service, owner: str, kinds: Sequence[JobKind], concurrency: int
) -> None:
    """Do jobs of these kinds, so many at a time, until told to stop. Waits for an absent Redis."""
    processes = Processes(settings, owner)
    app = celery_queue.application(bootstrap.redis_url(settings), socket_timeout=_SILENCE_SECONDS)

    @app.task(name=celery_queue.TASK)  # type: ignore[untyped-decorator]  # Celery has no types
    def run_job(kind: str) -> None:
        _run(service, processes, owner, JobKind(kind))

    _stop_by_signals(processes)
    log.info("worker ready", owner=owner, kinds=[str(kind) for kind in kinds])
    with Upkeep(service, owner, kinds):
        _controller(app, owner, kinds, concurrency).start()


def _controller(
    app: Celery, owner: str, kinds: Sequence[JobKind], concurrency: int
) -> WorkController:
    return WorkController(
        app,
        hostname=owner,
        pool="threads",
        concurrency=concurrency,
        consumer_cls=_Consumer,
        queues=[kind.value for kind in kinds],
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )


class _Consumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's own, which would let its pauses grow to half a minute while Redis is away."""

    def ensure_connected(self, conn: Connection) -> Connection:
        return conn.ensure_connection(  # type: ignore[no-any-return, no-untyped-call]
            lambda error, _: log.warning("broker is away", reason=str(error)),
            interval_start=_AWAY_SECONDS,
            interval_step=0,
            callback=celery_state.maybe_shutdown,
        )


def _run(service: Service, processes: Processes, owner: str, kind: JobKind) -> None:
    """Do the next job of a kind, if there is one."""
    try:
        job = service.leases.claim(owner, [kind])
        if job is not None:
            _conclude(service, job, processes.run(job))
    except SamMotError as error:  # the lease tells others
        log.warning("store is away", reason=str(error))


def _conclude(service: Service, job: Job, status: int | None) -> None:
    """Say at once what else only the end of the lease would tell: that a process crashed."""
    with suppress(Conflict, NotFound):
        if status is None:
            service.leases.release(job)
        elif status != 0:
            how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
            log.warning("job process ended", job_id=job.id, how=how)
            reason = _ENDED.format(how=how)
            service.leases.fail(job, reason, code=WORKER_LOST, is_final=False)


def _stop_by_signals(processes: Processes) -> None:
    """The first signal lets jobs finish their chunk and be given back; the second ends all."""

    def kill(_number: int, _frame: FrameType | None) -> None:
        processes.kill()
        os._exit(1)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, kill)
        processes.stop()
        celery_state.should_stop = os.EX_OK

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
