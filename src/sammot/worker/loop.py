from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from sammot.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    OutOfMemory,
    SamMotError,
    UnknownEngine,
    UnreadableVideo,
    UnusableWeights,
    VideoTooBig,
)
from sammot.records import Job, JobKind
from sammot.service import Service
from sammot.worker.pulse import Pulse, Stopping
from sammot.worker.tasks import TASKS
from sammot.worker.upkeep import Upkeep

_IDLE_SECONDS = 0.15
_AWAY_SECONDS = 1.0
_HOPELESS = (InvalidInput, NotFound, UnknownEngine, UnreadableVideo, UnusableWeights, VideoTooBig)
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

    def run(self) -> None:
        """Work until told to stop. A store that is away is waited for."""
        log.info("worker ready", owner=self._owner, kinds=[str(kind) for kind in self._kinds])
        with Upkeep(self._service, self._owner, self._kinds):
            while not self._stop.is_set():
                self._turn()

    def _turn(self) -> None:
        """One job, or a pause."""
        try:
            job = self._service.leases.claim(self._owner, self._kinds)
        except SamMotError as error:
            log.warning("store is away", reason=str(error))
            # Not `stop.wait`: a signal in its midst, whose handler sets `stop`, would lock it.
            time.sleep(_AWAY_SECONDS)
            return
        if job is None:
            time.sleep(_IDLE_SECONDS)
        else:
            self.work(job)

    def work(self, job: Job, between: Callable[[], object] | None = None) -> None:
        """Do one claimed job, to whatever end; `between` is called between two chunks.

        What `between` raises ends the job as what the job raises does.
        """
        with structlog.contextvars.bound_contextvars(
            job_id=job.id, video_id=job.video_id, kind=str(job.kind), attempt=job.attempt
        ):
            log.info("job started", epoch=job.epoch, frames_ready=job.frames_ready)
            try:
                self._attempt(job, between)
            except (Conflict, NotFound) as error:
                log.info("job lost", reason=str(error))
            except Exception:
                log.exception("job could not be concluded")

    def _attempt(self, job: Job, between: Callable[[], object] | None) -> None:
        started = time.monotonic()
        try:
            with Pulse(self._service, job, self._stop, work=self.work, between=between) as pulse:
                frame_count = TASKS[job.kind](self._service, job, pulse)
        except Stopping:
            self._service.leases.release(job)
            log.info("job released")
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this attempt's end
            self._fail(job, error)
        else:
            has_chunks = job.kind in (JobKind.TRACK, JobKind.SPAN)  # which told their times
            seconds = 0.0 if has_chunks else time.monotonic() - started
            self._service.leases.complete(job, frame_count, seconds)
            log.info("job completed", seconds=round(time.monotonic() - started, 3))

    def _fail(self, job: Job, error: Exception) -> None:
        log.warning("job failed", exc_info=error)
        if isinstance(error, SamMotError):
            reason, code = str(error), error.slug
        elif isinstance(error, MemoryError):
            reason = "There was not enough memory; try a smaller preset or a smaller video."
            code = OutOfMemory.slug
        else:
            code = type(error).__name__
            reason = f"The {job.engine or job.kind} step failed ({code}); the log says more."
        is_final = isinstance(error, _HOPELESS)
        self._service.leases.fail(job, reason, code=code, is_final=is_final)
