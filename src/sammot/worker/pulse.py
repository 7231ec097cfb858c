from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

import structlog

from sammot.errors import Conflict, NotFound, SamMotError
from sammot.records import Job, Progress
from sammot.service import Service

_BEAT_SECONDS = 1.0
_RATE_SECONDS = 5.0
FINISH_SECONDS = 5.0
"""How long a chunk that is begun may still take when this process is to end."""

log = structlog.get_logger()


class Work(Protocol):
    """Does a claimed job to whatever end; `between` is called between its chunks."""

    def __call__(self, job: Job, between: Callable[[], object]) -> None: ...


class Stopping(Exception):
    """The worker is to end; the job goes back to the queue."""


class Pulse:
    """The heartbeat of one claimed job, from a thread of its own.

    The work calls `step` at every frame. It raises Conflict as soon as the job is held no
    longer (cancelled, or claimed by another), NotFound when its video is gone, Stopping when
    this process is to end: in the midst of a chunk only after `FINISH_SECONDS`. `between` is
    called whenever a chunk is stored. By `work` a job has this process do another one meanwhile.
    """

    def __init__(
        self,
        service: Service,
        job: Job,
        stop: threading.Event,
        *,
        work: Work | None = None,
        between: Callable[[], object] | None = None,
    ) -> None:
        self._service = service
        self._job = job
        self._stop = stop
        self._between = between
        self.work = work
        self._lost: SamMotError | None = None
        self._stopped_at: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._frames_done = job.frames_ready
        self._recent: deque[tuple[float, int]] = deque([(time.monotonic(), job.frames_ready)])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def step(self, frames_done: int, *, in_chunk: bool = False) -> None:
        """So many frames are done. Raises Conflict, NotFound, Stopping."""
        if self._lost is not None:
            raise self._lost
        if self._stop.is_set():
            self._stopped_at = self._stopped_at or time.monotonic()
            if not in_chunk or time.monotonic() - self._stopped_at > FINISH_SECONDS:
                raise Stopping
        self._frames_done = frames_done

    def stored(self) -> None:
        """A chunk is stored: there is time for something else."""
        if self._between is not None:
            self._between()

    def _beat(self) -> None:
        pause = min(_BEAT_SECONDS, self._service.world.policy.beat_seconds)
        while not self._over.wait(pause):
            try:
                self._service.leases.beat(self._job, self._progress())
            except (Conflict, NotFound) as error:
                self._lost = error
                return
            except SamMotError as error:  # the store is away; the lease bounds for how long
                log.warning("beat failed", job_id=self._job.id, reason=str(error))

    def _progress(self) -> Progress:
        """The rate is that of the last few seconds."""
        now, done = time.monotonic(), self._frames_done
        self._recent.append((now, done))
        while len(self._recent) > 2 and now - self._recent[0][0] > _RATE_SECONDS:
            self._recent.popleft()
        since, before = self._recent[0]
        fps = (done - before) / (now - since) if now > since else 0.0
        left = (self._job.frame_count or 0) - done
        return Progress(done, round(fps, 2), round(max(0, left) / fps, 1) if fps else None)
