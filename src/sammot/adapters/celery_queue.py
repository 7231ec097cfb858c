"""The queue over Celery and Redis: messages say that there is work of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery import Celery
from kombu.entity import Queue as KombuQueue
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from sammot.hints import Teller
from sammot.records import Job, JobKind, Priority

TASK = "sammot.run_job"
TIMEOUT_SECONDS = 0.5
MOST_AT_ONCE = 100
"""Missing hints that one look makes up for; they matter to idle workers, and these are few."""

_STEPS = {Priority.HIGH: 0, Priority.NORMAL: 3, Priority.LOW: 6}
_TRANSPORT = {
    "priority_steps": sorted(_STEPS.values()),
    "queue_order_strategy": "priority",
    "visibility_timeout": 24 * 3600,  # never Celery's: a job's lease says who has it
}
_AT_ONCE = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}


def application(url: str, **transport: Any) -> Celery:  # noqa: ANN401 - Celery's options are any
    """Celery with one queue a kind of job. Results and remote control are not used."""
    app = Celery("sammot", broker=url, set_as_current=False)
    app.conf.update(
        broker_transport_options={**_TRANSPORT, **transport},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_queues=[KombuQueue(kind.value) for kind in JobKind],  # type: ignore[no-untyped-call]
        task_default_queue=JobKind.TRACK.value,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,  # what a busy worker cannot begin is left to idle ones
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
    )
    return app


class CeleryQueue:
    """The service `Queue`.

    A message names a kind, not a job: whoever gets it claims the job of that kind that is next
    by the record. So a message that is lost, doubled or late never changes the order of jobs.
    """

    def __init__(self, url: str) -> None:
        self._app = application(url, max_retries=0, **_AT_ONCE)
        self._teller = Teller("celery", (KombuError, RedisError, OSError))

    def push(self, job: Job) -> None:
        self._teller.tell(lambda: self._send(job.kind, job.priority))

    def top_up(self, waiting: Mapping[tuple[JobKind, Priority], int]) -> None:
        if waiting:
            self._teller.tell(lambda: self._top_up(waiting))

    def _top_up(self, waiting: Mapping[tuple[JobKind, Priority], int]) -> None:
        with self._app.connection_for_write() as connection:
            for wanted in {kind for kind, _ in waiting}:
                declared = connection.default_channel.queue_declare(wanted.value)
                urgent_first = [
                    priority
                    for (kind, priority), count in sorted(waiting.items())
                    if kind is wanted
                    for _ in range(min(count, MOST_AT_ONCE))
                ]
                missing = min(len(urgent_first), MOST_AT_ONCE) - declared.message_count
                for priority in urgent_first[: max(0, missing)]:
                    self._send(wanted, priority)

    def _send(self, kind: JobKind, priority: Priority) -> None:
        self._app.send_task(
            TASK, args=[kind.value], queue=kind.value, priority=_STEPS[priority], retry=False
        )
