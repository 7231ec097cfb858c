from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog

from sammot.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    SamMotError,
    UnknownEngine,
    UnreadableVideo,
    VideoTooBig,
)
from sammot.records import Job, JobKind
from sammot.service import Service
from sammot.worker.pulse import Pulse, Stopping
from sammot.worker.tasks import TASKS

_IDLE_SECONDS = 1.0
_HOPELESS = (InvalidInput, NotFound, UnknownEngine, UnreadableVideo, VideoTooBig)
"""Errors that trying again cannot mend."""

log = structlog.get_logger()


class Worker:
    """Takes one job after another until `stop` is set."""

    def __init__(
        self, service: Service, owner: str, kinds: Sequence[JobKind], stop: threading.Event
    ) -> None:
        self._service = service
        self._owner = owner
        self._kinds = kinds
        self._stop = stop
        self._tidied = float("-inf")

    def run(self) -> None:
        """Work until told to stop. A store that is away is waited for."""
        log.info("worker ready", owner=self._owner, kinds=[str(kind) for kind in self._kinds])
        with self._announced():
            while not self._stop.is_set():
                self._turn()

    def _turn(self) -> None:
        """One job, or a pause."""
        try:
            self._tidy()
            job = self._service.jobs.claim(self._owner, self._kinds)
        except SamMotError as error:
            log.warning("store is away", reason=str(error))
            # Not `stop.wait`: a signal in its midst, whose handler sets `stop`, would lock it.
            time.sleep(_IDLE_SECONDS)
            return
        if job is None:
            self._service.world.queue.wait(_IDLE_SECONDS)
        else:
            self.work(job)

    @contextmanager
    def _announced(self) -> Iterator[None]:
        """The store knows of this worker, from a thread of its own, until it leaves."""
        over = threading.Event()
        thread = threading.Thread(target=self._announce, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _announce(self, over: threading.Event) -> None:
        jobs, is_over = self._service.jobs, False
        while not is_over:
            try:
                jobs.announce_worker(self._owner, self._kinds)
            except SamMotError as error:
                log.warning("worker could not be announced", reason=str(error))
            is_over = over.wait(self._service.world.policy.beat_seconds)
        with suppress(SamMotError):
            jobs.announce_worker(self._owner, ())

    def work(self, job: Job) -> None:
        """Do one claimed job, to whatever end."""
        with structlog.contextvars.bound_contextvars(
            job_id=job.id, video_id=job.video_id, kind=str(job.kind), attempt=job.attempt
        ):
            log.info("job started", epoch=job.epoch, frames_ready=job.frames_ready)
            try:
                self._attempt(job)
            except (Conflict, NotFound) as error:
                log.info("job lost", reason=str(error))
            except Exception:
                log.exception("job could not be concluded")

    def _attempt(self, job: Job) -> None:
        started = time.monotonic()
        try:
            with Pulse(self._service, job, self._stop) as pulse:
                frame_count = TASKS[job.kind](self._service, job, pulse)
        except Stopping:
            self._service.jobs.release(job)
            log.info("job released")
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
            self._fail(job, error)
        else:
            seconds = 0.0 if job.kind is JobKind.TRACK else time.monotonic() - started
            self._service.jobs.complete(job, frame_count, seconds)
            log.info("job completed", seconds=round(time.monotonic() - started, 3))

    def _fail(self, job: Job, error: Exception) -> None:
        log.warning("job failed", exc_info=error)
        if isinstance(error, SamMotError):
            reason = str(error)
        elif isinstance(error, MemoryError):
            reason = "There was not enough memory; try a smaller preset or a smaller video."
        else:
            reason = f"The {job.engine or job.kind} step failed ({type(error).__name__})."
        cause = error.slug if isinstance(error, SamMotError) else type(error).__name__
        is_final = isinstance(error, _HOPELESS)
        self._service.jobs.fail(job, reason, cause=cause, is_final=is_final)

    def _tidy(self) -> None:
        """Now and then: recover lost jobs, expire uploads, finish deletions."""
        interval = self._service.world.policy.lease.total_seconds() / 4
        if time.monotonic() - self._tidied < interval:
            return
        self._tidied = time.monotonic()
        service = self._service
        library = service.library
        for step in (service.jobs.recover, service.uploads.expire, library.retire, library.purge):
            try:
                step()
            except SamMotError as error:  # the others may still make room
                log.warning("could not tidy", reason=str(error))
